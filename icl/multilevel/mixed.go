package multilevel

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/goicl/goicl/datasets"
)

// Slopes says which coefficients of a [Mixed] model differ between groups beside the intercept.
type Slopes string

const (
	// NoSlopes are the same for all groups: a random intercept alone.
	NoSlopes Slopes = "none"
	// Independent slopes and intercept have no covariances.
	Independent Slopes = "independent"
	// Correlated slopes and intercept have any covariance.
	Correlated Slopes = "correlated"
	// Chosen are those of the three of the least information criterion (Akaike 1974),
	// the number of variances and covariances less the restricted log-likelihood.
	Chosen Slopes = ""
)

// Mixed fits the linear mixed model (Laird and Ware, Biometrics 38, 1982): one mean coefficient
// for each input, and Gaussian deviations of the groups from it, in the intercept and
// in the slopes of the inputs that vary within at least half of the groups. Mean is the
// estimate of generalised least squares, Cov that of the deviations.
//
// Variances are estimated by restricted maximum likelihood (REML; Patterson and Thompson 1971)
// with the EM algorithm as Laird and Ware have it: from the present estimates follow mean and
// covariance of each group's deviations given all rows, the uncertainty of the mean included, and
// from these the next ones. It ends when a round adds less than 1e-4 to the log-likelihood, and
// after 1,000 rounds. A variance may go to 0 or the covariance become singular:
// nothing is divided by it. Coefficients that the rows do not determine are as small as can be.
func Mixed(ctx context.Context, groups []*datasets.Batch, slopes Slopes) (Model, error) {
	s, err := newSample(groups)
	if err != nil {
		return Model{}, err
	}
	candidates := []Slopes{NoSlopes, Independent, Correlated}
	switch slopes {
	case NoSlopes, Independent, Correlated:
		candidates = []Slopes{slopes}
	case Chosen:
		if len(s.varies) == 1 {
			candidates = candidates[:1]
		}
	default:
		return Model{}, fmt.Errorf("multilevel: unknown slopes %q; want %q, %q, %q, or \"\" for the best of them", slopes, NoSlopes, Independent, Correlated)
	}
	var best *em
	least := math.Inf(1)
	for _, c := range candidates {
		e := newEM(s, c)
		if err := e.run(ctx); err != nil {
			return Model{}, err
		}
		if criterion := e.parameters() - e.logLikelihood; best == nil || criterion < least {
			best, least = e, criterion
		}
	}
	var cov mat.Dense
	cov.Mul(best.root, best.root.T())
	return s.model("mixed model", best.mean, best.varies, &cov, best.variance), nil
}

// em are the estimates of a mixed model: Ψ = LLᵀ and the variance of the noise σ², and what
// follows from them.
type em struct {
	*sample
	Slopes
	varies   []int      // the coefficients that differ
	root     *mat.Dense // L [q, q]
	variance float64

	parts         []part
	mean          *mat.VecDense // β, of generalised least squares
	cov           *mat.SymDense // its covariance C
	logLikelihood float64       // restricted, up to a constant
}

// part is a group's, in the names of the formulas: with Z the columns of X that vary,
//
//	V = L (I + LᵀZᵀZL/σ²)⁻¹ Lᵀ    covariance of its deviations given its rows and β
//	H = V ZᵀX/σ²                   by which their mean falls with β
type part struct {
	zx, h *mat.Dense    // ZᵀX, H [q, k]
	zz    *mat.SymDense // ZᵀZ
	zy    *mat.VecDense // Zᵀz
	v     *mat.SymDense
}

func newEM(s *sample, slopes Slopes) *em {
	e := &em{sample: s, Slopes: slopes, varies: s.varies}
	if slopes == NoSlopes {
		e.varies = s.varies[:1]
	}
	q := len(e.varies)
	e.root, e.variance = mat.NewDense(q, q, nil), .5
	for i := range q {
		e.root.Set(i, i, math.Sqrt(.5/float64(q)))
	}
	for _, g := range s.groups {
		p := part{mat.NewDense(q, s.k, nil), mat.NewDense(q, s.k, nil), mat.NewSymDense(q, nil), mat.NewVecDense(q, nil), mat.NewSymDense(q, nil)}
		for a, i := range e.varies {
			p.zy.SetVec(a, g.xz.AtVec(i))
			for j := range s.k {
				p.zx.Set(a, j, g.xx.At(i, j))
			}
			for b, j := range e.varies {
				p.zz.SetSym(a, b, g.xx.At(i, j))
			}
		}
		e.parts = append(e.parts, p)
	}
	return e
}

// parameters is the number of variances and covariances.
func (e *em) parameters() float64 {
	q := float64(len(e.varies))
	if e.Slopes == Correlated {
		return q*(q+1)/2 + 1
	}
	return q + 1
}

// rounds of the EM algorithm, at most, and the gain in log-likelihood at which it ends.
const (
	rounds = 1000
	gain   = 1e-4
)

func (e *em) run(ctx context.Context) error {
	if ctx == nil {
		return fmt.Errorf("multilevel: the context is nil; give context.Background()")
	}
	before := math.Inf(-1)
	for range rounds {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("multilevel: the fit of the mixed model stopped: %w", err)
		}
		if err := e.expect(); err != nil {
			return err
		}
		if e.logLikelihood-before < gain {
			return nil
		}
		before = e.logLikelihood
		if err := e.maximise(); err != nil {
			return err
		}
	}
	return e.expect()
}

// expect computes β, C, the parts and the log-likelihood from Ψ and σ².
func (e *em) expect() error {
	information, right := mat.NewSymDense(e.k, nil), mat.NewVecDense(e.k, nil)
	e.logLikelihood = 0
	for i := range e.parts {
		logDet, err := e.parts[i].update(e.root, e.variance)
		if err != nil {
			return err
		}
		e.logLikelihood -= (logDet + e.groups[i].n*math.Log(e.variance)) / 2
		e.parts[i].inform(e.groups[i], information, right, e.variance)
	}
	mean, factors, err := solve(information, right)
	if err != nil {
		return err
	}
	e.mean, e.cov = mean, mat.NewSymDense(e.k, nil)
	_ = factors.InverseTo(e.cov) // of bad condition where the rows leave coefficients open
	e.logLikelihood -= factors.LogDet() / 2
	for i, p := range e.parts {
		rest, square := e.residual(i)
		e.logLikelihood -= (square - mat.Inner(rest, p.v, rest)/e.variance) / e.variance / 2
	}
	if math.IsNaN(e.logLikelihood) {
		return errPrecision
	}
	return nil
}

// update computes V and H, and returns log det (I + LᵀZᵀZL/σ²).
func (p *part) update(root *mat.Dense, variance float64) (logDet float64, err error) {
	q, _ := root.Dims()
	var half, inner, v mat.Dense
	half.Mul(root.T(), p.zz)
	inner.Mul(&half, root)
	m := mat.NewSymDense(q, nil)
	for i := range q {
		for j := i; j < q; j++ {
			m.SetSym(i, j, inner.At(i, j)/variance)
		}
		m.SetSym(i, i, m.At(i, i)+1)
	}
	var factors mat.Cholesky
	if !factors.Factorize(m) {
		return 0, errPrecision
	}
	_ = factors.SolveTo(&v, root.T()) // the least eigenvalue of m is 1
	v.Mul(root, &v)
	for i := range q {
		for j := i; j < q; j++ {
			p.v.SetSym(i, j, (v.At(i, j)+v.At(j, i))/2)
		}
	}
	p.h.Mul(p.v, p.zx)
	p.h.Scale(1/variance, p.h)
	return factors.LogDet(), nil
}

// inform adds a group's XᵀWX and XᵀWz, W⁻¹ = ZΨZᵀ + σ²I.
func (p *part) inform(g group, information *mat.SymDense, right *mat.VecDense, variance float64) {
	var less mat.Dense
	less.Mul(p.zx.T(), p.h)
	var part mat.VecDense
	part.MulVec(p.h.T(), p.zy)
	for i := range information.SymmetricDim() {
		for j := i; j < information.SymmetricDim(); j++ {
			information.SetSym(i, j, information.At(i, j)+(g.xx.At(i, j)-(less.At(i, j)+less.At(j, i))/2)/variance)
		}
		right.SetVec(i, right.AtVec(i)+(g.xz.AtVec(i)-part.AtVec(i))/variance)
	}
}

// residual is Zᵀ(z − Xβ) and ‖z − Xβ‖² of group i.
func (e *em) residual(i int) (rest *mat.VecDense, square float64) {
	g, p := e.groups[i], e.parts[i]
	rest = mat.NewVecDense(len(e.varies), nil)
	rest.MulVec(p.zx, e.mean)
	rest.SubVec(p.zy, rest)
	return rest, g.zz - 2*mat.Dot(e.mean, g.xz) + mat.Inner(e.mean, g.xx, e.mean)
}

// maximise replaces Ψ and σ² by the expectations of bbᵀ and of the squared noise over what
// expect knows of β and of each group's deviations b.
func (e *em) maximise() error {
	q := len(e.varies)
	psi, squares := mat.NewSymDense(q, nil), 0.
	var hc, hch, deviation mat.Dense
	b := mat.NewVecDense(q, nil)
	for i, p := range e.parts {
		rest, square := e.residual(i)
		b.MulVec(p.v, rest)
		b.ScaleVec(1/e.variance, b)
		hc.Mul(p.h, e.cov)
		hch.Mul(&hc, p.h.T())
		psi.SymRankOne(psi, 1, b)
		psi.AddSym(psi, p.v)
		for a := range q {
			for c := a; c < q; c++ {
				psi.SetSym(a, c, psi.At(a, c)+(hch.At(a, c)+hch.At(c, a))/2)
			}
		}
		squares += square - 2*mat.Dot(b, rest) + mat.Inner(b, p.zz, b)
		squares += traceOf(p.zz, p.v) + traceOf(e.groups[i].xx, e.cov)
		deviation.Mul(p.zx, e.cov) // ZᵀX C
		for a := range q {
			for j := range e.k {
				squares -= 2 * deviation.At(a, j) * p.h.At(a, j)
			}
		}
		squares += traceOf(p.zz, &hch)
	}
	psi.ScaleSym(1/float64(len(e.parts)), psi)
	e.variance = max(squares/e.rows, leastVariance)
	root, err := rootOf(psi, e.Slopes != Correlated)
	e.root = root
	return err
}

// traceOf is tr AB of symmetric matrices.
func traceOf(a, b mat.Matrix) (sum float64) {
	n, _ := a.Dims()
	for i := range n {
		for j := range n {
			sum += a.At(i, j) * b.At(j, i)
		}
	}
	return sum
}

// rootOf is L with LLᵀ = Ψ, or its diagonal; what is below 0 in Ψ, by rounding, counts as 0.
func rootOf(psi *mat.SymDense, diagonal bool) (*mat.Dense, error) {
	q := psi.SymmetricDim()
	root := mat.NewDense(q, q, nil)
	if diagonal {
		for i := range q {
			root.Set(i, i, math.Sqrt(max(psi.At(i, i), 0)))
		}
		return root, nil
	}
	var eigen mat.EigenSym
	if !eigen.Factorize(psi, true) {
		return nil, errPrecision
	}
	eigen.VectorsTo(root)
	for j, v := range eigen.Values(nil) {
		for i := range q {
			root.Set(i, j, root.At(i, j)*math.Sqrt(max(v, 0)))
		}
	}
	return root, nil
}
