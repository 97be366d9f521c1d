// Package learnertest is a test battery for learners, also user-defined ones.
//
//	func TestMyLearner(t *testing.T) {
//		learnertest.Run(t, MyLearner{}, learnertest.Expect{Permutation: true})
//	}
package learnertest

import (
	"cmp"
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/engine"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/train"
	"github.com/goicl/goicl/internal/backend"
)

// Expect says what holds for a learner.
type Expect struct {
	// Permutation: the order of the context does not matter.
	Permutation bool
	// Regression: the learner predicts real targets, too.
	Regression bool
	// Surrogate: training follows another gradient than that of the loss, as first-order
	// MAML does, so finite differences do not apply.
	Surrogate bool
	// Precision is how far lanes, in float32, may be from float64, as a share of the largest value;
	// 0 means 1e-5. A learner that solves ill-conditioned equations needs more.
	Precision float64
	// Params is the number of parameters for D = C = 2; 0 leaves it unchecked.
	Params int
}

// The sizes of the battery's tasks.
const tasks, points, dims = 3, 6, 2

// Run checks l on GoMLX's Go backend, on XLA where its plugin is installed, and on lanes
// where the machine has kernels and l no operation that they lack: logits are finite for
// every context length; neither the query's label nor a later point is read; the inputs
// are left alone; the gradient is that of finite differences, but for directions in which the
// loss has a kink, as of leaky ReLU; training lowers the loss; a
// saved run predicts the same when it is loaded; wrong shapes are errors. With Regression all of it is checked for real
// targets as well.
func Run(t *testing.T, l learner.Learner, expect Expect) {
	t.Helper()
	f := newFixture(t, l, 2)
	if size := f.engine.Layout.Size; expect.Params != 0 && size != expect.Params {
		t.Errorf("%d parameters, want %d", size, expect.Params)
	}
	f.run(t, expect)
	if expect.Regression {
		t.Run("regression", func(t *testing.T) { newFixture(t, l, 0).run(t, expect) })
	}
}

func (f *fixture) run(t *testing.T, expect Expect) {
	t.Helper()
	t.Run("finite", f.finite)
	t.Run("later points are not read", f.readsNothingLater)
	t.Run("inputs are left alone", f.inputsKept)
	if expect.Permutation {
		t.Run("the order of the context does not matter", f.permutation)
	}
	if !expect.Surrogate {
		t.Run("gradient", f.gradient)
	}
	t.Run("backends agree", f.backendsAgree)
	t.Run("lanes agree", func(t *testing.T) { f.lanesAgree(t, cmp.Or(expect.Precision, 1e-5)) })
	t.Run("wrong shapes are errors", f.wrongShapes)
	t.Run("train, save, load", f.saveAndLoad)
}

// fixture is a learner built for c classes, or real targets for c = 0.
type fixture struct {
	l      learner.Learner
	c      int
	engine *engine.Compiled[float64]
	params []float64
	batch  *datasets.Batch
}

func newFixture(t *testing.T, l learner.Learner, c int) *fixture {
	t.Helper()
	e, err := engine.Compile[float64](openGo(t).Backend, l, dims, c)
	if err != nil {
		t.Fatal(err)
	}
	params := widen(e.Layout.Init(rand.New(rand.NewPCG(1, 2))))
	return &fixture{l: l, c: c, engine: e, params: params, batch: Noise(3, tasks, points, dims, c)}
}

func openGo(t *testing.T) *backend.Backend {
	t.Helper()
	b, err := backend.Shared(context.Background(), "go", backend.WithoutFetch())
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Noise draws tasks whose inputs and labels, or targets for c = 0, follow no rule.
func Noise(seed uint64, tasks, n, d, c int) *datasets.Batch {
	rng := rand.New(rand.NewPCG(seed, 0))
	b := datasets.NewBatch(tasks, n, d, c)
	for i := range b.X {
		b.X[i] = float32(rng.NormFloat64())
	}
	for i := range b.Y {
		b.Y[i] = int32(rng.IntN(c))
	}
	for i := range b.Z {
		b.Z[i] = float32(rng.NormFloat64())
	}
	return b
}

// change gives point i of all tasks, counted through, another label or target.
func change(b *datasets.Batch, i int) {
	if b.Regression() {
		b.Z[i] = 1e30
	} else {
		b.Y[i] = 1 - b.Y[i]
	}
}

// every asks for the prediction of every point.
func every() []int32 { return train.Every(0, points-1, tasks) }

func (f *fixture) logits(t *testing.T, b *datasets.Batch) []float64 {
	t.Helper()
	out, err := f.engine.Logits(f.params, b, every())
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func (f *fixture) finite(t *testing.T) {
	k := len(f.logits(t, f.batch)) / len(every())
	if k < f.c || f.c == 0 && k != 1 {
		t.Errorf("%d logits for %d classes", k, f.c)
	}
	for i, v := range f.logits(t, f.batch) {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			t.Fatalf("logit %g for task %d after %d examples", v, i/k/points, i/k%points)
		}
	}
}

// readsNothingLater changes the query's label, or target, and everything behind it.
func (f *fixture) readsNothingLater(t *testing.T) {
	before := f.logits(t, f.batch)
	k := len(before) / len(every())
	for n := range points {
		changed := copyOf(f.batch)
		for task := range tasks {
			change(changed, task*points+n)
			for later := n + 1; later < points; later++ {
				change(changed, task*points+later)
				changed.Point(task, later)[0] = 1e30
			}
		}
		after := f.logits(t, changed)
		for task := range tasks {
			row := (task*points + n) * k
			if !slices.Equal(before[row:row+k], after[row:row+k]) {
				t.Errorf("task %d after %d examples: %v, and %v once later points changed", task, n, before[row:row+k], after[row:row+k])
			}
		}
	}
}

func (f *fixture) inputsKept(t *testing.T) {
	b, params := copyOf(f.batch), slices.Clone(f.params)
	if _, err := f.engine.LossGrad(f.params, f.batch, every(), make([]float64, len(params))); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(b.X, f.batch.X) || !slices.Equal(b.Y, f.batch.Y) || !slices.Equal(b.Z, f.batch.Z) || !slices.Equal(params, f.params) {
		t.Error("the batch or the parameters were changed")
	}
}

// permutation reverses the context of the last point.
func (f *fixture) permutation(t *testing.T) {
	reversed := copyOf(f.batch)
	for task := range tasks {
		for n := range points - 1 {
			copy(reversed.Point(task, n), f.batch.Point(task, points-2-n))
			if f.c == 0 {
				reversed.Z[task*points+n] = f.batch.Z[task*points+points-2-n]
			} else {
				reversed.Y[task*points+n] = f.batch.Y[task*points+points-2-n]
			}
		}
	}
	a, b := f.logits(t, f.batch), f.logits(t, reversed)
	k := len(a) / len(every())
	for task := range tasks {
		for j := range k {
			i := (task*points+points-1)*k + j
			if math.Abs(a[i]-b[i]) > 1e-9 {
				t.Errorf("task %d, logit %d: %g, and %g with the context reversed", task, j, a[i], b[i])
			}
		}
	}
}

func (f *fixture) backendsAgree(t *testing.T) {
	xla, err := backend.Shared(context.Background(), "xla", backend.WithoutFetch())
	if err != nil {
		t.Skip(err)
	}
	e, err := engine.Compile[float64](xla.Backend, f.l, dims, f.c)
	if err != nil {
		t.Fatal(err)
	}
	got, err := e.Logits(f.params, f.batch, every())
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range f.logits(t, f.batch) {
		if math.Abs(got[i]-want) > 1e-11*(1+math.Abs(want)) {
			t.Fatalf("logit %d is %g on XLA and %g on the Go backend", i, got[i], want)
		}
	}
}

func (f *fixture) wrongShapes(t *testing.T) {
	wide, otherKind := datasets.NewBatch(tasks, points, dims+1, f.c), datasets.NewBatch(tasks, points, dims, 2-f.c)
	many := datasets.NewBatch(tasks, points, dims, f.c+3)
	nan := copyOf(f.batch)
	nan.X[5] = float32(math.NaN())
	short := copyOf(f.batch)
	short.Y, short.Z = short.Y[:len(short.Y)/2], short.Z[:len(short.Z)/2]
	for name, call := range map[string]func() error{
		"too many dimensions":    func() error { _, err := f.engine.Logits(f.params, wide, every()); return err },
		"too many classes":       func() error { _, err := f.engine.Logits(f.params, many, every()); return err },
		"labels for targets":     func() error { _, err := f.engine.Logits(f.params, otherKind, every()); return err },
		"NaN":                    func() error { _, err := f.engine.Logits(f.params, nan, every()); return err },
		"missing label":          func() error { _, err := f.engine.Logits(f.params, short, every()); return err },
		"query behind the end":   func() error { _, err := f.engine.Logits(f.params, f.batch, []int32{0, 1, points}); return err },
		"negative query":         func() error { _, err := f.engine.Logits(f.params, f.batch, []int32{0, -1, 2}); return err },
		"no query for each task": func() error { _, err := f.engine.Logits(f.params, f.batch, []int32{0, 1}); return err },
		"too few parameters":     func() error { _, err := f.engine.Logits(f.params[1:], f.batch, every()); return err },
		"too short a gradient":   func() error { _, err := f.engine.LossGrad(f.params, f.batch, every(), nil); return err },
	} {
		if call() == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func copyOf(b *datasets.Batch) *datasets.Batch {
	c := *b
	c.X, c.Y, c.Z = slices.Clone(b.X), slices.Clone(b.Y), slices.Clone(b.Z)
	return &c
}

func widen[T float32 | float64](v []T) []float64 {
	out := make([]float64, len(v))
	for i := range v {
		out[i] = float64(v[i])
	}
	return out
}
