package samplertest

import (
	"fmt"
	"math"

	"github.com/goicl/goicl/datasets"
)

// residuals are the targets less the rule's, [T, N].
func residuals(b *datasets.Batch, e Expect) []float64 {
	out := make([]float64, len(b.Z))
	latent := map[string][]float32{}
	for t := range b.T {
		for name, l := range b.Latent {
			latent[name] = l.Row(t)
		}
		for n := range b.N {
			i := t*b.N + n
			out[i] = float64(b.Z[i]) - e.Target(latent, b.Point(t, n))
		}
	}
	return out
}

// checkTarget requires every noise-free target to be what the rule says, up to the
// rounding of float32.
func checkTarget(b *datasets.Batch, e Expect) error {
	if e.Target == nil || e.Noise > 0 {
		return nil
	}
	for i, r := range residuals(b, e) {
		if !(math.Abs(r) <= 1e-5*(1+math.Abs(float64(b.Z[i])))) {
			return fmt.Errorf("task %d, point %d: target %g, the rule says %g", i/b.N, i%b.N, b.Z[i], float64(b.Z[i])-r)
		}
	}
	return nil
}

// checkNoise requires noise of mean 0 and the right size, drawn anew for each point.
func checkNoise(b *datasets.Batch, e Expect) error {
	if e.Target == nil || e.Noise == 0 {
		return nil
	}
	noise := residuals(b, e)
	if err := compare(b, 0, func(t, n int) float64 { return noise[t*b.N+n] }); err != nil {
		return fmt.Errorf("mean of the noise: %w", err)
	}
	if err := compare(b, e.Noise*e.Noise, func(t, n int) float64 { return noise[t*b.N+n] * noise[t*b.N+n] }); err != nil {
		return fmt.Errorf("variance of the noise: %w", err)
	}
	if b.N == 1 {
		return nil
	}
	if err := compare(b, 0, func(t, n int) float64 { return noise[t*b.N+n] * noise[t*b.N+(n+1)%b.N] }); err != nil {
		return fmt.Errorf("covariance of the noise of neighbours: %w", err)
	}
	return nil
}

// checkSquare compares the mean of squared targets.
func checkSquare(b *datasets.Batch, e Expect) error {
	if e.Square == 0 {
		return nil
	}
	return compare(b, e.Square, func(t, n int) float64 { return float64(b.Z[t*b.N+n]) * float64(b.Z[t*b.N+n]) })
}

// checkTargetPositions requires |z| to be as large at one position as at any other:
// the mean over tasks of its excess over the task's own mean is 0.
func checkTargetPositions(b *datasets.Batch) error {
	sum, squares := make([]float64, b.N), make([]float64, b.N)
	for t := range b.T {
		z, mean := b.Z[t*b.N:(t+1)*b.N], 0.0
		for _, v := range z {
			mean += math.Abs(float64(v)) / float64(b.N)
		}
		for n, v := range z {
			excess := math.Abs(float64(v)) - mean
			sum[n] += excess
			squares[n] += excess * excess
		}
	}
	for n := range sum {
		// The sum's standard error, as of a mean of 0.
		if se := math.Sqrt(squares[n]); math.Abs(sum[n]) > limit*se+1e-6 {
			return fmt.Errorf("targets at position %d are larger or smaller than elsewhere, by %.1f standard errors", n, sum[n]/se)
		}
	}
	return nil
}
