package multilevel

import (
	"cmp"
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/goicl/goicl/datasets"
)

// group holds what a linear model needs to know of a group, with inputs (1, x) and a target z
// in the units of sample.
type group struct {
	n  float64
	xx *mat.SymDense // Σ (1, x)(1, x)ᵀ
	xz *mat.VecDense // Σ (1, x) z
	zz float64       // Σ z²
}

// sample are groups, and the units in which they are: the root mean square of each input and
// of the target, or 1 where that is 0.
type sample struct {
	groups []group
	k      int // coefficients, one more than inputs
	rows   float64
	unit   []float64 // of the inputs; that of the intercept is 1
	target float64   // unit of the target
	varies []int     // coefficients that may differ between groups: the intercept, and of inputs that vary within half of them
}

// newSample reads groups.
func newSample(of []*datasets.Batch) (*sample, error) {
	if len(of) == 0 {
		return nil, errors.New("multilevel: no groups to fit a model to; give at least one batch")
	}
	tasks := 0
	for _, b := range of {
		if err := b.WantTargets(); err != nil {
			return nil, fmt.Errorf("multilevel: %w", err)
		}
		tasks += b.T
		if b.D != of[0].D {
			return nil, fmt.Errorf("multilevel: groups of %d and of %d inputs; want the same for all", of[0].D, b.D)
		}
	}
	s := &sample{k: of[0].D + 1}
	if err := datasets.CheckSize(tasks, s.k, s.k, 0); err != nil { // a matrix for each group
		return nil, fmt.Errorf("multilevel: %w", err)
	}
	s.measure(of)
	within := make([]int, s.k) // groups in which an input varies
	for _, b := range of {
		for t := range b.T {
			s.groups = append(s.groups, s.group(b, t, within))
		}
	}
	s.varies = []int{0}
	for j := 1; j < s.k; j++ {
		if 2*within[j] >= len(s.groups) {
			s.varies = append(s.varies, j)
		}
	}
	return s, nil
}

// measure finds the units.
func (s *sample) measure(of []*datasets.Batch) {
	s.unit = make([]float64, s.k)
	for _, b := range of {
		s.rows += float64(b.T * b.N)
		for i, x := range b.X {
			s.unit[1+i%b.D] += float64(x) * float64(x)
		}
		for _, z := range b.Z {
			s.target += float64(z) * float64(z)
		}
	}
	for j := range s.unit {
		s.unit[j] = cmp.Or(math.Sqrt(s.unit[j]/s.rows), 1)
	}
	s.unit[0], s.target = 1, cmp.Or(math.Sqrt(s.target/s.rows), 1)
}

// group reads a task, and counts the inputs that vary in it.
func (s *sample) group(b *datasets.Batch, t int, within []int) group {
	g := group{n: float64(b.N), xx: mat.NewSymDense(s.k, nil), xz: mat.NewVecDense(s.k, nil)}
	x, first := mat.NewVecDense(s.k, nil), b.Point(t, 0)
	moves := make([]bool, s.k)
	for n := range b.N {
		x.SetVec(0, 1)
		for j, v := range b.Point(t, n) {
			x.SetVec(j+1, float64(v)/s.unit[j+1])
			moves[j+1] = moves[j+1] || v != first[j]
		}
		z := float64(b.Z[t*b.N+n]) / s.target
		g.xx.SymRankOne(g.xx, 1, x)
		g.xz.AddScaledVec(g.xz, z, x)
		g.zz += z * z
	}
	for j, moved := range moves {
		if moved {
			within[j]++
		}
	}
	return g
}

// model is the result in the units of the data: of a covariance of the coefficients s.varies[..q].
func (s *sample) model(label string, mean *mat.VecDense, varies []int, cov mat.Matrix, variance float64) Model {
	m := Model{Label: label, Mean: make([]float64, s.k), Noise: s.target * math.Sqrt(variance)}
	for j := range m.Mean {
		m.Mean[j] = mean.AtVec(j) * s.target / s.unit[j]
	}
	if cov == nil {
		return m
	}
	m.Cov = square(s.k)
	for a, i := range varies {
		for b, j := range varies {
			v := (cov.At(a, b) + cov.At(b, a)) / 2
			m.Cov[i][j] = v * s.target / s.unit[i] * s.target / s.unit[j]
		}
	}
	return m
}

// ridge, times the mean information about a coefficient, is added to that about each, in the
// units of sample: nothing to one that the rows determine, while those that they do not
// determine become 0, or share alike what they have together.
const ridge = 1e-9

// leastVariance is the least variance of noise, in the units of sample.
const leastVariance = 1e-12

// Pooled fits one linear function to the rows of all groups, by least squares: the covariance
// of coefficients is 0, so that a group's known rows do not change the prediction. Noise is the root
// mean square of the residuals, with a degree of freedom lost for each coefficient.
func Pooled(groups []*datasets.Batch) (Model, error) {
	s, err := newSample(groups)
	if err != nil {
		return Model{}, err
	}
	mean, variance, err := s.pooled()
	if err != nil {
		return Model{}, err
	}
	return s.model("pooled least squares", mean, nil, nil, variance), nil
}

// pooled are the coefficients and the variance of the residuals.
func (s *sample) pooled() (mean *mat.VecDense, variance float64, err error) {
	xx, xz, zz := mat.NewSymDense(s.k, nil), mat.NewVecDense(s.k, nil), 0.
	for _, g := range s.groups {
		xx.AddSym(xx, g.xx)
		xz.AddVec(xz, g.xz)
		zz += g.zz
	}
	if mean, _, err = solve(xx, xz); err != nil {
		return nil, 0, err
	}
	square := zz - 2*mat.Dot(mean, xz) + mat.Inner(mean, xx, mean)
	return mean, max(square/max(s.rows-float64(s.k), 1), leastVariance), nil
}

// solve returns (A + r I)⁻¹ b and the factors of A + r I, where r is ridge times the mean of A's
// diagonal.
func solve(a *mat.SymDense, b *mat.VecDense) (*mat.VecDense, *mat.Cholesky, error) {
	k := a.SymmetricDim()
	sum, factors, x := mat.NewSymDense(k, nil), new(mat.Cholesky), mat.NewVecDense(k, nil)
	sum.CopySym(a)
	for j := range k {
		sum.SetSym(j, j, a.At(j, j)+ridge*cmp.Or(mat.Trace(a)/float64(k), 1))
	}
	if !factors.Factorize(sum) {
		return nil, nil, errPrecision
	}
	_ = factors.SolveVecTo(x, b) // of bad condition where the rows leave coefficients open
	for _, v := range x.RawVector().Data {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, nil, errPrecision
		}
	}
	return x, factors, nil
}

// errPrecision says that float64 has too few digits.
var errPrecision = errors.New("multilevel: the least squares are not solvable to working precision; standardise inputs and targets")
