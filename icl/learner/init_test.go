package learner_test

import (
	"math"
	"slices"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/learner"
)

// TestParamWithoutInit: what says nothing of its start begins as a linear layer does, and
// what the learner returned is left alone.
func TestParamWithoutInit(t *testing.T) {
	params := []learner.Param{{Name: "w", Dims: []int{50, 4}}, {Name: "b"}}
	layout, err := learner.NewLayout(broken{params: params}, 2, 2)
	if err != nil {
		t.Fatal(err)
	}
	w := layout.Of(layout.Init(datasets.Rand(1, "test")), "w")
	if greatest := float64(max(slices.Max(w), -slices.Min(w))); math.Abs(greatest-.5) > .03 {
		t.Errorf("weights up to %g with 4 inputs; want nearly 1/2", greatest)
	}
	if params[0].Init != nil {
		t.Error("the learner's own list was changed")
	}
}
