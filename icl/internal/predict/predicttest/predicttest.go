// Package predicttest holds what the tests and examples of predictors and of studies share.
// Its functions panic on an error.
package predicttest

import (
	"context"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/eval"
)

// Labelled is a classification task in two dimensions: x1, x2 and the label of each
// point, the query last.
func Labelled(points ...[3]float32) *datasets.Batch {
	b := datasets.NewBatch(1, len(points), 2, 2)
	for i, p := range points {
		copy(b.Point(0, i), p[:2])
		b.Y[i] = int32(p[2])
	}
	return b
}

// Measured is a regression task: the inputs and the target of each point, the query last.
func Measured(points ...[]float32) *datasets.Batch {
	d := len(points[0]) - 1
	b := datasets.NewBatch(1, len(points), d, 0)
	for i, p := range points {
		copy(b.Point(0, i), p[:d])
		b.Z[i] = p[d]
	}
	return b
}

// Predict returns the probabilities [T, len(at), C].
func Predict(p eval.Predictor, b *datasets.Batch, at ...int) []float32 {
	probs, err := eval.Predict(context.Background(), p, b, at)
	if err != nil {
		panic(err)
	}
	return probs
}

// Regress returns means and variances [T, len(at)].
func Regress(r eval.Regressor, b *datasets.Batch, at ...int) (mean, variance []float32) {
	mean, variance, err := r.Regress(context.Background(), b, at)
	if err != nil {
		panic(err)
	}
	return mean, variance
}

// OfClass1 is the probability of class 1 of a batch's last point.
func OfClass1(p eval.Predictor, b *datasets.Batch) float32 { return Predict(p, b, b.N-1)[1] }

// Target is the mean and, if there is one, the variance of a batch's last point.
func Target(r eval.Regressor, b *datasets.Batch) (mean, variance float32) {
	m, v := Regress(r, b, b.N-1)
	if v == nil {
		return m[0], 0
	}
	return m[0], v[0]
}

// Draw samples that many tasks, the same ones for the same arguments.
func Draw(s datasets.Sampler, tasks int) *datasets.Batch {
	b, err := s.Sample(datasets.Rand(1, s.Name()), tasks)
	if err != nil {
		panic(err)
	}
	return b
}
