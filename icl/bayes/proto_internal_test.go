package bayes

import (
	"math"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/internal/smc"
)

// TestProtoEvidence compares the evidence after one example and a second input
// with its closed form, at a σ so small that every input must be let in by
// degrees. Swapping the prototypes flips the label, so the label has probability
// 1/2; the inputs share a prototype or do not, with equal chances.
func TestProtoEvidence(t *testing.T) {
	const sigma = 0.02
	first, marginal := [2]float64{0.4, -0.7}, math.Sqrt(1+sigma*sigma)
	for _, second := range [][2]float64{{0.43, -0.68}, {-0.9, 0.2}} {
		together := &amortFilter{sigma: sigma, threshold: threshold{lo: math.Inf(-1), hi: math.Inf(1)}} // both about one w ~ N(0, I)
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

// TestEffectiveSize: the particles stay effective along a task, and none is left after
// labels that are impossible.
func TestEffectiveSize(t *testing.T) {
	f := Proto{Particles: 300}.filter()
	rng := datasets.Rand(1, "proto")
	for n := range 50 {
		y := int32(n % 2) // class 1 about (2, 0), class 0 about (−2, 0)
		f.see([2]float64{4*float64(y) - 2 + .5*datasets.Normal(rng), datasets.Normal(rng)})
		if size := smc.EffectiveSize(f.cloud.Weights); !(size >= 30 && size <= 300.001) {
			t.Errorf("effective size %g of 300 particles after %d examples", size, n)
		}
		f.label(y)
	}
	f.see([2]float64{-1, 0})
	f.label(0)
	f.see([2]float64{-1, 0})
	f.label(1)
	if !f.dead {
		t.Error("one point has both labels, and the filter goes on")
	}
}
