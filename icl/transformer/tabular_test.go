package transformer_test

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/synthetic"
	"github.com/goicl/goicl/icl/engine"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/learnertest"
	"github.com/goicl/goicl/icl/transformer"
)

func TestTabularBattery(t *testing.T) {
	learnertest.Run(t, transformer.Tabular{Width: 8, Depth: 2, Heads: 2}, learnertest.Expect{Permutation: true, Regression: true})
}

// TestTabularRidgeBattery: its least penalty makes equations of condition 10,000.
func TestTabularRidgeBattery(t *testing.T) {
	learnertest.Run(t, transformer.Tabular{Width: 8, Depth: 1, Heads: 2, Ridge: true}, learnertest.Expect{Permutation: true, Regression: true, Precision: 1e-3})
}

// tabular computes logits of weights that are the same for each context.
func tabular(t *testing.T, fixed int, b *datasets.Batch, at []int32) []float32 {
	t.Helper()
	l := transformer.Tabular{Width: 8, Depth: 2, Heads: 2, Context: fixed}
	layout, err := learner.NewLayout(l, b.D, b.C)
	if err != nil {
		t.Fatal(err)
	}
	e, err := engine.New(context.Background(), l, b.D, b.C, "", engine.Options{Kind: "gomlx", Backend: "go"})
	if err != nil {
		t.Fatal(err)
	}
	out, err := e.Logits(layout.Init(datasets.Rand(1, "weights")), b, at)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestTabularContext: with a fixed context, a query's answer is the one that it has as the
// point behind that context, whatever its place.
func TestTabularContext(t *testing.T) {
	b := learnertest.Noise(1, 2, 9, 3, 3)
	fixed := tabular(t, 5, b, []int32{5, 7, 8, 5, 7, 8})
	for place, point := range []int{5, 7, 8} {
		moved := learnertest.Noise(1, 2, 9, 3, 3)
		for task := range moved.T {
			copy(moved.Point(task, 5), b.Point(task, point))
		}
		one := tabular(t, 0, moved, []int32{5, 5})
		for task := range b.T {
			for c := range 3 {
				if got, want := fixed[(task*3+place)*3+c], one[task*3+c]; math.Abs(float64(got-want)) > 1e-5 {
					t.Errorf("task %d, point %d, class %d: %g with a fixed context, %g behind it", task, point, c, got, want)
				}
			}
		}
	}
}

// TestTabularScores: shifting and scaling inputs, and columns that are constant in the
// context, change nothing.
func TestTabularScores(t *testing.T) {
	b, err := synthetic.Proto{N: 9, D: 3}.Sample(datasets.Rand(1, "tasks"), 2)
	if err != nil {
		t.Fatal(err)
	}
	at := []int32{6, 8, 6, 8}
	want := tabular(t, 0, b, at)
	for i := range b.X {
		b.X[i] = b.X[i]*1000 - 77
	}
	for i, got := range tabular(t, 0, b, at) {
		if math.Abs(float64(got-want[i])) > 1e-3 {
			t.Errorf("logit %d is %g, and %g with other units", i, want[i], got)
		}
	}
	for task := range b.T {
		for n := range b.N {
			b.Point(task, n)[2] = 5
		}
		b.Point(task, 8)[2] = 1e9 // the query's, where the context knows of no spread
	}
	if out := tabular(t, 0, b, at); slices.ContainsFunc(out, func(v float32) bool { return v-v != 0 || math.Abs(float64(v)) > 100 }) {
		t.Errorf("logits %v of a constant column", out)
	}
}

func TestTabularWrongSettings(t *testing.T) {
	for want, l := range map[string]transformer.Tabular{
		"width -8":   {Width: -8},
		"context -1": {Context: -1},
		"a width of 64 cannot be shared equally by 5 heads": {Heads: 5},
	} {
		if _, err := l.Params(2, 2); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: error %v; want one with %q", l, err, want)
		}
	}
}

// A transformer that reads tables of up to 16 columns and 10 classes.
func ExampleTabular() {
	layout, err := learner.NewLayout(transformer.Tabular{Width: 48, Depth: 3}, 16, 10)
	fmt.Println(layout.Size, "parameters in", len(layout.Params), "tensors", err)
	// Output: 58810 parameters in 43 tensors <nil>
}
