package transformer_test

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/engine"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/learnertest"
	"github.com/goicl/goicl/icl/train"
	"github.com/goicl/goicl/icl/transformer"
	"github.com/goicl/goicl/internal/backend"
)

// subject is a learner on the Go backend with random weights, norms included.
type subject[T float32 | float64] struct {
	engine *engine.Compiled[T]
	params []T
}

func newSubject[T float32 | float64](t *testing.T, l learner.Learner, d, c int) subject[T] {
	t.Helper()
	b, err := backend.Shared(context.Background(), "go", backend.WithoutFetch())
	if err != nil {
		t.Fatal(err)
	}
	e, err := engine.Compile[T](b.Backend, l, d, c)
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	params := make([]T, e.Layout.Size)
	for i, v := range e.Layout.Init(rng) {
		params[i] = T(v) + T(rng.NormFloat64()/8)
	}
	return subject[T]{e, params}
}

func (s subject[T]) logits(t *testing.T, b *datasets.Batch, at []int32) []T {
	t.Helper()
	out, err := s.engine.Logits(s.params, b, at)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// tasks is the number of tasks in a test.
const tasks = 2

// noise draws tasks that follow no rule.
func noise(n, d, c int) *datasets.Batch { return learnertest.Noise(3, tasks, n, d, c) }

// TestCausalTransformers compares with the models as one would write them down: each
// query is the last token of its own sequence.
func TestCausalTransformers(t *testing.T) {
	pre := transformer.PreNorm{Width: 12, Depth: 3, Heads: 3, Expand: 2}
	dec := transformer.Decoder{Points: 9, Width: 12, Depth: 3, Heads: 3}
	preWanted := func(w map[string][]float64, b *datasets.Batch, t, n int) []float64 { return preNorm(pre, w, b, t, n) }
	decWanted := func(w map[string][]float64, b *datasets.Batch, t, n int) []float64 { return decoder(dec, w, b, t, n) }
	for name, test := range map[string]struct {
		learner learner.Learner
		d, c    int
		want    func(weights map[string][]float64, b *datasets.Batch, t, n int) []float64
	}{
		"pre-norm":                        {pre, 3, 4, preWanted},
		"decoder, targets":                {dec, 3, 0, decWanted},
		"decoder, targets of one input":   {dec, 1, 0, decWanted},
		"decoder, classes":                {dec, 3, 2, decWanted},
		"decoder, more classes than dims": {dec, 2, 4, decWanted},
	} {
		t.Run(name, func(t *testing.T) {
			const n = 6
			s, b := newSubject[float64](t, test.learner, test.d, test.c), noise(n, test.d, test.c)
			got, weights := s.logits(t, b, train.Every(0, n-1, tasks)), weightsByName(s.engine.Layout, s.params)
			k := learner.Channels(test.c)
			for i, v := range got {
				task, at, class := i/(n*k), i/k%n, i%k
				if w := test.want(weights, b, task, at)[class]; math.Abs(v-w) > 1e-12*(1+math.Abs(w)) {
					t.Fatalf("task %d, %d examples, output %d: %g, want %g", task, at, class, v, w)
				}
			}
		})
	}
}

// causal are small models that answer all queries in one pass.
func causal() map[string]learner.Learner {
	return map[string]learner.Learner{
		"pre-norm": transformer.PreNorm{Width: 8, Depth: 2},
		"decoder":  transformer.Decoder{Width: 8, Depth: 2, Heads: 2},
		"pairs":    transformer.AttentionOnly{Width: 8, Positions: "relative", Points: 9, Norm: true},
		"matching": transformer.AttentionOnly{Norm: true, Clamps: []transformer.HeadClamp{{Layer: 1, To: "matching"}}},
	}
}

// TestQueriesDoNotMeet: what a query is answered does not depend on the other queries
// of the call, their number or their order.
func TestQueriesDoNotMeet(t *testing.T) {
	for name, l := range causal() {
		t.Run(name, func(t *testing.T) { checkQueriesDoNotMeet(t, l) })
	}
}

func checkQueriesDoNotMeet(t *testing.T, l learner.Learner) {
	t.Helper()
	const n, c = 7, 2
	s, b := newSubject[float64](t, l, 2, c), noise(n, 2, c)
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

// TestHugeInputs: no float32 input gives a NaN or an infinity.
func TestHugeInputs(t *testing.T) {
	for name, l := range causal() {
		t.Run(name, func(t *testing.T) { checkHugeInputs(t, l) })
	}
}

func checkHugeInputs(t *testing.T, l learner.Learner) {
	t.Helper()
	const n = 5
	s := newSubject[float32](t, l, 2, 2)
	for _, scale := range []float32{0, 1e-38, 1e15, 1e30, math.MaxFloat32} {
		b := noise(n, 2, 2)
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
