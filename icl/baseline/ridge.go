package baseline

import (
	"context"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/internal/predict"
)

// Ridge is ridge regression with a penalty chosen on each context by
// leave-one-out cross-validation. It minimises
//
//	Σ_i (z_i − w·x_i)² + λ ‖w‖²
//
// where λ is that one of 10^−6, 10^−5.5 … 10³ times the mean square of the inputs
// whose sum of squared leave-one-out errors is least, and of equals the smallest.
// With H = X(XᵀX + λI)⁻¹Xᵀ, the error at example i of the fit to all others is
// (z_i − (Hz)_i)/(1 − H_ii), so that no fit is repeated (Hastie, Tibshirani and
// Friedman, §7.10).
//
// With Intercept it fits z ≈ w·x + b, where b is not penalised. As a classifier it fits the
// one-hot labels, one output a class and one λ for all, with such an intercept. Probabilities follow from the
// outputs as in [LeastSquares].
type Ridge struct {
	// Intercept adds one to a regression; a classifier has one in any case.
	Intercept bool `json:"intercept,omitempty"`
}

// Name is "ridge", or "ridge, intercept".
func (r Ridge) Name() string { return withIntercept("ridge", r.Intercept) }

// Regress returns the means [T, len(at)], 0 before any example. It has no variance: nil.
func (r Ridge) Regress(ctx context.Context, b *datasets.Batch, at []int) (mean, variance []float32, err error) {
	if r.Intercept {
		return regress(ctx, b, at, func() estimator { return &aboutMean{fit: ridgeAboutMean} })
	}
	return regress(ctx, b, at, func() estimator { return new(ridgeEstimator) })
}

// Predict returns class probabilities [T, len(at), C].
func (Ridge) Predict(ctx context.Context, b *datasets.Batch, at []int) ([]float32, error) {
	return predict.EachQuery(ctx, b, at, func(s predict.Support, probs []float64) {
		outputs := make([]float64, s.C)
		if len(s.Y) > 1 { // one example leaves nothing to validate on
			outputs = ridgeOutputs(s)
		}
		spreadOutputs(s, outputs, probs)
	})
}

// ridgeOutputs fits the one-hot labels about their means.
func ridgeOutputs(s predict.Support) []float64 {
	x, z := mat.NewDense(len(s.Y), s.D, nil), mat.NewDense(len(s.Y), s.C, nil)
	for i, y := range s.Y {
		x.SetRow(i, predict.Widen(s.Point(i)))
		z.Set(i, int(y), 1)
	}
	xMean, out := centre(x), centre(z)
	query := predict.Widen(s.Query)
	floats.Sub(query, xMean)
	floats.Add(out, newRidgeFit(x, z, 1/float64(len(s.Y))).predict(query))
	return out
}

// centre subtracts the mean of each column and returns the means.
func centre(m *mat.Dense) []float64 {
	rows, columns := m.Dims()
	mean := make([]float64, columns)
	for i := range rows {
		floats.AddScaled(mean, 1/float64(rows), m.RawRowView(i))
	}
	for i := range rows {
		floats.Sub(m.RawRowView(i), mean)
	}
	return mean
}

type ridgeEstimator struct{ examples }

func (e *ridgeEstimator) predict(x []float64) float64 {
	rows := mat.NewDense(len(e.x), len(x), nil)
	for i, row := range e.x {
		rows.SetRow(i, row)
	}
	return newRidgeFit(rows, mat.NewDense(len(e.z), 1, e.z), 0).predict(x)[0]
}

// ridgeAboutMean is the fit to centred examples, at a centred x. One example has no slope.
func ridgeAboutMean(x, z *mat.Dense, at []float64) float64 {
	rows, _ := x.Dims()
	if rows < 2 {
		return 0
	}
	return newRidgeFit(x, z, 1/float64(rows)).predict(at)[0]
}

// ridgeFit is a ridge regression in the coordinates of X = U S Vᵀ: the fit with
// penalty λ shrinks coordinate j of the targets by s_j²/(s_j² + λ).
type ridgeFit struct {
	u, v     mat.Dense
	s        []float64
	z, along *mat.Dense // targets [n, outputs] and Uᵀz
	leverage float64    // of the intercept on each example, 1/n, or 0 without one
	scale    float64    // mean square of the inputs
}

func newRidgeFit(x, z *mat.Dense, leverage float64) *ridgeFit {
	f := &ridgeFit{z: z, along: new(mat.Dense), leverage: leverage}
	n, d := x.Dims()
	norm := mat.Norm(x, 2)
	f.scale = norm * norm / float64(n*d)
	var svd mat.SVD
	if f.scale == 0 || !svd.Factorize(x, mat.SVDThin) {
		f.scale = 0
		return f
	}
	svd.UTo(&f.u)
	svd.VTo(&f.v)
	f.s = svd.Values(nil)
	f.along.Mul(f.u.T(), z)
	return f
}

// predict returns the outputs at x with the best penalty. Where all inputs are 0
// nothing can be fitted, and it returns 0.
func (f *ridgeFit) predict(x []float64) []float64 {
	_, outputs := f.z.Dims()
	out := make([]float64, outputs)
	if f.scale == 0 {
		return out
	}
	lambda := f.penalty()
	for j, s := range f.s {
		weight := 0.0
		for i, v := range x {
			weight += f.v.At(i, j) * v
		}
		floats.AddScaled(out, weight*s/(s*s+lambda), f.along.RawRowView(j))
	}
	return out
}

// penalty returns the λ of least leave-one-out error.
func (f *ridgeFit) penalty() float64 {
	best, least := 0.0, math.Inf(1)
	for half := -12; half <= 6; half++ {
		lambda := math.Pow(10, float64(half)/2) * f.scale
		// Better by no more than rounding is not better.
		if e := f.leaveOneOut(lambda); e < least*(1-1e-9) || best == 0 {
			best, least = lambda, e
		}
	}
	return best
}

// leaveOneOut is the sum of squared leave-one-out errors.
func (f *ridgeFit) leaveOneOut(lambda float64) float64 {
	n, outputs := f.z.Dims()
	fitted, sum := make([]float64, outputs), 0.0
	for i := range n {
		clear(fitted)
		leverage := f.leverage
		for j, s := range f.s {
			u, kept := f.u.At(i, j), s*s/(s*s+lambda)
			leverage += u * u * kept
			floats.AddScaled(fitted, u*kept, f.along.RawRowView(j))
		}
		for c, z := range f.z.RawRowView(i) {
			e := (z - fitted[c]) / (1 - leverage)
			sum += e * e
		}
	}
	return sum
}
