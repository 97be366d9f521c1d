package baseline

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/internal/predict"
)

// BestStep is the rate of the best single step of gradient descent after n examples in d
// dimensions, and its expected error, for tasks z = w·x + noise · ε with w ~ N(0, I), whose
// inputs have independent coordinates of mean 0, that variance σ², and kurtosis
// κ = E x⁴/σ⁴ (3 for normal ones, 1.8 for uniform ones):
//
//	rate  = n / (σ² m),   m = n + d + κ − 2 + noise²/σ²
//	error = 1 − n/m
//
// The error is the squared distance from w·x at another such input, divided by that of
// predicting 0. It follows from E tr S = σ²d and E tr S² = σ⁴ d (n + d + κ − 2)/n. Arguments
// that make no sense give NaN.
func BestStep(n, d int, variance, kurtosis, noise float64) (rate, err float64) {
	if n < 1 || d < 1 || !(variance > 0) || !(kurtosis >= 1) || !(noise >= 0) {
		return math.NaN(), math.NaN()
	}
	m := float64(n) + float64(d) + kurtosis - 2 + noise*noise/variance
	return float64(n) / (variance * m), 1 - float64(n)/m
}

// ExpectedError is the error of the descent after n examples on tasks z = w·x + noise · ε with
// w ~ N(0, I), whose contexts are the first n inputs of the tasks of b (targets are not
// read): the squared distance from w·x at a query with as much variance in every direction,
// divided by that of predicting 0. It is exact for each context, and averaged over them:
// with the eigenvalues λ of S = XᵀX/n, and what is left of w along them after all steps,
//
//	r ← r(1 − Rate g²λ),   g ← g(1 − Gamma g²λ),   from r = g = 1,
//
// the error is the mean over D eigenvalues of r² + (noise²/n) (1 − r)²/λ. For two steps of
// GD++ without noise that is E tr(I − M)²/D with M = η₁S + η₂(I − γS)²S(I − η₁S).
//
// The interval is over contexts. It is an error if b has no tasks of more than n ≥ 1 points,
// or if a setting is out of range.
func (m Descent) ExpectedError(b *datasets.Batch, n int, noise float64) (eval.Estimate, error) {
	if err := m.validate(); err != nil {
		return eval.Estimate{}, err
	}
	all, err := spectra(b, n, noise)
	if err != nil {
		return eval.Estimate{}, err
	}
	return expectedError(m.stepsAt(n, b.D), all, noise*noise/float64(n)), nil
}

// expectedError is the mean over contexts with these eigenvalues of S, where noise is
// noise²/n.
func expectedError(steps []DescentStep, spectra [][]float64, noise float64) eval.Estimate {
	errs := make([]float64, len(spectra))
	for t, values := range spectra {
		for _, v := range values {
			errs[t] += errorAlong(steps, v, noise) / float64(len(values))
		}
	}
	return eval.Interval([][]float64{errs})
}

// errorAlong is the error along an eigenvector of S with the eigenvalue v.
func errorAlong(steps []DescentStep, v, noise float64) float64 {
	r, g := 1.0, 1.0
	for _, s := range steps {
		along := g * g * v
		r *= 1 - s.Rate*along
		g *= 1 - s.Gamma*along
	}
	if !(v > 0) { // fewer examples than dimensions
		return r * r
	}
	return r*r + noise*(1-r)*(1-r)/v
}

// spectra are the eigenvalues of XᵀX/n of each context of b, of n inputs.
func spectra(b *datasets.Batch, n int, noise float64) ([][]float64, error) {
	if err := b.Validate(); err != nil {
		return nil, err
	}
	if n < 1 || n >= b.N {
		return nil, fmt.Errorf("baseline: contexts of %d examples of tasks of %d points; want 1..%d", n, b.N, b.N-1)
	}
	if !(noise >= 0 && noise <= maxDescentRate) {
		return nil, fmt.Errorf("baseline: noise of %g; want 0..%g", noise, float64(maxDescentRate))
	}
	all, s := make([][]float64, b.T), mat.NewSymDense(b.D, nil)
	for t := range b.T {
		s.Zero()
		for i := range n {
			s.SymRankOne(s, 1/float64(n), mat.NewVecDense(b.D, predict.Widen(b.Point(t, i))))
		}
		var eigen mat.EigenSym
		if !eigen.Factorize(s, false) {
			return nil, fmt.Errorf("baseline: the inputs of task %d have no covariance with eigenvalues to working precision; scale them", t)
		}
		all[t] = eigen.Values(nil)
	}
	return all, nil
}
