package lanes_test

import (
	"fmt"
	"log"

	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/train"
	"github.com/goicl/goicl/icl/transformer"
	"github.com/goicl/goicl/internal/lanes"
)

// The paper's model, and one for tasks with so many classes that a token is too wide.
func ExampleConfig() {
	paper := lanes.Config{Depth: 8, D: 2, C: 2, Expand: 4}
	fmt.Println(paper.NumParams(), "weights", lanes.Validate(paper))
	wide := lanes.Config{Depth: 8, D: 2, C: 8, Expand: 4}
	fmt.Println(lanes.Validate(wide))
	// Output:
	// 3432 weights <nil>
	// lanes: a token of D + 2C = 2 + 2·8 channels; at most 16 fit, use the GoMLX engine
}

// The weights of a decoder are those of the learner, in one flat vector.
func ExampleDecoder() {
	learned := transformer.Decoder{Points: 29, Width: 48, Depth: 2, Heads: 4}
	layout, err := learner.NewLayout(learned, 5, 0) // 5 inputs, real targets
	if err != nil {
		log.Fatal(err)
	}
	shape := lanes.Decoder{Points: 29, Width: 48, Depth: 2, Heads: 4, D: 5}
	fmt.Println(shape.NumParams() == layout.Size, shape.Outputs(), "output", lanes.Validate(shape))
	shape.Width = 256
	fmt.Println(lanes.Validate(shape))
	// Output:
	// true 1 output <nil>
	// lanes: a decoder of width 256; there are kernels for at most 96, use the GoMLX engine
}

// What it costs to predict after every number of examples, against the last prediction
// alone: for the paper's model a forward pass each, for a decoder one pass in all.
func ExampleModel() {
	for _, m := range []lanes.Model{
		lanes.Config{Depth: 8, D: 2, C: 2, Expand: 4},
		lanes.Decoder{Depth: 2, Width: 48, Heads: 4, Points: 50, D: 2, C: 2},
	} {
		all := m.FLOPs(1, train.Every(0, 49, 1))
		last := m.FLOPs(1, []int32{49})
		fmt.Printf("%T: %.1f times as many operations\n", m, all/last)
	}
	// Output:
	// lanes.Config: 25.6 times as many operations
	// lanes.Decoder: 1.4 times as many operations
}
