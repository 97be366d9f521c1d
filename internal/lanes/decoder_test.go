package lanes

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/goicl/goicl/datasets"
)

// Graph is a learner in float64.
type Graph interface {
	LossGrad(params []float64, b *datasets.Batch, at []int32, grad []float64) (float64, error)
	Logits(params []float64, b *datasets.Batch, at []int32) ([]float64, error)
}

// GraphOf is the same decoder as a graph on Go's backend, and its number of weights. An
// external test file sets it: package engine imports this one.
var GraphOf func(d Decoder) (graph Graph, size int, err error)

func graphOf(t failer, d Decoder) (Graph, int) {
	t.Helper()
	graph, size, err := GraphOf(d)
	if err != nil {
		t.Fatal(err)
	}
	return graph, size
}

// decoderParams draws weights around those that a layer normalisation starts with.
func decoderParams(rng *rand.Rand, d Decoder) []float32 {
	p := make([]float32, d.NumParams())
	for i := range p {
		p[i] = float32(.4 * rng.NormFloat64())
	}
	return p
}

func decoderBatch(rng *rand.Rand, d Decoder, tasks, points int) *datasets.Batch {
	return randomTasks(rng, d.D, d.C, tasks, points)
}

// TestDecoderAgainstGraph compares loss, gradient and answers with those of the graph
// in float64, for decoders of any shape, on every instruction set.
func TestDecoderAgainstGraph(t *testing.T) {
	skipUnlessAvailable(t)
	rapid.Check(t, func(t *rapid.T) {
		heads := rapid.IntRange(1, 3).Draw(t, "heads")
		d := Decoder{
			Depth: rapid.IntRange(1, 3).Draw(t, "depth"), Heads: heads, Width: heads * rapid.IntRange(1, 7).Draw(t, "size"),
			D: rapid.IntRange(1, 4).Draw(t, "D"), C: rapid.SampledFrom([]int{0, 2, 5}).Draw(t, "C"),
			Points: rapid.IntRange(1, 7).Draw(t, "points"),
		}
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		b := decoderBatch(rng, d, rapid.IntRange(1, 20).Draw(t, "T"), rapid.IntRange(1, d.Points).Draw(t, "N"))
		at := randomQueries(rng, b, rapid.IntRange(1, 4).Draw(t, "M"))
		compareDecoder(t, d, decoderParams(rng, d), b, at)
	})
}

type reporter interface {
	failer
	Errorf(format string, args ...any)
}

func compareDecoder(t reporter, d Decoder, params []float32, b *datasets.Batch, at []int32) {
	t.Helper()
	graph, _ := graphOf(t, d)
	wide := make([]float64, len(params))
	for i, p := range params {
		wide[i] = float64(p)
	}
	wantGrad := make([]float64, len(params))
	want, err := graph.LossGrad(wide, b, at, wantGrad)
	if err != nil {
		t.Fatal(err)
	}
	wantLogits, err := graph.Logits(wide, b, at)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range sets() {
		e := engineOf(t, d, 2, s)
		loss, grad := lossGrad(t, e, params, b, at)
		if !(math.Abs(loss-want) <= 1e-5*(1+want)) {
			t.Errorf("%s, %+v: loss %g, want %g", e, d, loss, want)
		}
		if off := relative(grad, wantGrad); !(off <= 1e-4) {
			t.Errorf("%s, %+v: the gradient is off by %g of its largest value", e, d, off)
		}
		if off := relative(logits(t, e, params, b, at), wantLogits); !(off <= 1e-4) {
			t.Errorf("%s, %+v: the answers are off by %g of their largest value", e, d, off)
		}
	}
}

// TestDecoderSizes: the decoders that claims 4 and 5 train, with all their queries, and
// numbers of tasks around that of the lanes.
func TestDecoderSizes(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 7))
	for _, d := range []Decoder{
		{Depth: 2, Width: 32, Heads: 2, Points: 11, D: 5},
		{Depth: 2, Width: 32, Heads: 2, Points: 10, D: 6, C: 2},
		{Depth: 3, Width: 64, Heads: 4, Points: 12, D: 10},
	} {
		skipUnlessAvailable(t)
		lanes := sets()[0].lanes()
		for _, tasks := range []int{1, lanes - 1, lanes + 1, 2*lanes + 3} {
			b := decoderBatch(rng, d, tasks, d.Points)
			compareDecoder(t, d, decoderParams(rng, d), b, everyPrefix(b, 0))
		}
	}
}

// TestDecoderWorkers demands the same bytes from any number of workers, in an engine that
// has been used before for another batch.
func TestDecoderWorkers(t *testing.T) {
	d := Decoder{Depth: 2, Width: 12, Heads: 3, Points: 9, D: 3}
	rng := rand.New(rand.NewPCG(4, 4))
	params, b := decoderParams(rng, d), decoderBatch(rng, d, 61, 9)
	at, small := randomQueries(rng, b, 3), b.Slice(3, 8)
	forEverySet(t, d, 1, func(t *testing.T, one *Evaluator) {
		loss, grad := lossGrad(t, one, params, b, at)
		out := logits(t, one, params, b, at)
		for _, workers := range []int{2, 3, 40} {
			e := engineOf(t, d, workers, one.set)
			logits(t, e, params, small, everyPrefix(small, 0))
			l, g := lossGrad(t, e, params, b, at)
			if l != loss || !slices.Equal(g, grad) || !slices.Equal(logits(t, e, params, b, at), out) {
				t.Errorf("%d workers give other numbers than one", workers)
			}
		}
	})
}

// TestDecoderReadsNothingLater changes all that an answer must not depend on: the query's own
// target, and whatever comes after the last query of a task.
func TestDecoderReadsNothingLater(t *testing.T) {
	d := Decoder{Depth: 2, Width: 8, Heads: 2, Points: 8, D: 2}
	rng := rand.New(rand.NewPCG(5, 5))
	params, b := decoderParams(rng, d), decoderBatch(rng, d, 21, 8)
	at, other := randomQueries(rng, b, 1), decoderBatch(rng, d, 21, 8)
	for task, n := range at {
		copy(other.X[task*b.N*b.D:], b.X[task*b.N*b.D:][:(int(n)+1)*b.D])
		copy(other.Z[task*b.N:], b.Z[task*b.N:][:n])
		other.Z[task*b.N+int(n)] = float32(math.NaN())
		for i := (task*b.N + int(n) + 1) * b.D; i < (task+1)*b.N*b.D; i++ {
			other.X[i] = float32(math.NaN())
		}
	}
	forEverySet(t, d, 2, func(t *testing.T, e *Evaluator) {
		if !slices.Equal(logits(t, e, params, b, at), logits(t, e, params, other, at)) {
			t.Error("the answers depend on the query's target or on later points")
		}
	})
}

// TestDecoderExtremes: one task with an extreme input or target changes no other, and
// NaN shows.
func TestDecoderExtremes(t *testing.T) {
	d := Decoder{Depth: 2, Width: 8, Heads: 2, Points: 6, D: 2}
	rng := rand.New(rand.NewPCG(6, 6))
	params, b := decoderParams(rng, d), decoderBatch(rng, d, 20, 6)
	at := everyPrefix(b, 0)
	forEverySet(t, d, 2, func(t *testing.T, e *Evaluator) {
		want := logits(t, e, params, b, at)
		for _, x := range extremes {
			bad := withExtreme(b, 5, [2]int{0, 3}, x)
			got := logits(t, e, params, bad, at)
			task := got[5*6:][:6]
			if nan := math.IsNaN(float64(x)); nan != math.IsNaN(float64(task[3])) {
				t.Errorf("an input of %g gives %g", x, task[3])
			}
			copy(task, want[5*6:])
			if !slices.Equal(got, want) {
				t.Errorf("%g changes another task", x)
			}
		}
		_, grad := lossGrad(t, e, params, b, at)
		for i := range params {
			p := slices.Clone(params)
			p[i] = float32(math.NaN())
			if loss, _ := lossGrad(t, e, p, b, at); grad[i] != 0 && !math.IsNaN(loss) {
				t.Fatalf("weight %d is NaN and the loss is %g", i, loss)
			}
		}
	})
}

func TestDecoderNoAllocation(t *testing.T) {
	d := Decoder{Depth: 2, Width: 8, Heads: 2, Points: 6, D: 2}
	rng := rand.New(rand.NewPCG(8, 8))
	params, b := decoderParams(rng, d), decoderBatch(rng, d, 40, 6)
	at, grad := randomQueries(rng, b, 2), make([]float32, len(params))
	forEverySet(t, d, 1, func(t *testing.T, e *Evaluator) {
		if n := testing.AllocsPerRun(10, func() { _, _ = e.LossGrad(params, b, at, grad) }); n != 0 {
			t.Errorf("%g allocations a step", n)
		}
	})
}

func TestDecoderBadInput(t *testing.T) {
	skipUnlessAvailable(t)
	good := Decoder{Depth: 1, Width: 4, Heads: 2, Points: 5, D: 2}
	for _, test := range []struct {
		change func(d *Decoder)
		want   string
	}{
		{func(d *Decoder) { d.Depth = 0 }, "depth 0"},
		{func(d *Decoder) { d.C = -1 }, "C -1"},
		{func(d *Decoder) { d.Heads = 3 }, "3 heads do not divide width 4"},
		{func(d *Decoder) { d.Width = 256 }, "width 256; there are kernels for at most 96"},
		{func(d *Decoder) { d.Points = 1 << 40 }, "want at most 1024"},
		{func(d *Decoder) { d.Points, d.Depth = 1024, 12 }, "1024 points and 1024 queries a task are too many"},
	} {
		d := good
		test.change(&d)
		_, err := New(d, 1)
		wantError(t, err, test.want)
	}
	e := engineOf(t, good, 1, sets()[0])
	params := make([]float32, good.NumParams())
	for _, test := range []struct {
		b    *datasets.Batch
		at   []int32
		want string
	}{
		{nil, []int32{1}, "the batch is nil"},
		{datasets.NewBatch(1, 6, 2, 0), []int32{1}, "tasks of 6 points for a decoder of 5"},
		{datasets.NewBatch(1, 5, 3, 0), []int32{1}, "a batch with D 3"},
		{datasets.NewBatch(1, 5, 2, 2), []int32{1}, "C 2 for a model with D 2 and C 0"},
		{&datasets.Batch{T: 2, N: 2, D: 2, X: make([]float32, 8), Z: make([]float32, 3)}, []int32{1, 1}, "8 inputs and 3 targets"},
		{datasets.NewBatch(2, 5, 2, 0), []int32{5, 1}, "point 5; want 0..4"},
		{datasets.NewBatch(2, 5, 2, 0), []int32{1}, "1 queries for 2 tasks"},
	} {
		_, err := e.LossGrad(params, test.b, test.at, make([]float32, len(params)))
		wantError(t, err, test.want)
	}
}

// TestDecoderNumParams: as many as the graph has.
func TestDecoderNumParams(t *testing.T) {
	for _, d := range []Decoder{{Depth: 2, Width: 32, Heads: 2, Points: 11, D: 5}, {Depth: 1, Width: 6, Heads: 3, Points: 4, D: 1, C: 3}} {
		if _, want := graphOf(t, d); d.NumParams() != want {
			t.Errorf("%+v has %d weights, the graph %d", d, d.NumParams(), want)
		}
	}
}

// BenchmarkDecoder times loss and gradient of claim 5's decoder, all queries of each task.
func BenchmarkDecoder(b *testing.B) {
	if ok, reason := Available(); !ok {
		b.Skip(reason)
	}
	d := Decoder{Depth: 2, Width: 32, Heads: 2, Points: 11, D: 5}
	rng := rand.New(rand.NewPCG(1, 2))
	params := decoderParams(rng, d)
	grad := make([]float32, len(params))
	for _, tasks := range []int{16, 64} {
		batch := decoderBatch(rng, d, tasks, d.Points)
		at := everyPrefix(batch, 0)
		for _, s := range sets() {
			for _, workers := range []int{1, 2} {
				b.Run(fmt.Sprintf("B=%d/%s/%d", tasks, s.name(), workers), func(b *testing.B) {
					e := engineOf(b, d, workers, s)
					for b.Loop() {
						if _, err := e.LossGrad(params, batch, at, grad); err != nil {
							b.Fatal(err)
						}
					}
					b.ReportMetric(d.FLOPs(tasks, at)/(b.Elapsed().Seconds()/float64(b.N))*1e-9, "GFLOP/s")
				})
			}
		}
	}
}
