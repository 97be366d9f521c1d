package smc

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/stat"
)

type particle [4]float64

func draw(seed uint64, n int) (*rand.Rand, *Cloud[particle]) {
	rng := rand.New(rand.NewPCG(seed, 2))
	return rng, New[particle](rng, n)
}

// coordinate returns coordinate j of all particles.
func coordinate(c *Cloud[particle], j int) []float64 {
	var all []float64
	for _, p := range c.Particles {
		all = append(all, p[j])
	}
	return all
}

func TestEffectiveSize(t *testing.T) {
	for _, test := range []struct {
		weights []float64
		want    float64
	}{
		{[]float64{.25, .25, .25, .25}, 4}, {[]float64{0, 1, 0}, 1}, {[]float64{2, 2, 0}, 2}, {[]float64{0, 0}, 0}, {[]float64{3, 1}, 1.6},
	} {
		if got := EffectiveSize(test.weights); math.Abs(got-test.want) > 1e-12 {
			t.Errorf("effective size of %v: %g, want %g", test.weights, got, test.want)
		}
	}
}

func TestResample(t *testing.T) {
	rng, c := draw(1, 8)
	for i := range c.Particles {
		c.Particles[i] = particle{float64(i)}
	}
	c.Weights = []float64{0, 0.5, 0, 0.25, 0.125, 0, 0, 0.125}
	c.Resample(rng)
	var count [8]int
	for _, w := range c.Particles {
		count[int(w[0])]++
	}
	if count != [8]int{0, 4, 0, 2, 1, 0, 0, 1} {
		t.Errorf("copies of each particle: %v", count)
	}
	if slices.Max(c.Weights) != 0.125 || slices.Min(c.Weights) != 0.125 {
		t.Errorf("weights after resampling: %v", c.Weights)
	}
}

// TestTempered: weights are multiplied by exp(−step · energy), whatever its size, and
// an infinite step leaves the particles of energy 0.
func TestTempered(t *testing.T) {
	_, c := draw(1, 3)
	weights, logSum := c.Tempered([]float64{1, 2, 3}, 2)
	for i, w := range weights {
		if want := math.Exp(-2*float64(i+1)) / 3; math.Abs(w*math.Exp(-2)-want) > 1e-12 { // relative to the least energy
			t.Errorf("weight %d: %g, want %g", i, w*math.Exp(-2), want)
		}
	}
	if want := math.Log((math.Exp(-2) + math.Exp(-4) + math.Exp(-6)) / 3); math.Abs(logSum-want) > 1e-12 {
		t.Errorf("log of the sum: %g, want %g", logSum, want)
	}
	if _, logSum := c.Tempered([]float64{1e6, 1e6, 1e6 + 1}, 1); math.Abs(logSum+1e6-math.Log((2+math.Exp(-1))/3)) > 1e-6 {
		t.Errorf("log of the sum at large energies: %g", logSum)
	}
	if weights, _ := c.Tempered([]float64{0, 1e-300, 0}, math.Inf(1)); weights[1] != 0 || weights[0] == 0 {
		t.Errorf("weights %v after an infinite step, want the second to be 0", weights)
	}
	c.Accept(c.Tempered([]float64{1, 2, 3}, 1))
	if sum := c.Weights[0] + c.Weights[1] + c.Weights[2]; math.Abs(sum-1) > 1e-12 || c.Evidence >= 0 {
		t.Errorf("weights sum to %g, evidence %g", sum, c.Evidence)
	}
	c.Accept([]float64{0, 0, 0}, math.Inf(-1))
	if !math.IsInf(c.Evidence, -1) || c.Weights[0] != 0 {
		t.Errorf("weights %v and evidence %g of the impossible", c.Weights, c.Evidence)
	}
}

// TestStep checks that a step halves the effective size, where the limit allows.
func TestStep(t *testing.T) {
	_, c := draw(3, 200)
	for _, scale := range []float64{1e-12, 1, 1e80} {
		energies := c.Energies(func(w particle) float64 { return scale * w[0] * w[0] })
		weights, _ := c.Tempered(energies, c.Step(energies, math.Inf(1)))
		if size := EffectiveSize(weights); math.Abs(size-100) > 0.1 {
			t.Errorf("energies of scale %g: effective size %g of 200 after the step", scale, size)
		}
	}
	same := c.Energies(func(particle) float64 { return 3 })
	if step := c.Step(same, 1); math.Abs(step-1) > 1e-6 {
		t.Errorf("step %g with equal energies, want the limit 1", step)
	}
}

// TestMove: from N(0, I) the particles move to the target N(1, ¼) of one coordinate, and
// leave the others as they were distributed.
func TestMove(t *testing.T) {
	const n = 4000
	rng, c := draw(5, n)
	c.Move(rng, 60, func(w particle) float64 {
		return -2*(w[0]-1)*(w[0]-1) - (w[1]*w[1]+w[2]*w[2]+w[3]*w[3])/2
	})
	for j, want := range []struct{ mean, sd float64 }{{1, .5}, {0, 1}, {0, 1}, {0, 1}} {
		mean, sd := stat.MeanStdDev(coordinate(c, j), nil)
		if math.Abs(mean-want.mean) > 5*want.sd/math.Sqrt(n) || math.Abs(sd-want.sd) > .05*want.sd {
			t.Errorf("coordinate %d: mean %.3f, standard deviation %.3f; want %g and %g", j, mean, sd, want.mean, want.sd)
		}
	}
}

// TestMoveOfOnePoint: particles that are all the same have no covariance to propose
// from, and stay about where they are.
func TestMoveOfOnePoint(t *testing.T) {
	rng, c := draw(7, 50)
	for i := range c.Particles {
		c.Particles[i] = particle{1, 2, 3, 4}
	}
	c.Move(rng, 3, func(particle) float64 { return 0 })
	for _, p := range c.Particles {
		if math.Abs(p[0]-1) > 1e-9 || math.IsNaN(p[3]) {
			t.Fatalf("moved to %v", p)
		}
	}
}

// TestCovarianceRoot compares with gonum's covariance.
func TestCovarianceRoot(t *testing.T) {
	_, c := draw(9, 300)
	for i, p := range c.Particles { // correlated
		c.Particles[i] = particle{p[0], p[0] + p[1]/10, p[2], p[3] - p[1]}
	}
	root := c.covarianceRoot()
	for i := range 4 {
		for j := range i + 1 {
			got := 0.0
			for k := range j + 1 {
				got += root[i][k] * root[j][k]
			}
			if want := stat.Covariance(coordinate(c, i), coordinate(c, j), nil) * 299 / 300; math.Abs(got-want) > 1e-7 {
				t.Errorf("covariance of %d and %d: %g, want %g", i, j, got, want)
			}
		}
	}
}
