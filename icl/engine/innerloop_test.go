package engine_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/engine"
	"github.com/goicl/goicl/icl/metalearner"
	"github.com/goicl/goicl/icl/train"
	"github.com/goicl/goicl/icl/transformer"
)

// TestInnerLoopLeavesFrozenWeights: the outer gradient of Reptile is 0 for them, and that of
// first-order MAML is not.
func TestInnerLoopLeavesFrozenWeights(t *testing.T) {
	needLanes(t)
	for _, order := range []string{"reptile", "first"} {
		model := transformer.Decoder{Points: 5, Width: 8, Depth: 1, Heads: 2, Spread: .5}
		m := metalearner.M2{Model: model, Tasks: 6, Inner: metalearner.Inner{Order: order, Frozen: []string{"readout"}}}
		s := subjects(t)[2]
		e, err := engine.NewLanes(m, inputs, 0, 1)
		if err != nil {
			t.Fatal(err)
		}
		graph, err := engine.Compile[float32](goBackend(t), m, inputs, 0)
		if err != nil {
			t.Fatal(err)
		}
		s.params = graph.Layout.Init(datasets.Rand(5, "weights"))
		_, grad := s.lossGrad(t, e)
		moved := slices.ContainsFunc(graph.Layout.Of(grad, "readout.weight"), func(g float32) bool { return g != 0 })
		if moved != (order == "first") {
			t.Errorf("%s: the gradient of the frozen readout has values: %v", order, moved)
		}
	}
}

// TestInnerLoopRefuses: what needs second derivatives is left to the graph, and a batch
// that is no whole number of domains is an error.
func TestInnerLoopRefuses(t *testing.T) {
	needLanes(t)
	model := transformer.Decoder{Points: 5, Width: 8, Depth: 1, Heads: 1}
	first := metalearner.Inner{Order: "first"}
	for want, m := range map[string]metalearner.M2{
		"no second derivatives": {Model: model, Tasks: 6},
		"at one rate":           {Model: model, Tasks: 6, Inner: metalearner.Inner{Order: "first", Rates: "layer"}},
		"small decoders":        {Model: metalearner.CNP{Width: 4}, Tasks: 6, Inner: first},
		"without a model":       {Tasks: 6, Inner: first},
	} {
		if _, err := engine.NewLanes(m, 2, 0, 1); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
	e, err := engine.NewLanes(metalearner.M2{Model: model, Tasks: 6, Inner: first}, 2, 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	b := datasets.NewBatch(8, 5, 2, 0)
	if _, err := e.LossGrad(nil, b, train.Every(0, 4, 8), nil); err == nil || !strings.Contains(err.Error(), "8 tasks with 40 queries holds no whole number of domains of 6") {
		t.Errorf("error %v", err)
	}
}
