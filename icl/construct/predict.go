package construct

import (
	"math"

	"github.com/gomlx/compute"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/engine"
	"github.com/goicl/goicl/icl/learner"
)

// PredictFunc predicts the query at[t] of each task t from the at[t] points before it. It
// returns class probabilities [T, C], or targets [T, 1].
type PredictFunc func(b *datasets.Batch, at []int32) ([][]float64, error)

// Predictor returns the predictions of l with its weights as a function. It compiles once
// for each shape of batch, of tasks with d inputs and c classes (0 for real targets).
func Predictor[T float32 | float64](on compute.Backend, l learner.Learner, weights []T, d, c int) (PredictFunc, error) {
	e, err := engine.Compile[T](on, l, d, c)
	if err != nil {
		return nil, err
	}
	return func(b *datasets.Batch, at []int32) ([][]float64, error) {
		flat, err := e.Logits(weights, b, at)
		if err != nil {
			return nil, err
		}
		k := len(flat) / b.T
		out := make([][]float64, b.T)
		for t := range out {
			for _, v := range flat[t*k : (t+1)*k] {
				out[t] = append(out[t], float64(v))
			}
			if !b.Regression() {
				softmax(out[t])
			}
		}
		return out, nil
	}, nil
}

// Predict is one call of [Predictor].
func Predict[T float32 | float64](on compute.Backend, l learner.Learner, weights []T, b *datasets.Batch, at []int32) ([][]float64, error) {
	if err := b.Validate(); err != nil {
		return nil, err
	}
	predict, err := Predictor(on, l, weights, b.D, b.C)
	if err != nil {
		return nil, err
	}
	return predict(b, at)
}

// softmax turns logits into probabilities, in place.
func softmax(v []float64) {
	top, sum := math.Inf(-1), 0.
	for _, x := range v {
		top = max(top, x)
	}
	for i, x := range v {
		v[i] = math.Exp(x - top)
		sum += v[i]
	}
	for i := range v {
		v[i] /= sum
	}
}
