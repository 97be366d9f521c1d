// Package eval measures predictors on fresh test tasks: accuracy by number of
// in-context examples, with confidence intervals over tasks and seeds.
package eval

import (
	"context"

	"github.com/goicl/goicl/datasets"
)

// Predictor is whatever can be evaluated: a fitted learner, an oracle, k-NN.
type Predictor interface {
	Name() string
	// Predict returns class probabilities [T, len(at), C]: those of point n of
	// each task given the n points before it, for each n in at. It reads neither
	// the label of point n nor anything after it, and does not change the batch.
	Predict(ctx context.Context, b *datasets.Batch, at []int) ([]float32, error)
}

// Curve is a statistic by number of in-context examples: at N[i] examples it is
// Mean[i], with a 95 % confidence interval from Lo[i] to Hi[i].
type Curve struct {
	Learner string    `json:"learner"`
	Family  string    `json:"family"`
	Metric  Metric    `json:"metric,omitempty"`
	N       []int     `json:"n"`
	Mean    []float64 `json:"mean"`
	Lo      []float64 `json:"lo"`
	Hi      []float64 `json:"hi"`
}
