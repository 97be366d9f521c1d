package lanes

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"github.com/goicl/goicl/datasets"
)

var extremes = []float32{
	1e30, -1e30, math.MaxFloat32, 1e-40, math.SmallestNonzeroFloat32, 0,
	float32(math.Inf(1)), float32(math.Inf(-1)), float32(math.NaN()), math.Float32frombits(0x7fc00001),
}

// TestExtremeInputs puts one extreme task among ordinary ones. It must give what
// an ordinary float32 evaluation gives, and must not touch the others.
func TestExtremeInputs(t *testing.T) {
	c := Config{Depth: 8, D: 2, C: 2, Expand: 4}
	rng := rand.New(rand.NewPCG(9, 1))
	params := randomParams(rng, c)
	const bad, query = 5, 3
	ordinary := randomBatch(rng, c, 20, 6)
	ragged := randomQueries(rng, ordinary, 1)
	ragged[bad] = query
	forEverySet(t, c, 2, func(t *testing.T, e *Evaluator) {
		for _, at := range [][]int32{slices.Repeat([]int32{query}, 20), ragged} {
			want := logits(t, e, params, ordinary, at)
			for _, x := range extremes {
				for _, where := range [][2]int{{query, query}, {0, query - 1}, {0, query}} {
					name := fmt.Sprintf("%g in points %v", x, where)
					b := withExtreme(ordinary, bad, where, x)
					compareExtreme(t, e, name, params, b, at, bad)
					got := logits(t, e, params, b, at)
					copy(got[4*bad:][:4], want[4*bad:])
					if !slices.Equal(got, want) {
						t.Errorf("%s of task %d changes the logits of another task", name, bad)
					}
				}
			}
		}
	})
}

// withExtreme returns a copy of b with one coordinate of each of the points
// where[0] to where[1] of a task set to x.
func withExtreme(b *datasets.Batch, task int, where [2]int, x float32) *datasets.Batch {
	changed := *b
	changed.X = slices.Clone(b.X)
	for p := where[0]; p <= where[1]; p++ {
		changed.Point(task, p)[p%2] = x
	}
	return &changed
}

// compareExtreme compares logits of task bad, loss and gradient with a float32
// evaluation: the same values are finite, and those agree.
func compareExtreme(t *testing.T, e *Evaluator, name string, params []float32, b *datasets.Batch, at []int32, bad int) {
	t.Helper()
	ref := &reference[float32]{config: e.model.(Config), params: params}
	wantLoss := ref.lossGrad(b, at)
	want := ref.logits(b, bad, int(at[bad]))
	got := logits(t, e, params, b, at)[4*bad:][:4]
	if !alike(got, want, 1e-4) {
		t.Errorf("%s: logits %g, an ordinary evaluation gives %g", name, got, want)
	}
	loss, grad := lossGrad(t, e, params, b, at)
	if !alike([]float32{float32(loss)}, []float32{wantLoss}, 1e-4) {
		t.Errorf("%s: loss %g, an ordinary evaluation gives %g", name, loss, wantLoss)
	}
	if !alike(grad, ref.grad, 1e-4) {
		t.Errorf("%s: the gradient is not what an ordinary evaluation gives", name)
	}
}

// alike reports whether the same elements are finite, and those are equal within
// tol of the largest of them.
func alike(got, want []float32, tol float64) bool {
	var diff, size float64
	for i, w := range want {
		g := got[i]
		if finite(g) != finite(w) {
			return false
		}
		if finite(g) {
			diff = max(diff, math.Abs(float64(g)-float64(w)))
			size = max(size, math.Abs(float64(w)))
		}
	}
	return diff <= tol*size
}

func finite(x float32) bool { return !math.IsNaN(float64(x)) && !math.IsInf(float64(x), 0) }

// TestNaNWeight: a run that has diverged must show it.
func TestNaNWeight(t *testing.T) {
	c := Config{Depth: 3, D: 2, C: 2, Expand: 4}
	rng := rand.New(rand.NewPCG(10, 1))
	b := randomBatch(rng, c, 5, 6)
	forEverySet(t, c, 1, func(t *testing.T, e *Evaluator) {
		for i := range c.NumParams() {
			params := randomParams(rng, c)
			params[i] = float32(math.NaN())
			if loss, _ := lossGrad(t, e, params, b, everyPrefix(b, 0)); !math.IsNaN(loss) {
				t.Fatalf("weight %d is NaN and the loss is %g", i, loss)
			}
		}
	})
}

// TestTinyNumbersStay checks that the kernels, which take numbers below 1e-38 for zero,
// leave them to everybody else.
func TestTinyNumbersStay(t *testing.T) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	c := Config{Depth: 2, D: 2, C: 2, Expand: 4}
	rng := rand.New(rand.NewPCG(9, 3))
	params, b := randomParams(rng, c), randomBatch(rng, c, 4, 6)
	tiny := []float32{1e-40}
	forEverySet(t, c, 1, func(t *testing.T, e *Evaluator) {
		logits(t, e, params, b, randomQueries(rng, b, 1))
		if got := tiny[0] * 2; got == 0 {
			t.Errorf("2 times %g is %g after a call", tiny[0], got)
		}
	})
}
