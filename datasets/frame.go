package datasets

import (
	"math"
	"math/rand/v2"
)

// Frame draws k ≤ d orthonormal vectors in d dimensions, uniform over
// directions: Gaussian vectors, orthonormalised by Gram and Schmidt. It rounds alike on
// every machine. It returns none for sizes that [CheckSize] refuses.
func Frame(rng *rand.Rand, d, k int) [][]float64 {
	if CheckSize(1, k, d, 0) != nil {
		return nil
	}
	frame := make([][]float64, k)
	for i := range frame {
		x := make([]float64, d)
		for j := range x {
			x[j] = Normal(rng)
		}
		frame[i], _ = Orthonormal(frame[:i], x)
	}
	return frame
}

// Orthonormal returns what is left of x outside of the span of an orthonormal basis,
// scaled to length 1, and the length that it had. Where that is no more than
// rounding, the direction is arbitrary; where it is 0, it is NaN. Orthonormal overwrites x
// and rounds alike on every machine.
func Orthonormal(basis [][]float64, x []float64) (unit []float64, length float64) {
	for _, axis := range basis {
		along := Dot(axis, x)
		for i, v := range axis {
			x[i] -= float64(along * v) // the conversion prevents fusing
		}
	}
	length = math.Sqrt(Dot(x, x))
	for i := range x {
		x[i] /= length
	}
	return x, length
}

// Dot is Σ a_i b_i. It rounds alike on every machine.
func Dot(a, b []float64) float64 {
	sum := 0.0
	for i, v := range a {
		sum += float64(v * b[i]) // the conversion prevents fusing
	}
	return sum
}

// LogUniform draws a number from least to most whose logarithm is uniform. It is
// rounded to float32, which removes what the machines' exp and log may differ in.
func LogUniform(rng *rand.Rand, least, most float64) float64 {
	return float64(float32(least * math.Exp(rng.Float64()*math.Log(most/least))))
}
