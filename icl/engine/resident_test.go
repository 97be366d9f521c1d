package engine_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph files dot-import graph

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/engine"
)

// momentum has the state weights and velocity, and the numbers rate and decay.
var momentum = engine.Update{Name: "momentum", Graph: func(state []*Node, grad, _, numbers *Node) []*Node {
	number := func(i int) *Node { return Reshape(Slice(numbers, AxisElem(i))) }
	v := Add(Mul(state[1], number(1)), grad)
	return []*Node{Sub(state[0], Mul(v, number(0))), v}
}}

// TestResidentSteps: they are those of the same optimizer on the host.
func TestResidentSteps(t *testing.T) {
	for _, s := range subjects(t) {
		e, err := engine.Compile[float32](goBackend(t), s.l, inputs, s.batch.C)
		if err != nil {
			t.Fatal(err)
		}
		v := make([]float32, len(s.params))
		run, err := e.Start(momentum, s.params, v)
		if err != nil {
			t.Fatal(err)
		}
		host := slices.Clone(s.params)
		for step := range 3 {
			grad := make([]float32, len(host))
			want, err := e.LossGrad(host, s.batch, s.at, grad)
			if err != nil {
				t.Fatal(err)
			}
			length := 0.
			for i, g := range grad {
				length += float64(g) * float64(g)
				v[i] = .9*v[i] + g
				host[i] -= .1 * v[i]
			}
			loss, norm, err := run.Step(s.batch, s.at, []float32{.1, .9})
			if err != nil || math.Abs(loss-want) > 1e-5*want || math.Abs(norm-math.Sqrt(length)) > 1e-4*norm {
				t.Errorf("%s, step %d: loss %g and gradient %g (%v), want %g and %g", s.name, step, loss, norm, err, want, math.Sqrt(length))
			}
		}
		weights, velocity := make([]float32, len(host)), make([]float32, len(host))
		if err := run.Read(weights, velocity); err != nil {
			t.Fatal(err)
		}
		run.Close()
		if relative(weights, host) > 1e-5 || relative(velocity, v) > 1e-4 {
			t.Errorf("%s: the state is off by %g and %g", s.name, relative(weights, host), relative(velocity, v))
		}
	}
}

// protoRun is a run of gradient descent from weights that are drawn.
func protoRun(t *testing.T, update engine.Update) (*engine.Compiled[float32], engine.Resident[float32], *datasets.Batch, []float32) {
	t.Helper()
	e, tasks := protoNet()
	start := e.Layout.Init(datasets.Rand(2, "weights"))
	run, err := e.Start(update, start)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(run.Close)
	return e, run, tasks, start
}

func readAll(t *testing.T, run engine.Resident[float32], size int) []float32 {
	t.Helper()
	weights := make([]float32, size)
	if err := run.Read(weights); err != nil {
		t.Fatal(err)
	}
	return weights
}

// TestResidentKeepsTheLastGoodState: neither an error nor a loss that is not finite moves it.
func TestResidentKeepsTheLastGoodState(t *testing.T) {
	_, run, tasks, start := protoRun(t, descent)
	wide := datasets.NewBatch(2, 10, 3, 2)
	if _, _, err := run.Step(wide, []int32{9, 9}, []float32{.1}); err == nil || !strings.Contains(err.Error(), "3 dimensions") {
		t.Errorf("error %v, want one that names 3 dimensions", err)
	}
	if got := readAll(t, run, len(start)); !slices.Equal(got, start) {
		t.Error("a step that failed moved the weights")
	}
	if _, _, err := run.Step(tasks, []int32{9, 9}, []float32{1e30}); err != nil {
		t.Fatal(err)
	}
	huge := readAll(t, run, len(start))
	loss, norm, err := run.Step(tasks, []int32{9, 9}, []float32{.1})
	if err != nil || !math.IsNaN(loss+norm) && !math.IsInf(loss+norm, 0) {
		t.Fatalf("loss %g, gradient %g, error %v; want a divergence", loss, norm, err)
	}
	if got := readAll(t, run, len(start)); !slices.Equal(got, huge) {
		t.Error("a step that diverged moved the weights")
	}
}

// TestUpdatesHaveNames: updates of two names are two graphs, and one name is compiled once.
func TestUpdatesHaveNames(t *testing.T) {
	e, plain, tasks, start := protoRun(t, descent)
	built := 0
	ascent := engine.Update{Name: "ascent", Graph: func(state []*Node, grad, norm, numbers *Node) []*Node {
		built++
		return descent.Graph(state, Neg(grad), norm, numbers)
	}}
	var runs []engine.Resident[float32]
	for range 3 {
		run, err := e.Start(ascent, start)
		if err != nil {
			t.Fatal(err)
		}
		defer run.Close()
		runs = append(runs, run)
	}
	for _, run := range append(runs, plain) {
		if _, _, err := run.Step(tasks, []int32{9, 9}, []float32{.1}); err != nil {
			t.Fatal(err)
		}
	}
	up, down := readAll(t, runs[0], len(start)), readAll(t, plain, len(start))
	for i, w := range start {
		if math.Abs(float64(up[i]-w+down[i]-w)) > 1e-6 {
			t.Errorf("weight %d goes from %g up to %g and down to %g", i, w, up[i], down[i])
		}
	}
	if built != 1 {
		t.Errorf("the graph of one update was built %d times", built)
	}
}

// TestResidentRefuses: a state that is not the learner's, or an update that is no graph, is
// an error.
func TestResidentRefuses(t *testing.T) {
	e, tasks := protoNet()
	start := e.Layout.Init(datasets.Rand(2, "weights"))
	for want, state := range map[string][][]float32{
		"no state":                    nil,
		"12 values of state, want 13": {start[1:]},
		"0 values of state, want 13":  {start, nil},
	} {
		if _, err := e.Start(descent, state...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
	if _, err := e.Start(engine.Update{Name: "none"}, start); err == nil || !strings.Contains(err.Error(), `"none" has no graph`) {
		t.Errorf("error %v, want one that names the update", err)
	}
	broken := engine.Update{Name: "broken", Graph: func(state []*Node, _, _, _ *Node) []*Node {
		return []*Node{Add(state[0], Iota(state[0].Graph(), state[0].Shape(), 1))}
	}}
	run, err := e.Start(broken, start)
	if err != nil {
		t.Fatal(err)
	}
	defer run.Close()
	if _, _, err := run.Step(tasks, []int32{9, 9}, []float32{.1}); err == nil {
		t.Error("an update that cannot be built is no error")
	}
	if err := run.Read(start, start); err == nil || !strings.Contains(err.Error(), "2 vectors of a state of 1") {
		t.Errorf("error %v, want one that counts the vectors", err)
	}
}
