package baseline

import (
	"context"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/internal/predict"
)

// LeastSquares is linear regression by least squares; of all solutions it takes
// the one of least norm.
//
// As a regressor it fits z ≈ w·x or, with Intercept, z ≈ w·x + b, where the norm is that of
// w alone. As a classifier it fits the one-hot labels on (x, 1), one output a class (Hastie, Tibshirani and
// Friedman, §4.2). The outputs are no probabilities yet: each is brought into
// [1/(n+C), (n+1)/(n+C)], so that no class is surer than n examples of it and
// nothing else would make it, and the outputs are scaled to sum 1. A class without
// an example gets 1/(n+C), Laplace's rule, and the others share the rest.
type LeastSquares struct {
	// Intercept adds one to a regression; a classifier has one in any case.
	Intercept bool `json:"intercept,omitempty"`
}

// Name is "least squares", or "least squares, intercept".
func (l LeastSquares) Name() string { return withIntercept("least squares", l.Intercept) }

// Regress returns the means [T, len(at)], 0 before any example. It has no variance: nil.
func (l LeastSquares) Regress(ctx context.Context, b *datasets.Batch, at []int) (mean, variance []float32, err error) {
	if l.Intercept {
		return regress(ctx, b, at, func() estimator { return &aboutMean{fit: leastAboutMean} })
	}
	return regress(ctx, b, at, func() estimator { return &spanEstimator{span{outputs: 1}} })
}

// Predict returns class probabilities [T, len(at), C].
func (LeastSquares) Predict(ctx context.Context, b *datasets.Batch, at []int) ([]float32, error) {
	return predict.EachQuery(ctx, b, at, func(s predict.Support, probs []float64) {
		fit := span{outputs: s.C}
		for i, y := range s.Y {
			oneHot := make([]float64, s.C)
			oneHot[y] = 1
			fit.learn(append(predict.Widen(s.Point(i)), 1), oneHot)
		}
		spreadOutputs(s, fit.predict(append(predict.Widen(s.Query), 1)), probs)
	})
}

// spreadOutputs makes probabilities of the outputs of a regression on one-hot
// labels, as [LeastSquares] describes.
func spreadOutputs(s predict.Support, outputs, probs []float64) {
	n, c := float64(len(s.Y)), float64(s.C)
	for i, v := range outputs {
		outputs[i] = min(max(v, 1/(n+c)), (n+1)/(n+c))
	}
	spread(s, outputs, probs)
}

// spanEstimator is a span with one output.
type spanEstimator struct{ span }

func (e *spanEstimator) predict(x []float64) float64 { return e.span.predict(x)[0] }

func (e *spanEstimator) learn(x []float64, z float64) { e.span.learn(x, []float64{z}) }

// leastAboutMean is the least-squares fit to centred examples, at a centred x.
func leastAboutMean(x, z *mat.Dense, at []float64) float64 {
	fit := span{outputs: 1}
	rows, _ := x.Dims()
	for i := range rows {
		fit.learn(x.RawRowView(i), z.RawRowView(i))
	}
	return fit.predict(at)[0]
}

// span is a least-squares fit of the inputs learnt so far. An orthonormal basis of
// their span, by Gram and Schmidt, gives each input full coordinates c; in them
// the fit is the triangular system R v = q, made so by rotations as in posterior.
// The solution v of full rank, back in the inputs' space, is the one of least norm.
type span struct {
	outputs int
	basis   [][]float64 // [rank][d]
	r       [][]float64 // R, row i from column i on: [rank][rank - i]
	q       [][]float64 // [rank][outputs]
}

// dependent is the relative distance from the span below which an input counts as
// inside of it: a few roundings of float32. In float64 the basis then stays
// orthogonal to 1e-10 without a second pass.
const dependent = 1e-6

// learn takes the example x → z [outputs]. It keeps neither.
func (f *span) learn(x, z []float64) {
	c, rest := f.coordinates(x)
	row := append([]float64{}, z...)
	if norm := floats.Norm(rest, 2); norm > dependent*floats.Norm(x, 2) {
		floats.Scale(1/norm, rest)
		f.basis = append(f.basis, rest)
		for i := range f.r {
			f.r[i] = append(f.r[i], 0)
		}
		f.r, f.q = append(f.r, []float64{0}), append(f.q, make([]float64, f.outputs))
		c = append(c, norm)
	}
	for i := range c {
		if c[i] == 0 {
			continue
		}
		h := math.Hypot(f.r[i][0], c[i])
		cos, sin := f.r[i][0]/h, c[i]/h
		rotate(cos, sin, f.r[i], c[i:])
		rotate(cos, sin, f.q[i], row)
	}
}

// coordinates returns those of x in the basis, and what is left of x.
func (f *span) coordinates(x []float64) (c, rest []float64) {
	c, rest = make([]float64, len(f.basis)), append([]float64{}, x...)
	for i, b := range f.basis {
		c[i] = floats.Dot(b, rest)
		floats.AddScaled(rest, -c[i], b)
	}
	return c, rest
}

func rotate(cos, sin float64, a, b []float64) {
	for j := range a {
		a[j], b[j] = cos*a[j]+sin*b[j], cos*b[j]-sin*a[j]
	}
}

// predict returns the outputs at x: c·v with R v = q is a·q with Rᵀa = c.
func (f *span) predict(x []float64) []float64 {
	out := make([]float64, f.outputs)
	a, _ := f.coordinates(x)
	for i, row := range f.r {
		a[i] /= row[0]
		floats.AddScaled(a[i+1:], -a[i], row[1:])
		floats.AddScaled(out, a[i], f.q[i])
	}
	return out
}
