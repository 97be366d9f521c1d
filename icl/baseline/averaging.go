package baseline

import (
	"context"

	"gonum.org/v1/gonum/floats"

	"github.com/goicl/goicl/datasets"
)

// Averaging predicts ŵ·x with ŵ = (1/n) Σ_i z_i x_i (Garg et al. 2022): right on
// average where inputs are N(0, I), and cheap, for no matrix is inverted. Before
// any example it predicts 0.
type Averaging struct{}

// Name is "averaging".
func (Averaging) Name() string { return "averaging" }

// Regress returns the means [T, len(at)]. It has no variance: nil.
func (Averaging) Regress(ctx context.Context, b *datasets.Batch, at []int) (mean, variance []float32, err error) {
	return regress(ctx, b, at, func() estimator { return new(averagingEstimator) })
}

type averagingEstimator struct {
	sum []float64 // Σ z x
	n   float64
}

func (e *averagingEstimator) predict(x []float64) float64 {
	return floats.Dot(e.sum, x) / e.n
}

func (e *averagingEstimator) learn(x []float64, z float64) {
	if e.sum == nil {
		e.sum = make([]float64, len(x))
	}
	floats.AddScaled(e.sum, z, x)
	e.n++
}
