package markov

import (
	"math"
	"testing"

	"github.com/goicl/goicl/datasets"
)

// TestStationary: π P = π, even where probabilities are tiny.
func TestStationary(t *testing.T) {
	rng := datasets.Rand(1, "stationary")
	for _, a := range []float64{minConcentration, .1, 1, 30} {
		for _, k := range []int{2, 3, 40} {
			p := make([]float32, k*k)
			for i := range k {
				dirichlet(rng, a, p[i*k:(i+1)*k])
			}
			checkStationary(t, p, k)
		}
	}
	apart := []float32{1, 1e-12, 3e-12, 1} // exactly: π = (3, 1)/4
	if pi := checkStationary(t, apart, 2); math.Abs(pi[0]-.75) > 1e-6 {
		t.Errorf("π = %v of %v; want .75, .25", pi, apart)
	}
}

// checkStationary compares what flows into each state with what flows out of it, which is exact
// for rows that add up to 1 but for rounding, too.
func checkStationary(t *testing.T, p []float32, k int) []float64 {
	t.Helper()
	pi := stationary(p, k)
	sum := 0.
	for j := range k {
		in, out := 0., 0.
		for i := range k {
			if i != j {
				in += pi[i] * float64(p[i*k+j])
				out += pi[j] * float64(p[j*k+i])
			}
		}
		if sum += pi[j]; !(pi[j] >= 0) || !(math.Abs(in-out) <= 1e-9*in) {
			t.Errorf("%d states: π_%d is %g, in flows %g and out %g", k, j, pi[j], in, out)
		}
	}
	if math.Abs(sum-1) > 1e-9 {
		t.Errorf("%d states: π adds up to %g", k, sum)
	}
	return pi
}

// TestMixture: the weights have the concentration of the rows where k(a+1) is a whole number.
func TestMixture(t *testing.T) {
	for _, c := range []struct {
		s    Chains
		m    int
		want float64
	}{
		{Chains{States: 3, Concentration: 1}, 7, 1}, {Chains{States: 5, Concentration: 2}, 16, 2}, {Chains{States: 2, Concentration: .5}, 4, .5},
		{Chains{States: 3, Concentration: .2}, 5, .6 / 3.4},
	} {
		if m, b := c.s.mixture(); m != c.m || math.Abs(b-c.want) > 1e-12 {
			t.Errorf("%+v: %d permutations with the concentration %g; want %d, %g", c.s, m, b, c.m, c.want)
		}
	}
}
