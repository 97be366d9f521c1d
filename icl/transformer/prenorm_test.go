package transformer_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/synthetic"
	"github.com/goicl/goicl/icl/backend"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/learnertest"
	"github.com/goicl/goicl/icl/train"
	"github.com/goicl/goicl/icl/transformer"
)

// The causal mask makes the order of the context matter from two layers on; with
// one, the query sees tokens that have seen nothing.
func TestPreNormBattery(t *testing.T) {
	learnertest.Run(t, transformer.PreNorm{Width: 16, Depth: 2}, learnertest.Expect{Regression: true})
}

func TestPreNormBatteryOfAnotherSize(t *testing.T) {
	learnertest.Run(t, transformer.PreNorm{Width: 12, Depth: 1, Heads: 3, Expand: 3}, learnertest.Expect{Permutation: true, Regression: true})
}

func TestPreNormWrongSettings(t *testing.T) {
	for _, test := range []struct {
		sizes transformer.PreNorm
		want  string
	}{
		{transformer.PreNorm{Width: -8}, "width -8"},
		{transformer.PreNorm{Depth: -1}, "depth -1"},
		{transformer.PreNorm{Heads: -2}, "heads -2"},
		{transformer.PreNorm{Expand: -4}, "expand -4"},
		{transformer.PreNorm{Heads: 5}, "a width of 24 cannot be shared equally by 5 heads"},
		{transformer.PreNorm{Width: 3}, "a width of 3 cannot be shared equally by 2 heads"},
	} {
		if _, err := test.sizes.Params(2, 2); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%+v: error %v; want one with %q", test.sizes, err, test.want)
		}
	}
}

// subject is a learner on the Go backend with random weights, norms included.
type subject[T float32 | float64] struct {
	engine *learner.Engine[T]
	params []T
}

func newSubject[T float32 | float64](t *testing.T, l learner.Learner, d, c int) subject[T] {
	t.Helper()
	b, err := backend.Shared(context.Background(), "go", backend.WithoutFetch())
	if err != nil {
		t.Fatal(err)
	}
	engine, err := learner.NewEngine[T](b.Backend, l, d, c)
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	params := make([]T, engine.Layout.Size)
	for i, v := range engine.Layout.Init(rng) {
		params[i] = T(v) + T(rng.NormFloat64()/8)
	}
	return subject[T]{engine, params}
}

func (s subject[T]) logits(t *testing.T, b *datasets.Batch, at []int32) []T {
	t.Helper()
	out, err := s.engine.Logits(s.params, b, at)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// noise draws tasks whose labels follow no rule.
func noise(tasks, n, d, c int) *datasets.Batch {
	rng := rand.New(rand.NewPCG(3, 4))
	b := datasets.NewBatch(tasks, n, d, c)
	for i := range b.X {
		b.X[i] = float32(rng.NormFloat64())
	}
	for i := range b.Y {
		b.Y[i] = int32(rng.IntN(c))
	}
	return b
}

// TestPreNormIsACausalTransformer compares with the model as one would write it
// down: each query is the last token of a sequence of its own.
func TestPreNormIsACausalTransformer(t *testing.T) {
	const tasks, n, d, c = 2, 6, 3, 4
	sizes := transformer.PreNorm{Width: 12, Depth: 3, Heads: 3, Expand: 2}
	s, b := newSubject[float64](t, sizes, d, c), noise(tasks, n, d, c)
	got := s.logits(t, b, train.Every(0, n-1, tasks))
	want := sequential{sizes, weightsByName(s.engine.Layout, s.params)}
	for i, v := range got {
		task, at, class := i/(n*c), i/c%n, i%c
		if w := want.logits(b, task, at)[class]; math.Abs(v-w) > 1e-12*(1+math.Abs(w)) {
			t.Fatalf("task %d, %d examples, class %d: logit %g, want %g", task, at, class, v, w)
		}
	}
}

// TestPreNormQueriesDoNotMeet: what a query is answered does not depend on the
// other queries of the call, their number or their order.
func TestPreNormQueriesDoNotMeet(t *testing.T) {
	const tasks, n, c = 2, 7, 2
	s, b := newSubject[float64](t, transformer.PreNorm{Width: 8, Depth: 2}, 2, c), noise(tasks, n, 2, c)
	all := s.logits(t, b, train.Every(0, n-1, tasks))
	for at := range n {
		for name, queries := range map[string][]int{"alone": {at}, "twice, beside another": {at, n - 1 - at, at}} {
			var each []int32
			for range tasks {
				for _, q := range queries {
					each = append(each, int32(q))
				}
			}
			some := s.logits(t, b, each)
			for i, v := range some {
				task, q := i/(len(queries)*c), queries[i/c%len(queries)]
				if w := all[(task*n+q)*c+i%c]; math.Abs(v-w) > 1e-12 {
					t.Errorf("%s: task %d, %d examples: logit %g, among all %g", name, task, q, v, w)
				}
			}
		}
	}
}

// TestPreNormWithHugeInputs: no float32 input gives a NaN or an infinity.
func TestPreNormWithHugeInputs(t *testing.T) {
	const tasks, n = 2, 5
	s := newSubject[float32](t, transformer.PreNorm{Width: 8, Depth: 2}, 2, 2)
	for _, scale := range []float32{0, 1e-38, 1e15, 1e30, math.MaxFloat32} {
		b := noise(tasks, n, 2, 2)
		for i := range b.X {
			b.X[i] = scale * max(-1, min(1, b.X[i]))
		}
		grad := make([]float32, len(s.params))
		loss, err := s.engine.LossGrad(s.params, b, train.Every(0, n-1, tasks), grad)
		if err != nil {
			t.Fatal(err)
		}
		sum := loss
		for _, g := range grad {
			sum += math.Abs(float64(g))
		}
		if math.IsNaN(sum) || math.IsInf(sum, 0) {
			t.Errorf("inputs of size %g: loss %g, gradient of length %g", scale, loss, sum)
		}
	}
}

// A small softmax transformer for tasks with 2 inputs and 2 classes.
func ExamplePreNorm() {
	layout, err := learner.NewLayout(transformer.PreNorm{}, 2, 2)
	fmt.Println(layout.Size, "parameters in", len(layout.Params), "tensors", err)
	// Output: 19706 parameters in 54 tensors <nil>
}

// BenchmarkPreNorm times loss and gradient after every number of examples from 2
// to 49, on XLA where it is installed.
func BenchmarkPreNorm(b *testing.B) {
	open, err := backend.Shared(context.Background(), "", backend.WithoutFetch())
	if err != nil {
		b.Skip(err)
	}
	engine, err := learner.NewEngine[float32](open.Backend, transformer.PreNorm{}, 2, 2)
	if err != nil {
		b.Fatal(err)
	}
	tasks, err := synthetic.Mixture(1, 50).Sample(datasets.Rand(0, "bench"), 16)
	if err != nil {
		b.Fatal(err)
	}
	params, at := engine.Layout.Init(datasets.Rand(0, "weights")), train.Every(2, 49, tasks.T)
	grad := make([]float32, len(params))
	for b.Loop() {
		if _, err := engine.LossGrad(params, tasks, at, grad); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N*tasks.T)/b.Elapsed().Seconds(), "tasks/s")
}
