package learnertest

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// steps are the lengths of finite differences, in turn: the next one where the loss may have a
// kink within the last. In float64 the error by rounding is below 1e-7 at the shortest.
var steps = []float64{1e-6, 1e-7, 1e-8}

// gradient compares the gradient at the start with finite differences in random directions.
// Where the loss has a kink at the start itself, which has no one slope, it is compared at a
// place nearby.
func (f *fixture) gradient(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	nearby := slices.Clone(f.params)
	for i := range nearby {
		nearby[i] += 1e-2 * rng.NormFloat64()
	}
	atStart, atNearby := f.gradAt(t, f.params), f.gradAt(t, nearby)
	for range 4 {
		direction := make([]float64, len(f.params))
		for i := range direction {
			direction[i] = rng.NormFloat64()
		}
		got, want, kink := f.slopes(t, f.params, atStart, direction)
		if kink {
			t.Logf("the loss has a kink at the start: slope %g, finite differences give %g; compared nearby", want, got)
			got, want, _ = f.slopes(t, nearby, atNearby, direction)
		}
		if !near(got, want) {
			t.Errorf("slope %g, finite differences give %g", want, got)
		}
	}
}

// near reports whether two slopes are the same but for the error of finite differences.
func near(a, b float64) bool { return math.Abs(a-b) <= 1e-5*(1+math.Abs(b)) }

// slopes are the slope of the loss from params along a direction by central differences, and by
// the gradient there. kink reports whether they differ and the slopes on either side do, too,
// however near: then the loss has no slope there.
func (f *fixture) slopes(t *testing.T, params, grad, direction []float64) (got, want float64, kink bool) {
	t.Helper()
	for i, d := range direction {
		want += d * grad[i]
	}
	for _, h := range steps {
		up, down := f.lossAlong(t, params, direction, h), f.lossAlong(t, params, direction, -h)
		if got = (up - down) / (2 * h); near(got, want) {
			return got, want, false
		}
		here := f.lossAlong(t, params, direction, 0)
		kink = !near((up-here)/h, (here-down)/h)
	}
	return got, want, kink && !math.IsNaN(want)
}

func (f *fixture) gradAt(t *testing.T, params []float64) []float64 {
	t.Helper()
	grad := make([]float64, len(params))
	if _, err := f.engine.LossGrad(params, f.batch, every(), grad); err != nil {
		t.Fatal(err)
	}
	return grad
}

func (f *fixture) lossAlong(t *testing.T, params, direction []float64, h float64) float64 {
	t.Helper()
	moved := slices.Clone(params)
	for i := range moved {
		moved[i] += h * direction[i]
	}
	loss, err := f.engine.LossGrad(moved, f.batch, every(), make([]float64, len(moved)))
	if err != nil {
		t.Fatal(err)
	}
	return loss
}
