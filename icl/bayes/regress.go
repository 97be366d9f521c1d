package bayes

import (
	"context"
	"fmt"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/internal/predict"
)

// estimator is a student that knows how sure it is.
type estimator interface {
	predict.Student
	// predict returns mean and variance of the target of x.
	predict(x []float64) (mean, variance float64)
}

// regress returns the means and variances [T, len(at)] of an estimator, made anew
// for each task.
func regress[E estimator](ctx context.Context, b *datasets.Batch, at []int, newEstimator func() E) (mean, variance []float32, err error) {
	pairs, err := predict.Learn(ctx, b, at, 2, newEstimator, func(e E, x []float64, out []float32) {
		m, v := e.predict(x)
		out[0], out[1] = predict.Narrow(m), predict.Narrow(v)
	})
	if err != nil {
		return nil, nil, err
	}
	for i := 0; i < len(pairs); i += 2 {
		mean, variance = append(mean, pairs[i]), append(variance, pairs[i+1])
	}
	return mean, variance, nil
}

// rounding is the relative error of a target stored as float32. Bayes predictors
// take it for noise, on top of the noise they are told, of rounding times the
// target's standard deviation under the prior. Without it, two nearly equal inputs
// would blow the rounding of their targets up; with it nothing needs a threshold.
const rounding = 0x1p-24

// maxScale bounds what a prior is made of, and minNoise the noise from below, so
// that no square overflows.
const (
	maxScale = 1e30
	minNoise = 1e-30
)

func checkNoise(noise float64) error {
	if noise != 0 && !(noise >= minNoise && noise <= maxScale) {
		return fmt.Errorf("bayes: noise = %g; want %g to %g, or 0", noise, float64(minNoise), float64(maxScale))
	}
	return nil
}
