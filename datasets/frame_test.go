package datasets_test

import (
	"math"
	"testing"

	"github.com/goicl/goicl/datasets"
)

// TestFrame: vectors of length 1 at right angles, in no direction more than in another.
func TestFrame(t *testing.T) {
	const d, k, draws = 4, 3, 2000
	rng := datasets.Rand(1, "frame")
	squares := make([]float64, d)
	for range draws {
		frame := datasets.Frame(rng, d, k)
		for i, a := range frame {
			for j, b := range frame[:i+1] {
				want := 0.
				if i == j {
					want = 1
				}
				if got := datasets.Dot(a, b); math.Abs(got-want) > 1e-12 {
					t.Fatalf("vectors %d and %d have the product %g, want %g", i, j, got, want)
				}
			}
		}
		for j, v := range frame[k-1] {
			squares[j] += v * v / draws
		}
	}
	for j, got := range squares {
		// The square of a coordinate is Beta(1/2, 3/2): variance 2·3/(16·6).
		if math.Abs(got-1./d) > 5*math.Sqrt(6./96/draws) {
			t.Errorf("mean square %.4f of coordinate %d, want .25", got, j)
		}
	}
	if unit, length := datasets.Orthonormal([][]float64{{1, 0}}, []float64{3, -2}); unit[0] != 0 || unit[1] != -1 || length != 2 {
		t.Errorf("%g of length %g is left of (3, −2) beside (1, 0)", unit, length)
	}
	if _, length := datasets.Orthonormal([][]float64{{1, 0}}, []float64{3, 0}); length != 0 {
		t.Errorf("length %g is left of a vector in the span", length)
	}
}

func TestLogUniform(t *testing.T) {
	const draws = 20_000
	rng, mean := datasets.Rand(1, "log-uniform"), 0.0
	for range draws {
		v := datasets.LogUniform(rng, .01, 1)
		if v < float64(float32(.01)) || v > 1 {
			t.Fatalf("%g lies outside of .01..1", v)
		}
		mean += math.Log10(v) / draws
	}
	if math.Abs(mean+1) > 5*2/math.Sqrt(12*draws) {
		t.Errorf("the mean logarithm is %.4f, want -1", mean)
	}
	if v := datasets.LogUniform(rng, 3, 3); v != 3 {
		t.Errorf("%g from 3 to 3", v)
	}
}
