package lanes

import (
	"math"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"testing"

	"pgregory.net/rapid"

	"github.com/goicl/goicl/datasets"
)

// forEverySet runs a test on each instruction set of this machine.
func forEverySet(t *testing.T, c Model, workers int, test func(t *testing.T, e *Evaluator)) {
	skipUnlessAvailable(t)
	for _, s := range sets() {
		t.Run(s.name(), func(t *testing.T) { test(t, engineOf(t, c, workers, s)) })
	}
}

func skipUnlessAvailable(t *testing.T) {
	if ok, reason := Available(); !ok {
		t.Skip(reason)
	}
}

type failer interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

func engineOf(t failer, c Model, workers int, s set) *Evaluator {
	t.Helper()
	e, err := New(c, workers)
	if err != nil {
		t.Fatal(err)
	}
	e.set = s
	return e
}

func lossGrad(t failer, e *Evaluator, params []float32, b *datasets.Batch, at []int32) (float64, []float32) {
	t.Helper()
	grad := make([]float32, len(params))
	for i := range grad {
		grad[i] = float32(math.NaN()) // must be overwritten
	}
	loss, err := e.LossGrad(params, b, at, grad)
	if err != nil {
		t.Fatal(err)
	}
	return loss, grad
}

func logits(t failer, e *Evaluator, params []float32, b *datasets.Batch, at []int32) []float32 {
	t.Helper()
	out := make([]float32, len(at)*e.model.Outputs())
	if err := e.Logits(params, b, at, out); err != nil {
		t.Fatal(err)
	}
	return out
}

// relative is the largest difference between two vectors, as a share of the
// largest value of want. It is NaN where got has a NaN.
func relative[F float](got []float32, want []F) float64 {
	var diff, size float64
	for i := range want {
		diff = max(diff, math.Abs(float64(got[i])-float64(want[i])))
		size = max(size, math.Abs(float64(want[i])))
	}
	return diff / size
}

// TestAgainstReference compares everything with the float64 reference, for random
// models and ragged prefixes on every instruction set.
func TestAgainstReference(t *testing.T) {
	skipUnlessAvailable(t)
	rapid.Check(t, func(t *rapid.T) {
		c := Config{
			Depth:  rapid.IntRange(1, 3).Draw(t, "depth"),
			D:      rapid.IntRange(1, 5).Draw(t, "D"),
			C:      rapid.IntRange(2, 4).Draw(t, "C"),
			Expand: rapid.IntRange(1, 4).Draw(t, "expand"),
		}
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		b := randomBatch(rng, c, rapid.IntRange(1, 7).Draw(t, "T"), rapid.IntRange(1, 9).Draw(t, "N"))
		at := randomQueries(rng, b, rapid.IntRange(1, 5).Draw(t, "M"))
		params := randomParams(rng, c)
		ref := &reference[float64]{config: c, params: params}
		want := ref.lossGrad(b, at)
		for _, s := range sets() {
			e := engineOf(t, c, 2, s)
			loss, grad := lossGrad(t, e, params, b, at)
			if math.Abs(loss-want) > 1e-5*want {
				t.Errorf("%s: loss %g, want %g", e, loss, want)
			}
			if off := relative(grad, ref.grad); !(off <= 2e-5) {
				t.Errorf("%s: the gradient is off by %g of its largest value", e, off)
			}
			compareLogits(t, e, ref, b, at)
		}
	})
}

func compareLogits(t *rapid.T, e *Evaluator, ref *reference[float64], b *datasets.Batch, at []int32) {
	got := logits(t, e, ref.params, b, at)
	k := 2 * b.C
	for i, n := range at {
		want := ref.logits(b, i/(len(at)/b.T), int(n))
		for c, w := range want {
			if g := float64(got[i*k+c]); !(math.Abs(g-w) <= 1e-5*(1+math.Abs(w))) {
				t.Fatalf("%s: query %d after %d examples: logit %d is %g, want %g", e, i, n, c, g, w)
			}
		}
	}
}

// TestRagged runs shapes at the edges: no context, full context, one pair more or
// less than the lanes, more groups than slots.
func TestRagged(t *testing.T) {
	c := Config{Depth: 2, D: 2, C: 2, Expand: 4}
	rng := rand.New(rand.NewPCG(3, 1))
	forEverySet(t, c, 2, func(t *testing.T, e *Evaluator) {
		lanes := e.set.lanes()
		for _, tasks := range []int{1, lanes - 1, lanes, lanes + 1, (maxSlots+1)*lanes + 1} {
			for _, n := range []int32{0, 1, 3} {
				b := randomBatch(rng, c, tasks, 4)
				at := slices.Repeat([]int32{n}, tasks)
				params := randomParams(rng, c)
				ref := &reference[float64]{config: c, params: params}
				want := ref.lossGrad(b, at)
				loss, grad := lossGrad(t, e, params, b, at)
				if off := relative(grad, ref.grad); !(off <= 2e-5) || math.Abs(loss-want) > 1e-5 {
					t.Errorf("%d tasks after %d examples: loss %g, want %g, gradient off by %g", tasks, n, loss, want, off)
				}
			}
		}
	})
}

// TestWorkers demands the same bytes from any number of workers, in an engine
// that has been used before for another shape of batch.
func TestWorkers(t *testing.T) {
	c := Config{Depth: 3, D: 2, C: 2, Expand: 4}
	rng := rand.New(rand.NewPCG(4, 1))
	params := randomParams(rng, c)
	b := randomBatch(rng, c, 61, 20)
	at := randomQueries(rng, b, 3)
	small := b.Slice(3, 8)
	forEverySet(t, c, 1, func(t *testing.T, one *Evaluator) {
		loss, grad := lossGrad(t, one, params, b, at)
		out := logits(t, one, params, b, at)
		for _, workers := range []int{2, 3, 40} {
			e := engineOf(t, c, workers, one.set)
			logits(t, e, params, small, everyPrefix(small, 0))
			lossGrad(t, e, params, small, everyPrefix(small, 2))
			l, g := lossGrad(t, e, params, b, at)
			if l != loss || !slices.Equal(g, grad) || !slices.Equal(logits(t, e, params, b, at), out) {
				t.Errorf("%d workers give other numbers than one", workers)
			}
		}
	})
}

// TestNothingLaterIsRead changes all that a learner must not see: the query's label and
// whatever comes after the query.
func TestNothingLaterIsRead(t *testing.T) {
	c := Config{Depth: 2, D: 2, C: 2, Expand: 4}
	rng := rand.New(rand.NewPCG(5, 1))
	params := randomParams(rng, c)
	b := randomBatch(rng, c, 21, 10)
	at := randomQueries(rng, b, 1)
	other := randomBatch(rng, c, 21, 10)
	for task, n := range at {
		copy(other.X[task*b.N*b.D:], b.X[task*b.N*b.D:][:(int(n)+1)*b.D])
		copy(other.Y[task*b.N:], b.Y[task*b.N:][:n])
		other.Y[task*b.N+int(n)] = 1 - b.Y[task*b.N+int(n)]
		for i := (task*b.N + int(n) + 1) * b.D; i < (task+1)*b.N*b.D; i++ {
			other.X[i] = float32(math.NaN())
		}
	}
	forEverySet(t, c, 2, func(t *testing.T, e *Evaluator) {
		if !slices.Equal(logits(t, e, params, b, at), logits(t, e, params, other, at)) {
			t.Error("the logits depend on the query's label or on later points")
		}
		copy(other.Y, b.Y)
		loss, grad := lossGrad(t, e, params, b, at)
		l, g := lossGrad(t, e, params, other, at)
		if l != loss || !slices.Equal(g, grad) {
			t.Error("loss or gradient depend on later points")
		}
	})
}

// TestOrderOfContext: the model does not know positions.
func TestOrderOfContext(t *testing.T) {
	c := Config{Depth: 3, D: 3, C: 2, Expand: 2}
	rng := rand.New(rand.NewPCG(6, 1))
	params := randomParams(rng, c)
	b := randomBatch(rng, c, 1, 8)
	turned := datasets.NewBatch(1, 8, 3, 2)
	for p, from := range []int{4, 2, 0, 6, 5, 1, 3, 7} {
		copy(turned.Point(0, p), b.Point(0, from))
		turned.Y[p] = b.Y[from]
	}
	forEverySet(t, c, 1, func(t *testing.T, e *Evaluator) {
		at := []int32{7}
		if off := relative(logits(t, e, params, turned, at), logits(t, e, params, b, at)); !(off < 1e-5) {
			t.Errorf("another order of the context moves the logits by %g", off)
		}
	})
}

func TestInputsAreNotChanged(t *testing.T) {
	c := Config{Depth: 2, D: 2, C: 2, Expand: 4}
	rng := rand.New(rand.NewPCG(7, 1))
	params, b := randomParams(rng, c), randomBatch(rng, c, 9, 6)
	at := randomQueries(rng, b, 2)
	p, x, y, a := slices.Clone(params), slices.Clone(b.X), slices.Clone(b.Y), slices.Clone(at)
	forEverySet(t, c, 2, func(t *testing.T, e *Evaluator) {
		lossGrad(t, e, params, b, at)
		logits(t, e, params, b, at)
		if !slices.Equal(p, params) || !slices.Equal(x, b.X) || !slices.Equal(y, b.Y) || !slices.Equal(a, at) {
			t.Error("an input was written to")
		}
	})
}

func TestNoAllocation(t *testing.T) {
	c := Config{Depth: 2, D: 2, C: 2, Expand: 4}
	rng := rand.New(rand.NewPCG(8, 1))
	params, b := randomParams(rng, c), randomBatch(rng, c, 40, 6)
	at := randomQueries(rng, b, 1)
	grad := make([]float32, len(params))
	forEverySet(t, c, 1, func(t *testing.T, e *Evaluator) {
		n := testing.AllocsPerRun(10, func() {
			if _, err := e.LossGrad(params, b, at, grad); err != nil {
				t.Fatal(err)
			}
		})
		if n != 0 {
			t.Errorf("%g allocations a step", n)
		}
	})
}

func TestDeal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		points := rapid.IntRange(1, 9).Draw(t, "N")
		at := rapid.SliceOfN(rapid.Int32Range(0, int32(points-1)), 1, 40).Draw(t, "at")
		lanes := rapid.IntRange(1, 16).Draw(t, "lanes")
		var p plan
		p.assign(points, at, lanes)
		if !slices.IsSortedFunc(p.order, func(a, b int32) int { return int(at[b] - at[a]) }) {
			t.Errorf("%v is not longest first", p.order)
		}
		slices.Sort(p.order)
		for i, pair := range p.order {
			if int(pair) != i {
				t.Fatalf("pair %d is not assigned once", i)
			}
		}
		if p.slots < 1 || p.slots > maxSlots || (p.slots-1)*lanes >= len(at) {
			t.Errorf("%d slots for %d pairs in %d lanes", p.slots, len(at), lanes)
		}
	})
}

func TestNumParams(t *testing.T) {
	if n := (Config{Depth: 8, D: 2, C: 2, Expand: 4}).NumParams(); n != 3432 {
		t.Errorf("the paper's model has %d weights, want 3432", n)
	}
}

func TestNewErrors(t *testing.T) {
	for _, test := range []struct {
		config Config
		want   string
	}{
		{Config{}, "lanes: depth 0, D 0, C 0, expand 0; want at least 1, 1, 2 and 1"},
		{Config{8, 2, 1, 4}, "want at least"},
		{Config{8, 9, 4, 4}, "at most 16 fit"},
		{Config{8, 2, math.MaxInt, 4}, "at most 16 fit"},
		{Config{1 << 40, 2, 2, 4}, "want at most"},
	} {
		_, err := New(test.config, 1)
		wantError(t, err, test.want)
	}
}

// TestPrefetchIsDoneOnce: work given to the engine is done by the next LossGrad,
// whatever becomes of that, and changes no number.
func TestPrefetchIsDoneOnce(t *testing.T) {
	skipUnlessAvailable(t)
	c := Config{Depth: 2, D: 2, C: 2, Expand: 4}
	rng := rand.New(rand.NewPCG(3, 3))
	batch, params := randomBatch(rng, c, 40, 10), randomParams(rng, c)
	at := everyPrefix(batch, 2)
	grad, again := make([]float32, len(params)), make([]float32, len(params))
	for _, workers := range []int{1, 2, 5} {
		e, err := New(c, workers)
		if err != nil {
			t.Fatal(err)
		}
		var done atomic.Int32
		loss, err := e.LossGrad(params, batch, at, grad)
		e.Prefetch(func() { done.Add(1) })
		other, err2 := e.LossGrad(params, batch, at, again)
		if err != nil || err2 != nil || loss != other || !slices.Equal(grad, again) || done.Load() != 1 {
			t.Errorf("%d workers: done %d times, loss %g and %g, errors %v %v", workers, done.Load(), loss, other, err, err2)
		}
		e.Prefetch(func() { done.Add(1) })
		if _, err := e.LossGrad(params[1:], batch, at, grad); err == nil || done.Load() != 2 {
			t.Errorf("%d workers: a failing call (error %v) left the work undone", workers, err)
		}
		if _, err := e.LossGrad(params, batch, at, grad); err != nil || done.Load() != 2 {
			t.Errorf("%d workers: the work was done %d times, want 2 (error %v)", workers, done.Load(), err)
		}
	}
}
