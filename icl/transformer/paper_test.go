package transformer_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/synthetic"
	"github.com/goicl/goicl/icl/engine"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/learnertest"
	"github.com/goicl/goicl/icl/transformer"
	"github.com/goicl/goicl/internal/backend"
)

func TestBattery(t *testing.T) {
	learnertest.Run(t, transformer.Paper{}, learnertest.Expect{Permutation: true, Regression: true, Params: 3432})
}

func TestBatteryOfAnotherSize(t *testing.T) {
	learnertest.Run(t, transformer.Paper{Depth: 2, Expand: 3}, learnertest.Expect{Permutation: true, Regression: true})
}

// TestBatteryOfChangedParts: each part that can be changed, alone and with the others.
func TestBatteryOfChangedParts(t *testing.T) {
	for _, p := range []transformer.Paper{
		{Softmax: true}, {Norm: true, Causal: true}, {Softmax: true, Norm: true, Causal: true},
	} {
		p.Depth = 2
		t.Run(p.Name(), func(t *testing.T) {
			learnertest.Run(t, p, learnertest.Expect{Permutation: !p.Causal})
		})
	}
}

// TestCausalInOneLayer: a query sees its whole context either way, so in one layer causal
// attention changes nothing, and in two layers it does.
func TestCausalInOneLayer(t *testing.T) {
	b, err := synthetic.Pair{N: 9}.Sample(datasets.Rand(1, "tasks"), 20)
	if err != nil {
		t.Fatal(err)
	}
	logits := func(p transformer.Paper) []float32 {
		on, err := backend.Shared(t.Context(), "go")
		if err != nil {
			t.Fatal(err)
		}
		e, err := engine.Compile[float32](on.Backend, p, 2, 2)
		if err != nil {
			t.Fatal(err)
		}
		out, err := e.Logits(e.Layout.Init(datasets.Rand(2, "weights")), b, slices.Repeat([]int32{8}, b.T))
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	gap := func(a, b []float32) (most float64) {
		for i := range a {
			most = max(most, math.Abs(float64(a[i]-b[i])))
		}
		return most
	}
	for _, softmax := range []bool{false, true} {
		for depth, same := range map[int]bool{1: true, 2: false} {
			set, causal := transformer.Paper{Depth: depth, Softmax: softmax}, transformer.Paper{Depth: depth, Softmax: softmax, Causal: true}
			if d := gap(logits(set), logits(causal)); (d < 1e-6) != same {
				t.Errorf("%s of %d layers is off by %g from %s", causal.Name(), depth, d, set.Name())
			}
		}
	}
}

func TestWrongSettings(t *testing.T) {
	if _, err := (transformer.Paper{Depth: -1}).Params(2, 2); err == nil {
		t.Error("a depth of -1 is no error")
	}
}

// The paper's transformer for tasks with 2 inputs and 2 classes.
func ExamplePaper() {
	layout, err := learner.NewLayout(transformer.Paper{}, 2, 2)
	fmt.Println(layout.Size, "parameters in", len(layout.Params), "tensors", err)
	// Output: 3432 parameters in 57 tensors <nil>
}
