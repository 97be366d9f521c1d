package inspect_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/inspect"
)

// probeSample are states [t, 3] whose last channel is constant, and for each a target of
// which the states explain the share r2 of the variance.
func probeSample(t int, r2 float64) (states [][]float64, target []float64) {
	rng := datasets.Rand(7, "probe sample")
	for range t {
		a, b, noise := datasets.Normal(rng), datasets.Normal(rng), datasets.Normal(rng)
		states = append(states, []float64{a, 1e4 * b, 5})
		target = append(target, 3+math.Sqrt(r2)*(.6*a-.8*b)+math.Sqrt(1-r2)*noise)
	}
	return states, target
}

// TestProbeFindsWhatIsThere: the share that the states explain lies in the interval,
// whatever the scale of a channel.
func TestProbeFindsWhatIsThere(t *testing.T) {
	for _, r2 := range []float64{0, .3, .9, 1} {
		states, target := probeSample(4000, r2)
		e, err := inspect.Probe(states, target)
		if err != nil {
			t.Fatal(err)
		}
		if e.Lo-.01 > r2 || e.Hi+.01 < r2 || e.Hi-e.Lo > .1 {
			t.Errorf("R² %.3f [%.3f, %.3f], want %.1f", e.Mean, e.Lo, e.Hi, r2)
		}
	}
}

// TestProbeIsJudgedOnOtherTasks: as many channels as tasks explain all of what they are
// fitted to, noise included, and nothing of the rest.
func TestProbeIsJudgedOnOtherTasks(t *testing.T) {
	rng := datasets.Rand(1, "noise")
	states, target := make([][]float64, 60), make([]float64, 60)
	for i := range states {
		states[i] = make([]float64, 40)
		for c := range states[i] {
			states[i][c] = datasets.Normal(rng)
		}
		target[i] = datasets.Normal(rng)
	}
	e, err := inspect.Probe(states, target)
	if err != nil || e.Mean > .1 {
		t.Errorf("noise explains R² %.3f of noise (%v)", e.Mean, err)
	}
}

func TestProbeRefuses(t *testing.T) {
	good, target := probeSample(20, 1)
	constant := make([]float64, 20)
	odd := append([][]float64{{1}}, good[1:]...)
	hole := append([][]float64{{1, math.NaN(), 1}}, good[1:]...)
	for want, call := range map[string]func() (eval.Estimate, error){
		"20 states and 19 targets": func() (eval.Estimate, error) { return inspect.Probe(good, target[:19]) },
		"4 states":                 func() (eval.Estimate, error) { return inspect.Probe(good[:4], target[:4]) },
		"from 0 to 0":              func() (eval.Estimate, error) { return inspect.Probe(good, constant) },
		"state 1 has 3 channels":   func() (eval.Estimate, error) { return inspect.Probe(odd, target) },
		"state 0 holds":            func() (eval.Estimate, error) { return inspect.Probe(hole, target) },
	} {
		if _, err := call(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v; want one with %q", err, want)
		}
	}
}

// A probe finds a sum that no channel holds by itself, but no product: it is linear.
func ExampleProbe() {
	rng := datasets.Rand(0, "example")
	var states [][]float64
	var sum, product []float64
	for range 2000 {
		a, b := datasets.Normal(rng), datasets.Normal(rng)
		states = append(states, []float64{a, b})
		sum, product = append(sum, a+b), append(product, a*b)
	}
	s, _ := inspect.Probe(states, sum)
	p, _ := inspect.Probe(states, product)
	fmt.Printf("the sum: R² %.2f; the product: less than .05: %v\n", s.Mean, p.Mean < .05)
	// Output: the sum: R² 1.00; the product: less than .05: true
}
