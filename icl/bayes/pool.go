package bayes

import (
	"cmp"
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"

	"github.com/goicl/goicl/datasets"
)

// Pool is the Bayes predictor of regression with a w drawn from finitely many
// w_1..w_M with equal chances: the discrete minimum mean squared error estimator
// (dMMSE; Raventós et al. 2023). With z = w·x + Noise · ε,
//
//	P(j | D) ∝ exp(−Σ_i (z_i − w_j·x_i)² / (2 Noise²)),   mean = Σ_j P(j | D) w_j·x
//
// Without noise the members that agree with all examples share the weight; where
// none does, the nearest have it.
type Pool struct {
	Members [][]float32 `json:"members"`         // w_1..w_M, each [D]
	Noise   float64     `json:"noise,omitempty"` // standard deviation of a target about w·x
}

// Name is "dMMSE".
func (Pool) Name() string { return "dMMSE" }

// Regress returns mean and variance [T, len(at)] of each target.
func (m Pool) Regress(ctx context.Context, b *datasets.Batch, at []int) (mean, variance []float32, err error) {
	return regress(ctx, b, at, func(d int) (func() estimator, error) {
		return func() estimator {
			return &poolEstimator{Pool: m, logWeights: make([]float64, len(m.Members)), mixture: newMixture(len(m.Members))}
		}, cmp.Or(checkNoise(m.Noise), m.checkMembers(d))
	})
}

func (m Pool) checkMembers(d int) error {
	if len(m.Members) == 0 {
		return fmt.Errorf("bayes: a pool without members; list at least one")
	}
	for i, w := range m.Members {
		if len(w) != d {
			return fmt.Errorf("bayes: member %d of the pool has %d weights, the tasks have %d dimensions", i, len(w), d)
		}
		for j, v := range w {
			if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
				return fmt.Errorf("bayes: weight %d of member %d of the pool is %g", j, i, v)
			}
		}
	}
	return nil
}

type poolEstimator struct {
	Pool
	logWeights []float64 // log P(j | D) up to a constant
	mixture    mixture
}

// predictAll lets every member predict x, and returns the noise of the target.
func (e *poolEstimator) predictAll(x []float64) (noise float64) {
	for j, w := range e.Members {
		sum := 0.0
		for i, v := range w {
			sum += float64(v) * x[i]
		}
		e.mixture.means[j] = sum
	}
	scale := floats.Norm(e.mixture.means, 2) / math.Sqrt(float64(len(e.Members)))
	noise = math.Hypot(e.Noise, rounding*scale)
	for j := range e.Members {
		e.mixture.variances[j] = noise * noise
	}
	return noise
}

func (e *poolEstimator) predict(x []float64) (mean, variance float64) {
	e.predictAll(x)
	return e.mixture.moments(e.logWeights)
}

func (e *poolEstimator) learn(x []float64, z float64) {
	noise := e.predictAll(x)
	if noise == 0 {
		return // every member predicts 0: the target carries no information
	}
	for j, mean := range e.mixture.means {
		gap := (z - mean) / noise
		e.logWeights[j] -= gap * gap / 2
	}
}
