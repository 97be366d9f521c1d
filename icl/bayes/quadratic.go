package bayes

import (
	"context"
	"math"

	"github.com/goicl/goicl/datasets"
)

// Quadratic is the Bayes predictor of the quadratic functions of package regression,
// z = Σ_i w_i x_i²/√3 with w ~ N(0, I): that of [Linear] with the inputs x_i²/√3.
type Quadratic struct{}

// Name is "Bayes".
func (Quadratic) Name() string { return "Bayes" }

// Regress returns mean and variance [T, len(at)] of each target. It returns an error
// on a batch that is invalid or not of regression tasks, or an n outside the tasks.
func (Quadratic) Regress(ctx context.Context, b *datasets.Batch, at []int) (mean, variance []float32, err error) {
	return regress(ctx, b, at, func(d int) (func() estimator, error) {
		return func() estimator { return &quadraticEstimator{linearEstimator{posterior: newPosteriors(1, d)[0]}} }, nil
	})
}

type quadraticEstimator struct{ linearEstimator }

func (e *quadraticEstimator) predict(x []float64) (mean, variance float64) {
	return e.linearEstimator.predict(squares(x))
}

func (e *quadraticEstimator) learn(x []float64, z float64) { e.linearEstimator.learn(squares(x), z) }

// squares returns x_i²/√3.
func squares(x []float64) []float64 {
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = v * v / math.Sqrt(3)
	}
	return out
}
