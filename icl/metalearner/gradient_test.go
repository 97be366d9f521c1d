package metalearner_test

import (
	"context"
	"math"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/engine"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/metalearner"
	"github.com/goicl/goicl/internal/backend"
)

func TestGradientWrongSettings(t *testing.T) {
	for name, call := range map[string]func() ([]learner.Param, error){
		"negative steps":         func() ([]learner.Param, error) { return metalearner.GradientDescent{Steps: -1}.Params(2, 2) },
		"negative steps of ANIL": func() ([]learner.Param, error) { return metalearner.ANIL{Steps: -1}.Params(2, 2) },
		"negative width of ANIL": func() ([]learner.Param, error) { return metalearner.ANIL{Width: -1}.Params(2, 2) },
		"ANIL on real targets":   func() ([]learner.Param, error) { return metalearner.ANIL{}.Params(2, 0) },
	} {
		if _, err := call(); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// predict runs a learner in float64 on regression tasks, for the last point.
func predict(t *testing.T, l learner.Learner, weights []float64, b *datasets.Batch) []float64 {
	t.Helper()
	open, err := backend.Shared(context.Background(), "go", backend.WithoutFetch())
	if err != nil {
		t.Fatal(err)
	}
	e, err := engine.Compile[float64](open.Backend, l, b.D, b.C)
	if err != nil {
		t.Fatal(err)
	}
	at := make([]int32, b.T)
	for i := range at {
		at[i] = int32(b.N - 1)
	}
	out, err := e.Logits(weights, b, at)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// line draws points whose targets are near a linear function.
func line(tasks, n, d int) *datasets.Batch {
	rng := datasets.Rand(0, "line")
	b := datasets.NewBatch(tasks, n, d, 0)
	for i := range b.X {
		b.X[i] = float32(datasets.Normal(rng))
	}
	for i := range b.Z {
		b.Z[i] = b.X[i*d] - b.X[i*d+d-1]/2 + float32(datasets.Normal(rng))/4
	}
	return b
}

// TestGradientDescentIsTheLoop compares with gradient descent as one would write it
// down.
func TestGradientDescentIsTheLoop(t *testing.T) {
	b := line(3, 7, 2)
	rates := []float64{.3, .2, .1}
	got := predict(t, metalearner.GradientDescent{Steps: 3}, append([]float64{.5, -1}, rates...), b)
	for task := range b.T {
		w := [2]float64{.5, -1}
		for _, rate := range rates {
			var grad [2]float64
			for n := range b.N - 1 {
				x := b.Point(task, n)
				gap := w[0]*float64(x[0]) + w[1]*float64(x[1]) - float64(b.Z[task*b.N+n])
				grad[0] += gap * float64(x[0]) / float64(b.N-1)
				grad[1] += gap * float64(x[1]) / float64(b.N-1)
			}
			w[0] -= rate * grad[0]
			w[1] -= rate * grad[1]
		}
		x := b.Point(task, b.N-1)
		if want := w[0]*float64(x[0]) + w[1]*float64(x[1]); math.Abs(got[task]-want) > 1e-12 {
			t.Errorf("task %d: %g, want %g", task, got[task], want)
		}
	}
}

// TestKernelNearTheNearest: with a small bandwidth the kernel regression answers with
// the nearest neighbour's target, with a large one with the mean.
func TestKernelNearTheNearest(t *testing.T) {
	b := line(4, 6, 2)
	narrow := predict(t, metalearner.Kernel{}, []float64{math.Log(.001)}, b)
	wide := predict(t, metalearner.Kernel{}, []float64{math.Log(1000)}, b)
	for task := range b.T {
		query, nearest, best, mean := b.Point(task, b.N-1), 0, math.Inf(1), 0.
		for n := range b.N - 1 {
			x := b.Point(task, n)
			mean += float64(b.Z[task*b.N+n]) / float64(b.N-1)
			if d := math.Hypot(float64(x[0]-query[0]), float64(x[1]-query[1])); d < best {
				nearest, best = n, d
			}
		}
		if want := float64(b.Z[task*b.N+nearest]); math.Abs(narrow[task]-want) > 1e-9 {
			t.Errorf("task %d: %g, but the nearest neighbour has %g", task, narrow[task], want)
		}
		if math.Abs(wide[task]-mean) > 1e-4 {
			t.Errorf("task %d: %g, but the mean is %g", task, wide[task], mean)
		}
	}
}

// TestANILFits: many steps of ANIL's head separate what can be separated.
func TestANILFits(t *testing.T) {
	b := datasets.NewBatch(8, 9, 2, 2)
	rng := datasets.Rand(0, "anil")
	for i := range b.Y {
		b.Y[i] = int32(i % 2)
		b.X[2*i] = float32(2*b.Y[i]-1) + float32(datasets.Normal(rng))/8
	}
	l := metalearner.ANIL{Steps: 50}
	// f is the identity, from halves of a leaky ReLU; the head starts at 0.
	weights := []float64{1, 0, -1, 0, 0, 0, 1 / 1.01, -1 / 1.01, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}
	for range l.Steps {
		weights = append(weights, 1)
	}
	logits := predict(t, l, weights, b)
	for task := range b.T {
		k := b.Y[task*b.N+b.N-1]
		if margin := logits[2*task+int(k)] - logits[2*task+1-int(k)]; margin < 2 {
			t.Errorf("task %d: class %d wins by %g; want at least 2", task, k, margin)
		}
	}
}
