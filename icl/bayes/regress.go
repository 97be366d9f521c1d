package bayes

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/internal/predict"
)

// estimator is the posterior over the function of one regression task.
type estimator interface {
	// learn updates it by an example. It may keep x.
	learn(x []float64, z float64)
	// predict returns mean and variance of the target of x.
	predict(x []float64) (mean, variance float64)
}

// regress returns the means and variances [T, len(at)] of an estimator. For the tasks'
// number of dimensions, prepare checks the settings and returns what makes the prior.
func regress(ctx context.Context, b *datasets.Batch, at []int, prepare func(d int) (prior func() estimator, err error)) (mean, variance []float32, err error) {
	if err := b.WantTargets(); err != nil {
		return nil, nil, err
	}
	prior, err := prepare(b.D)
	if err != nil {
		return nil, nil, err
	}
	pairs, err := predict.Online[estimator]{
		New: prior, Width: 2,
		Predict: func(e estimator, t, n int, out []float64) {
			if out != nil {
				out[0], out[1] = e.predict(predict.Widen(b.Point(t, n)))
			}
		},
		Learn: func(e estimator, t, n int) { e.learn(predict.Widen(b.Point(t, n)), float64(b.Z[t*b.N+n])) },
	}.Run(ctx, b, at)
	for i := 0; i < len(pairs); i += 2 {
		mean, variance = append(mean, pairs[i]), append(variance, pairs[i+1])
	}
	return mean, variance, err
}

// rounding is the relative error of a target stored as float32. Predictors take it for
// noise, on top of the noise of the family, of rounding times the target's standard
// deviation under the prior. Otherwise two nearly equal inputs would magnify the rounding
// of their targets.
const rounding = 0x1p-24

// Limits of the numbers in a prior and, from below, of the noise: no square overflows.
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

// mixture is a mixture of distributions by their means and variances.
type mixture struct {
	means, variances, weights []float64
}

func newMixture(n int) mixture {
	return mixture{make([]float64, n), make([]float64, n), make([]float64, n)}
}

// moments returns mean and variance of the mixture whose weights have these
// logarithms, up to a constant.
func (m mixture) moments(logWeights []float64) (mean, variance float64) {
	top := floats.Max(logWeights)
	for i, w := range logWeights {
		m.weights[i] = math.Exp(w - top)
	}
	predict.Normalise(m.weights)
	mean = floats.Dot(m.weights, m.means)
	for i, w := range m.weights {
		gap := m.means[i] - mean
		variance += w * (m.variances[i] + gap*gap)
	}
	return mean, variance
}
