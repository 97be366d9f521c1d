package train

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// The rate grows for a warm-up and falls along half a cosine.
func ExampleRecipe_RateAt() {
	r := Recipe{Steps: 1000, Rate: 1e-3, Warmup: 100, Cosine: true}
	for _, s := range []int{0, 99, 500, 999} {
		fmt.Printf("step %3d: %.1e\n", s, r.RateAt(s))
	}
	// Output:
	// step   0: 1.0e-05
	// step  99: 9.8e-04
	// step 500: 5.1e-04
	// step 999: 1.0e-05
}

// TestStratified: all lengths are in range, the strata are filled once each, and
// the mean length is that of the uniform distribution.
func TestStratified(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	const first, last, tasks = 2, 49, 96
	counts := map[int32]int{}
	for range 200 {
		at := Stratified(rng, first, last, tasks)
		strata := map[int32]int{}
		for _, n := range at {
			if n < first || n > last {
				t.Fatalf("length %d outside %d..%d", n, first, last)
			}
			counts[n]++
			strata[n]++
		}
		for n := int32(first); n <= last; n++ {
			if strata[n] != 2 { // 96 strata over 48 lengths
				t.Fatalf("length %d drawn %d times of 96, want 2", n, strata[n])
			}
		}
	}
	if len(counts) != last-first+1 {
		t.Errorf("%d lengths were drawn, want %d", len(counts), last-first+1)
	}
}

// TestAdam compares with the update worked out by hand for two steps.
func TestAdam(t *testing.T) {
	a := NewAdam[float64](1)
	p := []float64{1}
	a.Update(p, []float64{2}, .1)
	if want := 1 - .1*2/(2+eps); math.Abs(p[0]-want) > 1e-12 {
		t.Errorf("after one step %.15f, want %.15f", p[0], want)
	}
	before := p[0]
	a.Update(p, []float64{-1}, .1)
	m := (.9*.1*2 - .1*1) / (1 - .81)
	v := (.999*.001*4 + .001*1) / (1 - .999*.999)
	if want := before - .1*m/(math.Sqrt(v)+eps); math.Abs(p[0]-want) > 1e-12 {
		t.Errorf("after two steps %.15f, want %.15f", p[0], want)
	}
}

func TestClipNorm(t *testing.T) {
	g := []float64{3, 4}
	if n := ClipNorm(g, 0); n != 5 || g[0] != 3 {
		t.Errorf("no limit: norm %g, gradient %v", n, g)
	}
	if n := ClipNorm(g, 1); n != 5 || math.Abs(g[0]-.6) > 1e-12 || math.Abs(g[1]-.8) > 1e-12 {
		t.Errorf("limit 1: norm %g, gradient %v", n, g)
	}
}
