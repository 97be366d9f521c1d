package bayes

import (
	"cmp"
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/goicl/goicl/datasets"
)

// Linear is the Bayes predictor of linear regression with a Gaussian prior:
// z = w·x + Noise · ε, w ~ N(µ, Σ), ε ~ N(0, 1). The target at x after the
// examples X, z is normal with mean ŵ·x, where
//
//	ŵ = µ + ΣXᵀ(XΣXᵀ + Noise² I)⁻¹(z − Xµ)
//
// and variance Noise² + xᵀ(Σ − ΣXᵀ(XΣXᵀ + Noise² I)⁻¹XΣ)x. The zero value, µ = 0,
// Σ = I and no noise, fits the zero value of the sampler Linear in package
// regression: ŵ is then the least-norm solution, and the mean squared error at
// inputs x ~ N(0, I) is max(d − n, 0).
type Linear struct {
	Mean  []float64   `json:"mean,omitempty"`  // µ [D]; nil means 0
	Cov   [][]float64 `json:"cov,omitempty"`   // Σ [D, D], positive semidefinite; nil means I
	Noise float64     `json:"noise,omitempty"` // standard deviation of a target about w·x
}

// Name is "Bayes".
func (Linear) Name() string { return "Bayes" }

// Regress returns mean and variance [T, len(at)] of each target.
func (m Linear) Regress(ctx context.Context, b *datasets.Batch, at []int) (mean, variance []float32, err error) {
	return regress(ctx, b, at, func(d int) (func() estimator, error) {
		if err := cmp.Or(checkNoise(m.Noise), m.checkMean(d)); err != nil {
			return nil, err
		}
		root, err := m.root(d)
		return func() estimator { return m.estimator(d, root) }, err
	})
}

// estimator is one task's, given the root of Σ.
func (m Linear) estimator(d int, root *mat.Dense) *linearEstimator {
	return &linearEstimator{mean: m.Mean, root: root, noise: m.Noise, posterior: newPosteriors(1, d)[0], u: make([]float64, d)}
}

func (m Linear) checkMean(d int) error {
	if m.Mean != nil && len(m.Mean) != d {
		return fmt.Errorf("bayes: a prior mean of %d numbers for tasks of %d dimensions", len(m.Mean), d)
	}
	for i, v := range m.Mean {
		if !(math.Abs(v) <= maxScale) {
			return fmt.Errorf("bayes: the prior mean is %g in dimension %d; want at most %g", v, i, float64(maxScale))
		}
	}
	return nil
}

// root returns L with Σ = LLᵀ, or nil for Σ = I: the eigenvectors times the roots
// of the eigenvalues, so that Σ may be singular.
func (m Linear) root(d int) (*mat.Dense, error) {
	if m.Cov == nil {
		return nil, nil
	}
	cov, err := m.symmetric(d)
	if err != nil {
		return nil, err
	}
	var eigen mat.EigenSym
	if !eigen.Factorize(cov, true) {
		return nil, fmt.Errorf("bayes: the prior covariance has no eigenvalues to working precision; scale it")
	}
	values, root := eigen.Values(nil), new(mat.Dense)
	eigen.VectorsTo(root)
	for j, v := range values {
		if v < -1e-9*floats.Max(values) || floats.Max(values) < 0 {
			return nil, fmt.Errorf("bayes: the prior covariance has the eigenvalue %g; want none below 0", v)
		}
		for i := range d {
			root.Set(i, j, root.At(i, j)*math.Sqrt(max(v, 0)))
		}
	}
	return root, nil
}

func (m Linear) symmetric(d int) (*mat.SymDense, error) {
	if len(m.Cov) != d {
		return nil, fmt.Errorf("bayes: a prior covariance of %d rows for tasks of %d dimensions", len(m.Cov), d)
	}
	cov := mat.NewSymDense(d, nil)
	for i, row := range m.Cov {
		if len(row) != d {
			return nil, fmt.Errorf("bayes: row %d of the prior covariance has %d numbers, want %d", i, len(row), d)
		}
		for j, v := range row {
			if !(math.Abs(v) <= maxScale) {
				return nil, fmt.Errorf("bayes: the prior covariance of dimensions %d and %d is %g; want at most %g", i, j, v, float64(maxScale))
			}
			if j < i && math.Abs(v-m.Cov[j][i]) > 1e-9*math.Abs(v) {
				return nil, fmt.Errorf("bayes: the prior covariance is not symmetric: %g and %g for dimensions %d and %d", v, m.Cov[j][i], i, j)
			}
			cov.SetSym(i, j, v)
		}
	}
	return cov, nil
}

// linearEstimator holds w = µ + Lv, v ~ N(0, I) before any example.
type linearEstimator struct {
	posterior
	mean  []float64
	root  *mat.Dense
	noise float64
	u     []float64 // Lᵀx
}

// whiten returns Lᵀx, µ·x and the noise of the target.
func (e *linearEstimator) whiten(x []float64) (u []float64, offset, noise float64) {
	u = x
	if e.root != nil {
		u = e.u
		mat.NewVecDense(len(u), u).MulVec(e.root.T(), mat.NewVecDense(len(x), x))
	}
	if e.mean != nil {
		offset = floats.Dot(e.mean, x)
	}
	return u, offset, math.Hypot(e.noise, rounding*math.Hypot(floats.Norm(u, 2), offset))
}

func (e *linearEstimator) predict(x []float64) (mean, variance float64) {
	u, offset, noise := e.whiten(x)
	mean, variance = e.posterior.predict(u)
	return offset + mean, variance + noise*noise
}

func (e *linearEstimator) learn(x []float64, z float64) {
	u, offset, noise := e.whiten(x)
	e.posterior.learn(u, z-offset, noise)
}

// Quadratic is the Bayes predictor of the quadratic functions of package regression, that of
// [Linear] with other inputs: z = Σ_i w_i x_i²/√3 with w ~ N(0, I) is linear in x_i²/√3, and
// with mixed terms z = xᵀWx/√D in x_i²/√D and, for i < j, √2 x_i x_j/√D.
type Quadratic struct {
	Mixed bool `json:"mixed,omitempty"` // with mixed terms, in up to 60 dimensions
}

const maxMixed = 60

// Name is "Bayes".
func (Quadratic) Name() string { return "Bayes" }

// Regress returns mean and variance [T, len(at)] of each target.
func (m Quadratic) Regress(ctx context.Context, b *datasets.Batch, at []int) (mean, variance []float32, err error) {
	return regress(ctx, b, at, func(d int) (func() estimator, error) {
		terms, count := squares, d
		if m.Mixed {
			if d > maxMixed {
				return nil, fmt.Errorf("bayes: quadratic functions with mixed terms in %d dimensions; want at most %d", d, maxMixed)
			}
			terms, count = products, d*(d+1)/2
		}
		return func() estimator {
			return &quadraticEstimator{linearEstimator{posterior: newPosteriors(1, count)[0]}, terms}
		}, nil
	})
}

type quadraticEstimator struct {
	linearEstimator
	terms func(x []float64) []float64
}

func (e *quadraticEstimator) predict(x []float64) (mean, variance float64) {
	return e.linearEstimator.predict(e.terms(x))
}

func (e *quadraticEstimator) learn(x []float64, z float64) { e.linearEstimator.learn(e.terms(x), z) }

// squares returns x_i²/√3.
func squares(x []float64) []float64 {
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = v * v / math.Sqrt(3)
	}
	return out
}

// products returns x_i²/√D and √2 x_i x_j/√D.
func products(x []float64) (out []float64) {
	d := float64(len(x))
	for i, v := range x {
		out = append(out, v*v/math.Sqrt(d))
		for _, u := range x[:i] {
			out = append(out, v*u*math.Sqrt(2/d))
		}
	}
	return out
}
