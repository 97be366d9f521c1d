package engine_test

import (
	"math"
	"strings"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/regression"
	"github.com/goicl/goicl/icl/engine"
	"github.com/goicl/goicl/icl/lanes"
	"github.com/goicl/goicl/icl/metalearner"
	"github.com/goicl/goicl/icl/train"
	"github.com/goicl/goicl/icl/transformer"
)

// TestInnerLoopOnLanes: loss and gradient of M² without second derivatives are those of
// its graph.
func TestInnerLoopOnLanes(t *testing.T) {
	if ok, reason := lanes.Available(); !ok {
		t.Skip(reason)
	}
	model := transformer.Decoder{Points: 5, Width: 8, Depth: 2, Heads: 2, Spread: .5}
	rng := datasets.Rand(1, "domains")
	b, err := regression.Domains{N: 5, D: 2, Tasks: 6}.Sample(rng, 12)
	if err != nil {
		t.Fatal(err)
	}
	at := train.Every(0, b.N-1, b.T)
	for _, inner := range []metalearner.Inner{
		{Order: metalearner.FirstOrder, Steps: 3, Rate: .05},
		{Order: metalearner.FirstOrder, Frozen: []string{"layers.0", "read_in"}},
		{Order: metalearner.Reptile, Steps: 2, Frozen: []string{"readout"}},
	} {
		m := metalearner.M2{Model: model, Tasks: 6, Support: 4, Inner: inner}
		graph, err := engine.Compile[float32](goBackend(t), m, b.D, b.C)
		if err != nil {
			t.Fatal(err)
		}
		fast, err := engine.NewLanes(m, b.D, b.C, 1)
		if err != nil {
			t.Fatal(err)
		}
		params := graph.Layout.Init(rng)
		want, grad := make([]float32, len(params)), make([]float32, len(params))
		wantLoss, err := graph.LossGrad(params, b, at, want)
		if err != nil {
			t.Fatal(err)
		}
		loss, err := fast.LossGrad(params, b, at, grad)
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(loss-wantLoss) > 1e-4*wantLoss {
			t.Errorf("%+v: loss %g, the graph has %g", inner, loss, wantLoss)
		}
		size := 0.
		for _, g := range want {
			size = max(size, math.Abs(float64(g)))
		}
		for i, g := range grad {
			if off := math.Abs(float64(g - want[i])); !(off <= 1e-4*size) {
				t.Errorf("%+v: gradient %d is %g, the graph has %g", inner, i, g, want[i])
				break
			}
		}
	}
}

// TestInnerLoopRefuses: what needs second derivatives is left to the graph, and a batch
// that is no whole number of domains is an error.
func TestInnerLoopRefuses(t *testing.T) {
	if ok, reason := lanes.Available(); !ok {
		t.Skip(reason)
	}
	model := transformer.Decoder{Points: 5, Width: 8, Depth: 1, Heads: 1}
	first := metalearner.Inner{Order: metalearner.FirstOrder}
	for want, m := range map[string]metalearner.M2{
		"no second derivatives": {Model: model, Tasks: 6},
		"at one rate":           {Model: model, Tasks: 6, Inner: metalearner.Inner{Order: metalearner.FirstOrder, Rates: metalearner.LayerRates}},
		"small decoders":        {Model: metalearner.CNP{Width: 4}, Tasks: 6, Inner: first},
	} {
		if _, err := engine.NewLanes(m, 2, 0, 1); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
	e, err := engine.NewLanes(metalearner.M2{Model: model, Tasks: 6, Inner: first}, 2, 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	b := datasets.NewRegression(8, 5, 2)
	if _, err := e.LossGrad(nil, b, train.Every(0, 4, 8), nil); err == nil || !strings.Contains(err.Error(), "8 tasks with 40 queries holds no whole number of domains of 6") {
		t.Errorf("error %v", err)
	}
}
