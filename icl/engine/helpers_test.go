package engine_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/gomlx/compute"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/engine"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/learnertest"
	"github.com/goicl/goicl/icl/metalearner"
	"github.com/goicl/goicl/icl/train"
	"github.com/goicl/goicl/icl/transformer"
	"github.com/goicl/goicl/internal/backend"
	"github.com/goicl/goicl/internal/lanes"
)

// goBackend is the shared backend in pure Go.
func goBackend(t testing.TB) compute.Backend {
	t.Helper()
	b, err := backend.Shared(t.Context(), "go", backend.WithoutFetch())
	if err != nil {
		t.Fatal(err)
	}
	return b.Backend
}

func needLanes(t testing.TB) {
	t.Helper()
	if ok, reason := lanes.Available(); !ok {
		t.Skip(reason)
	}
}

// subject is a learner that every engine serves, with tasks for it.
type subject struct {
	name   string
	l      learner.Learner
	batch  *datasets.Batch
	at     []int32
	params []float32
}

const inputs = 2

// subjects are all kinds of learners with kernels: small ones, of 12 tasks with 5 points.
func subjects(t testing.TB) []subject {
	t.Helper()
	decoder := transformer.Decoder{Points: 5, Width: 8, Depth: 2, Heads: 2, Spread: .5}
	m2 := func(in metalearner.Inner) learner.Learner {
		return metalearner.M2{Model: decoder, Tasks: 6, Support: 4, Inner: in}
	}
	var all []subject
	for _, s := range []struct {
		l learner.Learner
		c int
	}{
		{transformer.Paper{Depth: 2}, 2},
		{transformer.Paper{Depth: 1, Expand: 2}, 3},
		{decoder, 0},
		{decoder, 2},
		{m2(metalearner.Inner{Order: "first", Steps: 3, Rate: .05}), 0},
		{m2(metalearner.Inner{Order: "first", Frozen: []string{"layers.0", "read_in"}}), 0},
		{m2(metalearner.Inner{Order: "reptile", Steps: 2, Frozen: []string{"readout"}}), 2},
	} {
		b := learnertest.Noise(7, 12, 5, inputs, s.c)
		layout, err := learner.NewLayout(s.l, inputs, s.c)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, subject{
			name: fmt.Sprintf("%s for %d classes", s.l.Name(), s.c), l: s.l, batch: b,
			at: train.Every(1, b.N-1, b.T), params: layout.Init(datasets.Rand(3, "weights")),
		})
	}
	return all
}

// engines are GoMLX in pure Go, the reference, and lanes where this machine has kernels.
func (s subject) engines(t testing.TB) []engine.Engine {
	t.Helper()
	graph, err := engine.Compile[float32](goBackend(t), s.l, inputs, s.batch.C)
	if err != nil {
		t.Fatal(err)
	}
	all := []engine.Engine{graph}
	if ok, _ := lanes.Available(); ok {
		e, err := engine.NewLanes(s.l, inputs, s.batch.C, 2)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, e)
	}
	return all
}

// onXLA is the engine of a subject on XLA, or nil where that is not installed. Compiling takes
// seconds, so only one shape of each transformer is tried, and no unrolled inner loop.
func (s subject) onXLA(t testing.TB) engine.Engine {
	t.Helper()
	xla, err := backend.Shared(t.Context(), "xla", backend.WithoutFetch())
	if _, adapts := s.l.(metalearner.M2); adapts || s.batch.C == 2 || err != nil {
		return nil
	}
	e, err := engine.Compile[float32](xla.Backend, s.l, inputs, s.batch.C)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// forEachEngine runs a test on every engine of every subject.
func forEachEngine(t *testing.T, test func(t *testing.T, s subject, e engine.Engine)) {
	t.Helper()
	for _, s := range subjects(t) {
		for _, e := range s.engines(t) {
			t.Run(s.name+" on "+e.Name(), func(t *testing.T) { test(t, s, e) })
		}
	}
}

// lossGrad is the loss and the gradient of a subject.
func (s subject) lossGrad(t testing.TB, e engine.Engine) (float64, []float32) {
	t.Helper()
	grad := make([]float32, len(s.params))
	loss, err := e.LossGrad(s.params, s.batch, s.at, grad)
	if err != nil {
		t.Fatal(err)
	}
	return loss, grad
}

func (s subject) logits(t testing.TB, e engine.Engine) []float32 {
	t.Helper()
	out, err := e.Logits(s.params, s.batch, s.at)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// relative is the greatest difference of got from want over the greatest size of want.
func relative(got, want []float32) float64 {
	if len(got) != len(want) {
		return math.Inf(1)
	}
	var off, size float64
	for i := range want {
		off = max(off, math.Abs(float64(got[i])-float64(want[i])))
		size = max(size, math.Abs(float64(want[i])))
	}
	return off / size
}
