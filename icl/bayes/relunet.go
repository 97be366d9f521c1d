package bayes

import (
	"context"
	"math"

	"gonum.org/v1/gonum/floats"

	"github.com/goicl/goicl/datasets"
)

// ReLUNet predicts two-layer networks of rectified linear units without biases, as
// ReLUNet in package regression draws them: it is the best predictor that is linear
// in the targets, a Gaussian process with the networks' covariance (Cho and Saul,
// "Kernel Methods for Deep Learning", NeurIPS 2009, eq. 6)
//
//	E f(x) f(x') = ‖x‖ ‖x'‖ (sin θ + (π − θ) cos θ) / π,   θ the angle of x and x'
//
// Networks of infinitely many units are that process (Neal 1996), and it is Bayes
// there; at 100 units it is not quite.
type ReLUNet struct{}

// Name is "arc-cosine process".
func (ReLUNet) Name() string { return "arc-cosine process" }

// Regress returns mean and variance [T, len(at)] of each target.
func (ReLUNet) Regress(ctx context.Context, b *datasets.Batch, at []int) (mean, variance []float32, err error) {
	return regress(ctx, b, at, func(int) (func() estimator, error) {
		return func() estimator { return new(arcCosineEstimator) }, nil
	})
}

// arcCosineEstimator holds the Cholesky factor L of the examples' covariance. Since
// f(x) = ‖x‖ f(x/‖x‖), it works with inputs of length 1.
type arcCosineEstimator struct {
	x [][]float64 // inputs, each of length 1
	l [][]float64 // rows of L
	a []float64   // L⁻¹ z
}

// solve returns L⁻¹k, where k are the covariances of f at unit and at the examples,
// and the variance left at unit.
func (e *arcCosineEstimator) solve(unit []float64) (row []float64, variance float64) {
	row, variance = make([]float64, len(e.x)), 1
	for i, x := range e.x {
		row[i] = (arcCosine(floats.Dot(x, unit)) - floats.Dot(e.l[i][:i], row[:i])) / e.l[i][i]
		variance -= row[i] * row[i]
	}
	return row, max(variance, 0)
}

func (e *arcCosineEstimator) predict(x []float64) (mean, variance float64) {
	length := floats.Norm(x, 2)
	if length == 0 {
		return 0, 0
	}
	row, variance := e.solve(scaled(x, 1/length))
	return length * floats.Dot(row, e.a), length * length * (variance + rounding*rounding)
}

func (e *arcCosineEstimator) learn(x []float64, z float64) {
	length := floats.Norm(x, 2)
	if length == 0 {
		return // z is 0, whatever f
	}
	unit := scaled(x, 1/length)
	row, variance := e.solve(unit)
	rest := math.Sqrt(variance + rounding*rounding)
	e.a = append(e.a, (z/length-floats.Dot(row, e.a))/rest)
	e.x, e.l = append(e.x, unit), append(e.l, append(row, rest))
}

func scaled(x []float64, by float64) []float64 { return floats.ScaleTo(make([]float64, len(x)), by, x) }

// arcCosine is the covariance at two inputs of length 1 with that cosine.
func arcCosine(cos float64) float64 {
	cos = min(max(cos, -1), 1)
	return (math.Sqrt(1-cos*cos) + (math.Pi-math.Acos(cos))*cos) / math.Pi
}
