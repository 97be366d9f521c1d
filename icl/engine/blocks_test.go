package engine_test

import (
	"sync"
	"testing"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph files dot-import graph

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/engine"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/learnertest"
	"github.com/goicl/goicl/icl/metalearner"
	"github.com/goicl/goicl/icl/train"
	"github.com/goicl/goicl/icl/transformer"
)

// blocks is the engine that users get of a learner's graph on lanes.
func blocks(t *testing.T, l learner.Learner, c, workers int) engine.Engine {
	t.Helper()
	e, err := engine.New(t.Context(), l, inputs, c, "", engine.Options{Kind: "lanes", Workers: workers})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// together is a learner that looks at what no other does: at other tasks, or at points after
// the query.
type together struct {
	metalearner.CNP
	What string
}

func (together) Name() string { return "together" }

func (l together) Logits(w learner.Weights, ep learner.Episode) *Node {
	logits := l.CNP.Logits(w, ep)
	switch l.What {
	case "tasks":
		return Sub(logits, MulScalar(ReduceAndKeep(logits, ReduceMean, 0), .5))
	case "points":
		return Add(logits, ReduceAndKeep(ep.X, ReduceMean, 1, 2))
	case "the last point":
		return Add(logits, Slice(ep.X, AxisRange(), AxisRange(ep.N()-1, ep.N()), AxisRange(0, 1)))
	case "the number of points":
		return MulScalar(logits, float64(ep.N()))
	case "the number of tasks":
		return MulScalar(logits, float64(ep.B()))
	}
	return logits
}

// Loss is not a mean over tasks for some.
func (l together) Loss(w learner.Weights, ep learner.Episode, of func(*Node, learner.Episode) *Node) *Node {
	loss := of(l.Logits(w, ep), ep)
	if l.What == "the squared loss" {
		return Square(loss)
	}
	return loss
}

// TestBlocksWhereTasksBelongTogether: what depends on more than a task's points up to its last
// query is not cut into blocks.
func TestBlocksWhereTasksBelongTogether(t *testing.T) {
	needLanes(t)
	for _, what := range []string{"", "tasks", "points", "the last point", "the number of points", "the number of tasks", "the squared loss"} {
		for _, c := range []int{2, 0} {
			l := together{What: what}
			b := learnertest.Noise(3, 45, 9, inputs, c)
			var at []int32
			for task := range b.T {
				at = append(at, int32(task%7), int32(task%3))
			}
			want := compiled(t, l, inputs, c)
			params := weightsOf(l, want.Layout)
			got := evaluateEngine(t, blocks(t, l, c, 2), params, b, at)
			if off := got.offBy(evaluate(t, want, widen(params), b, at)); !(off <= 1e-5) {
				t.Errorf("%q for %d classes is off by %g", what, c, off)
			}
		}
	}
}

// TestBlocksOfAnyShape: few and many tasks, with queries near the beginning and the end, one
// or all.
func TestBlocksOfAnyShape(t *testing.T) {
	needLanes(t)
	for _, l := range []learner.Learner{metalearner.CNP{}, metalearner.GradientDescent{}, transformer.PreNorm{Width: 6, Depth: 1}} {
		for _, c := range []int{2, 0} {
			e, want := blocks(t, l, c, 2), compiled(t, l, inputs, c)
			params := weightsOf(l, want.Layout)
			for _, shape := range [][3]int{{1, 1, 1}, {1, 9, 9}, {3, 4, 1}, {17, 7, 2}, {40, 5, 1}, {40, 1, 1}, {70, 13, 3}} {
				b := learnertest.Noise(uint64(shape[0]), shape[0], shape[1], inputs, c)
				var at []int32
				for i := range b.T * shape[2] {
					at = append(at, int32((i*i+i/5)%b.N))
				}
				got := evaluateEngine(t, e, params, b, at)
				if off := got.offBy(evaluate(t, want, widen(params), b, at)); !(off <= 1e-5) {
					t.Errorf("%s for %d classes on %v is off by %g", l.Name(), c, shape, off)
				}
			}
		}
	}
}

func evaluateEngine(t *testing.T, e engine.Engine, params []float32, b *datasets.Batch, at []int32) numbers {
	t.Helper()
	grad := make([]float32, len(params))
	loss, err := e.LossGrad(params, b, at, grad)
	if err != nil {
		t.Fatal(err)
	}
	return numbers{widen(logitsOf(t, e, params, b, at)), []float64{loss}, widen(grad)}
}

// repeats checks that several calls, at once or one after another, give the bits of one worker,
// with any of the numbers of workers.
func repeats(t *testing.T, l learner.Learner, b *datasets.Batch, at []int32, workers []int, atOnce bool) {
	t.Helper()
	params := weightsOf(l, compiled(t, l, inputs, 2).Layout)
	want := evaluateEngine(t, blocks(t, l, 2, 1), params, b, at)
	for _, workers := range workers {
		e := blocks(t, l, 2, workers)
		call := func() {
			got := evaluateEngine(t, e, params, b, at)
			if off := got.offBy(want); off > 0 {
				t.Errorf("%s on %d tasks: %d workers give other bits, off by %g", l.Name(), b.T, workers, off)
			}
		}
		var all sync.WaitGroup
		for range 3 {
			if all.Go(call); !atOnce {
				all.Wait()
			}
		}
		all.Wait()
	}
}

// TestBlocksRepeat: calls at once give the bits of one alone, and so does any number of
// workers.
func TestBlocksRepeat(t *testing.T) {
	needLanes(t)
	for _, l := range []learner.Learner{metalearner.CNP{}, together{What: "tasks"}, metalearner.MAML{Width: 5, Inner: metalearner.Inner{Steps: 2}}} {
		for _, tasks := range []int{3, 19, 70} {
			b := learnertest.Noise(4, tasks, 9, inputs, 2)
			repeats(t, l, b, train.Every(3, 4, b.T), []int{1, 2, 3, 7}, true)
		}
	}
}

// TestFewBlocksRepeat: where workers do a block together, since there are more of them than
// blocks and the learner is large, the bits are those of one worker.
func TestFewBlocksRepeat(t *testing.T) {
	needLanes(t)
	for _, tasks := range []int{2, 20} {
		b := learnertest.Noise(4, tasks, 50, inputs, 2)
		repeats(t, transformer.PreNorm{Width: 16, Depth: 1}, b, train.Every(2, 49, b.T), []int{2, 4, 7, 40}, false)
	}
}
