package multilevel

import (
	"gonum.org/v1/gonum/mat"

	"github.com/goicl/goicl/datasets"
)

// Moments fits the distribution of coefficients by the moments of least-squares fits to each
// group (Swamy, Econometrica 38, 1970): empirical Bayes. From the residuals of [Pooled] each group
// gets an intercept and slopes δ_i of the inputs that vary within at least half of the groups,
// with covariance σ²A_i⁻¹. Then
//
//	Mean = pooled coefficients + mean of δ_i,  σ² = residual squares / degrees of freedom
//	Cov  = covariance of δ_i − σ² · mean of A_i⁻¹
//
// where what is negative in Cov becomes 0. Groups count that determine their coefficients: with
// more rows than these, and inputs that vary in each direction by a hundredth of what they do over all
// groups. Where less than two groups more than there are coefficients do, only the intercepts
// differ between groups, and with less than two groups nothing does.
func Moments(groups []*datasets.Batch) (Model, error) {
	s, err := newSample(groups)
	if err != nil {
		return Model{}, err
	}
	mean, variance, err := s.pooled()
	if err != nil {
		return Model{}, err
	}
	const label = "empirical Bayes"
	for _, varies := range [][]int{s.varies, s.varies[:1]} {
		f := s.fits(mean, varies)
		if q := len(varies); len(f.deltas) < 2 || q > 1 && len(f.deltas) < q+2 || f.free <= 0 {
			continue
		}
		cov, err := f.moments(mean, varies)
		if err != nil {
			return Model{}, err
		}
		return s.model(label, mean, varies, cov, max(f.squares/f.free, leastVariance)), nil
	}
	return s.model(label, mean, nil, nil, variance), nil
}

// fits are least-squares fits to the residuals of groups.
type fits struct {
	deltas   []*mat.VecDense
	inverses []*mat.SymDense // A_i⁻¹
	squares  float64         // of what is left
	free     float64         // degrees of freedom
}

// fits are those of the groups that determine their coefficients.
func (s *sample) fits(mean *mat.VecDense, varies []int) (f fits) {
	q := len(varies)
	for _, g := range s.groups {
		if g.n <= float64(q) {
			continue
		}
		a, right := mat.NewSymDense(q, nil), mat.NewVecDense(q, nil)
		var xw mat.VecDense
		xw.MulVec(g.xx, mean)
		for k, i := range varies {
			right.SetVec(k, g.xz.AtVec(i)-xw.AtVec(i))
			for l, j := range varies {
				a.SetSym(k, l, g.xx.At(i, j))
			}
		}
		if !determined(a, g.n) {
			continue
		}
		var factors mat.Cholesky
		inverse, delta := mat.NewSymDense(q, nil), mat.NewVecDense(q, nil)
		if !factors.Factorize(a) || factors.InverseTo(inverse) != nil || factors.SolveVecTo(delta, right) != nil {
			continue
		}
		square := g.zz - 2*mat.Dot(mean, g.xz) + mat.Inner(mean, g.xx, mean)
		f.deltas, f.inverses = append(f.deltas, delta), append(f.inverses, inverse)
		f.squares += max(square-mat.Dot(delta, right), 0)
		f.free += g.n - float64(q)
	}
	return f
}

// determined reports whether the least mean square of inputs along a direction is enough.
func determined(a *mat.SymDense, n float64) bool {
	var eigen mat.EigenSym
	return eigen.Factorize(a, false) && eigen.Values(nil)[0] >= 1e-4*n
}

// moments adds the mean of the fits to mean, and returns the covariance.
func (f fits) moments(mean *mat.VecDense, varies []int) (mat.Matrix, error) {
	q, count := len(varies), float64(len(f.deltas))
	centre, cov := mat.NewVecDense(q, nil), mat.NewSymDense(q, nil)
	for _, d := range f.deltas {
		centre.AddScaledVec(centre, 1/count, d)
	}
	gap, less := mat.NewVecDense(q, nil), mat.NewSymDense(q, nil)
	for i, d := range f.deltas {
		gap.SubVec(d, centre)
		cov.SymRankOne(cov, 1/(count-1), gap)
		less.AddSym(less, f.inverses[i])
	}
	less.ScaleSym(-f.squares/f.free/count, less)
	cov.AddSym(cov, less)
	root, err := rootOf(cov, false)
	if err != nil {
		return nil, err
	}
	for k, j := range varies {
		mean.SetVec(j, mean.AtVec(j)+centre.AtVec(k))
	}
	var psd mat.Dense
	psd.Mul(root, root.T())
	return &psd, nil
}
