package transformer_test

import (
	"fmt"
	"testing"

	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/learnertest"
	"github.com/goicl/goicl/icl/transformer"
)

func TestBattery(t *testing.T) {
	learnertest.Run(t, transformer.Paper{}, learnertest.Expect{Permutation: true, Regression: true, Params: 3432})
}

func TestBatteryOfAnotherSize(t *testing.T) {
	learnertest.Run(t, transformer.Paper{Depth: 2, Expand: 3}, learnertest.Expect{Permutation: true, Regression: true})
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
