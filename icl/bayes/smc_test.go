package bayes

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestProtoEvidence compares the evidence after one example and a second input
// with its closed form, at a σ so small that every input must be let in by
// degrees. Swapping the prototypes flips the label, so the label has probability
// 1/2; the inputs share a prototype or do not, with equal chances.
func TestProtoEvidence(t *testing.T) {
	const sigma = 0.02
	first, marginal := [2]float64{0.4, -0.7}, math.Sqrt(1+sigma*sigma)
	for _, second := range [][2]float64{{0.43, -0.68}, {-0.9, 0.2}} {
		together := &amortFilter{sigma: sigma, lo: math.Inf(-1), hi: math.Inf(1)} // both about one w ~ N(0, I)
		together.see(first)
		apart := logNormal(first, marginal) + logNormal(second, marginal)
		want := logSum(together.see(second).evidence, apart) - math.Log(4)
		mean := 0.0
		const seeds = 40
		for seed := range uint64(seeds) {
			f := Proto{Sigma: sigma, Particles: 400, Seed: seed}.filter()
			f.see(first)
			f.label(0)
			mean += math.Exp(f.see(second).evidence-want) / seeds
		}
		if math.Abs(mean-1) > 0.15 {
			t.Errorf("second input %v: the estimated evidence is on average %.3f times the true one", second, mean)
		}
	}
}

func TestResample(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	c := newCloud(rng, 8)
	for i := range c.particles {
		c.particles[i] = prototypes{float64(i)}
	}
	c.weights = []float64{0, 0.5, 0, 0.25, 0.125, 0, 0, 0.125}
	c.resample(rng)
	var count [8]int
	for _, w := range c.particles {
		count[int(w[0])]++
	}
	if count != [8]int{0, 4, 0, 2, 1, 0, 0, 1} {
		t.Errorf("copies of each particle: %v", count)
	}
	if slices.Max(c.weights) != 0.125 || slices.Min(c.weights) != 0.125 {
		t.Errorf("weights after resampling: %v", c.weights)
	}
}

// TestStep checks that a step halves the effective size, where the limit allows.
func TestStep(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	c := newCloud(rng, 200)
	for _, scale := range []float64{1e-12, 1, 1e80} {
		energies := c.energies(func(w prototypes) float64 { return scale * w[0] * w[0] })
		weights, _ := c.tempered(energies, c.step(energies, math.Inf(1)))
		if size := effectiveSize(weights); math.Abs(size-100) > 0.1 {
			t.Errorf("energies of scale %g: effective size %g of 200 after the step", scale, size)
		}
	}
	same := c.energies(func(prototypes) float64 { return 3 })
	if step := c.step(same, 1); math.Abs(step-1) > 1e-6 {
		t.Errorf("step %g with equal energies, want the limit 1", step)
	}
}

func TestArc(t *testing.T) {
	quarter := circle.half([2]float64{1, 0}).half([2]float64{0, 3})
	if math.Abs(quarter.width()-math.Pi/2) > 1e-12 {
		t.Errorf("two perpendicular halves share %g rad", quarter.width())
	}
	if w := quarter.half([2]float64{-1, -1}).width(); w != 0 {
		t.Errorf("the opposite half shares %g rad", w)
	}
	if w := circle.half([2]float64{-1, 1e-9}).half([2]float64{-1, -1e-9}).width(); math.Abs(w-math.Pi) > 1e-8 {
		t.Errorf("two nearly equal halves about ±π share %g rad", w)
	}
}
