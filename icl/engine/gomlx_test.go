package engine_test

import (
	"slices"
	"strings"
	"testing"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph files dot-import graph

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/engine"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/metalearner"
)

// twoTasks are tasks of 3 points with one input.
func twoTasks(c int) *datasets.Batch {
	b := datasets.NewBatch(2, 3, 1, c)
	copy(b.X, []float32{1, 2, 3, 4, 5, 6})
	copy(b.Y, []int32{0, 1, 2, 2, 1, 0})
	copy(b.Z, []float32{.1, .2, .3, .4, .5, .6})
	return b
}

// bias is a learner of one number, whose loss is checked through Observe.
type bias struct{}

func (bias) Name() string { return "bias" }

func (bias) Params(int, int) ([]learner.Param, error) {
	return []learner.Param{{Name: "b", Dims: []int{1}, Init: learner.Constant(0)}}, nil
}

func (bias) Logits(w learner.Weights, ep learner.Episode) *Node {
	return BroadcastToDims(ExpandLeftToRank(w.Get("b"), 3), ep.B(), ep.M(), ep.C())
}

func compiled(t *testing.T, l learner.Learner, d, c int) *engine.Compiled[float64] {
	t.Helper()
	e, err := engine.Compile[float64](goBackend(t), l, d, c)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// TestEpisode: what a learner's graph gets of a batch with the queries 2 and 0 a task.
func TestEpisode(t *testing.T) {
	build := func(_ learner.Weights, ep learner.Episode) []*Node {
		return []*Node{ep.X, ep.Y, ep.Queries, ep.Context, ep.IsQuery}
	}
	at := []int32{2, 0, 1, 1}
	for c, y := range map[int][]float64{
		3: {1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1, 0, 1, 0, 1, 0, 0},
		0: {float64(float32(.1)), float64(float32(.2)), float64(float32(.3)), float64(float32(.4)), .5, float64(float32(.6))},
	} {
		got, err := compiled(t, bias{}, 1, c).Observe([]float64{0}, twoTasks(c), at, build)
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range [][]float64{
			{1, 2, 3, 4, 5, 6}, y, {3, 1, 5, 5},
			{1, 1, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0},
			{0, 0, 1, 1, 0, 0, 0, 1, 0, 0, 1, 0},
		} {
			if !slices.Equal(got[i], want) {
				t.Errorf("%d classes, node %d: %v, want %v", c, i, got[i], want)
			}
		}
	}
}

// TestObserveRefuses: mistakes in the graph and in the tasks are errors.
func TestObserveRefuses(t *testing.T) {
	e := compiled(t, bias{}, 1, 0)
	nodes := func(w learner.Weights, _ learner.Episode) []*Node { return []*Node{w.Get("b")} }
	if _, err := e.Observe([]float64{0, 0}, twoTasks(0), []int32{0, 0}, nodes); err == nil || !strings.Contains(err.Error(), "2 parameter values, want 1") {
		t.Errorf("error %v, want one that counts the weights", err)
	}
	if _, err := e.Observe([]float64{0}, twoTasks(3), []int32{0, 0}, nodes); err == nil || !strings.Contains(err.Error(), "C is 3") {
		t.Errorf("error %v, want one about classes", err)
	}
	missing := func(w learner.Weights, _ learner.Episode) []*Node { return []*Node{w.Get("c")} }
	if _, err := e.Observe([]float64{0}, twoTasks(0), []int32{0, 0}, missing); err == nil || !strings.Contains(err.Error(), `no parameter "c"`) {
		t.Errorf("error %v, want one that names the parameter", err)
	}
}

// TestCompileRefuses: what the learner says is wrong comes back as it is.
func TestCompileRefuses(t *testing.T) {
	for want, l := range map[string]learner.Learner{
		"width -3":               metalearner.CNP{Width: -3},
		"needs classes":          metalearner.ANIL{},
		"M2 without a model":     metalearner.M2{},
		"an inner loop of -1":    metalearner.MAML{Inner: metalearner.Inner{Steps: -1}},
		"an MLP of -4 hidden":    metalearner.MLP{Depth: -4},
		"2 of 2 tasks a domain;": metalearner.M2{Model: metalearner.CNP{}, Tasks: 2, Support: 2},
	} {
		if _, err := engine.Compile[float32](goBackend(t), l, 2, 0); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
}

// TestPrecisions: float32 and float64 are the same graph.
func TestPrecisions(t *testing.T) {
	for _, s := range subjects(t) {
		wide, err := engine.Compile[float64](goBackend(t), s.l, inputs, s.batch.C)
		if err != nil {
			t.Fatal(err)
		}
		params := make([]float64, len(s.params))
		for i, p := range s.params {
			params[i] = float64(p)
		}
		grad := make([]float64, len(params))
		want, err := wide.LossGrad(params, s.batch, s.at, grad)
		if err != nil {
			t.Fatal(err)
		}
		narrow := make([]float32, len(grad))
		for i, g := range grad {
			narrow[i] = float32(g)
		}
		loss, got := s.lossGrad(t, s.engines(t)[0])
		if off := relative(got, narrow); off > 1e-4 || loss-want > 1e-5*want || want-loss > 1e-5*want {
			t.Errorf("%s: loss %g in float32 and %g in float64; the gradient is off by %g", s.name, loss, want, off)
		}
	}
}

// TestMemoryGrows: with tasks, points, queries and depth; nothing is computed for it.
func TestMemoryGrows(t *testing.T) {
	memory := func(l learner.Learner, tasks, points, queries int) int64 {
		t.Helper()
		bytes, err := compiled(t, l, 2, 2).Memory(tasks, points, queries)
		if err != nil {
			t.Fatal(err)
		}
		return bytes
	}
	least := memory(metalearner.CNP{}, 4, 10, 1)
	for what, more := range map[string]int64{
		"tasks": memory(metalearner.CNP{}, 8, 10, 1), "points": memory(metalearner.CNP{}, 4, 20, 1),
		"queries": memory(metalearner.CNP{}, 4, 10, 9), "width": memory(metalearner.CNP{Width: 60}, 4, 10, 1),
	} {
		if more <= least {
			t.Errorf("more %s take %d bytes, fewer %d", what, more, least)
		}
	}
	if huge := memory(metalearner.CNP{}, 1<<20, 10, 1); huge < 1<<30 {
		t.Errorf("a million tasks take %d bytes", huge)
	}
	if _, err := compiled(t, coded{table: table(20, 0), loss: true}, 2, 2).Memory(4, 6, 1); err == nil || !strings.Contains(err.Error(), `no parameter "missing"`) {
		t.Errorf("error %v, want one that names the parameter", err)
	}
}
