// Package predicttest holds what the tests of packages bayes and baseline share.
package predicttest

import (
	"context"
	"log"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/eval"
)

// Labelled is a task in two dimensions: x1, x2 and the label of each point, the query
// last.
func Labelled(points ...[3]float32) *datasets.Batch {
	b := datasets.NewBatch(1, len(points), 2, 2)
	for i, p := range points {
		copy(b.Point(0, i), p[:2])
		b.Y[i] = int32(p[2])
	}
	return b
}

// OfClass1 is the probability that p gives class 1 of the query.
func OfClass1(p eval.Classifier, b *datasets.Batch) float32 {
	probs, err := p.Predict(context.Background(), b, []int{b.N - 1})
	if err != nil {
		log.Fatal(err)
	}
	return probs[1]
}

// Measured is a regression task: the inputs and the target of each point, the query last.
func Measured(points ...[]float32) *datasets.Batch {
	d := len(points[0]) - 1
	b := datasets.NewRegression(1, len(points), d)
	for i, p := range points {
		copy(b.Point(0, i), p[:d])
		b.Z[i] = p[d]
	}
	return b
}

// Target is what r expects of the query, and how unsure it is.
func Target(r eval.Regressor, b *datasets.Batch) (mean, variance float32) {
	m, v, err := r.Regress(context.Background(), b, []int{b.N - 1})
	if err != nil {
		log.Fatal(err)
	}
	if v == nil {
		return m[0], 0
	}
	return m[0], v[0]
}
