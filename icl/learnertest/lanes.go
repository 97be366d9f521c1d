package learnertest

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/gomlx/compute"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/engine"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/train"
	"github.com/goicl/goicl/internal/backend"
)

// episode is a batch with its queries.
type episode struct {
	name  string
	batch *datasets.Batch
	at    []int32
}

// episodes are for lanes, which puts 4, 8 or 16 tasks into a register: one task with all
// points as queries; one task more than registers hold, with another query of each; and
// many tasks with one example or none.
func (f *fixture) episodes() []episode {
	group, longest := 1, 7
	if a, ok := f.l.(learner.Adaptive); ok {
		group = a.Group()
	}
	if b, ok := f.l.(learner.Bounded); ok {
		longest = min(longest, b.MaxPoints())
	}
	noise := func(tasks, n int) *datasets.Batch {
		return Noise(uint64(tasks), (tasks+group-1)/group*group, min(n, longest), dims, f.c)
	}
	one, odd, many := noise(1, 5), noise(17, 7), noise(40, 3)
	var other, short []int32
	for task := range odd.T {
		other = append(other, int32(task%odd.N))
	}
	for range many.T {
		short = append(short, 1, 0)
	}
	return []episode{
		{"one task, all points", one, train.Every(0, one.N-1, one.T)},
		{"17 tasks, one query", odd, other},
		{"40 tasks, one example and none", many, short},
	}
}

// lanesAgree compares lanes, in float32, with the Go backend in float64.
func (f *fixture) lanesAgree(t *testing.T, precision float64) {
	open, err := backend.Shared(context.Background(), "lanes")
	if err != nil {
		t.Skip(err)
	}
	e, err := engine.Compile[float32](open.Backend, f.l, dims, f.c)
	if err != nil {
		t.Fatal(err)
	}
	for _, in := range f.episodes() {
		params := e.Layout.Init(rand.New(rand.NewPCG(8, uint64(in.batch.T))))
		got, err := evaluate(e, params, in)
		if errors.Is(err, compute.ErrNotImplemented) {
			t.Skip("another backend computes it: ", err)
		} else if err != nil {
			t.Fatalf("%s: %v", in.name, err)
		}
		want, err := evaluate(f.engine, widen(params), in)
		if err != nil {
			t.Fatalf("%s: %v", in.name, err)
		}
		for i, what := range []string{"logits", "loss", "gradient"} {
			if off := relative(got[i], want[i]); !(off <= precision) {
				t.Errorf("%s: the %s of lanes: off by %g of the largest value", in.name, what, off)
			}
		}
	}
}

// evaluate are logits, loss and gradient.
func evaluate[T float32 | float64](e *engine.Compiled[T], params []T, in episode) (out [3][]float64, err error) {
	logits, err := e.Logits(params, in.batch, in.at)
	if err != nil {
		return out, err
	}
	grad := make([]T, len(params))
	loss, err := e.LossGrad(params, in.batch, in.at, grad)
	return [3][]float64{widen(logits), {loss}, widen(grad)}, err
}

// relative is the greatest difference of got from want over the greatest size of want.
func relative(got, want []float64) float64 {
	if len(got) != len(want) {
		return math.Inf(1)
	}
	off, size := 0., 0.
	for i, w := range want {
		off, size = max(off, math.Abs(got[i]-w)), max(size, math.Abs(w))
	}
	if off == 0 {
		return 0
	}
	return off / size
}
