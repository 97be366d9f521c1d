package metalearner_test

import (
	"fmt"
	"log"

	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/metalearner"
)

// size is the number of weights of l for tasks with 2 inputs and c classes.
func size(l learner.Learner, c int) int {
	layout, err := learner.NewLayout(l, 2, c)
	if err != nil {
		log.Fatal(err)
	}
	return layout.Size
}

// Only the head is adapted, and each of its steps has a learned rate.
func ExampleANIL() {
	layout, err := learner.NewLayout(metalearner.ANIL{Steps: 3}, 2, 2)
	for _, p := range layout.Params {
		fmt.Println(p.Name, p.Dims)
	}
	fmt.Println(err)
	// Output:
	// f.0.weight [2 2]
	// f.0.bias [2]
	// f.2.weight [2 2]
	// f.2.bias [2]
	// head [2 3]
	// rates [3]
	// <nil>
}

// The paper's size, and one of some thousand weights, as its transformer has.
func ExampleCNP() {
	for _, l := range []metalearner.CNP{{}, {Width: 24}} {
		fmt.Println(l.Name(), size(l, 2))
	}
	// Output:
	// CNP 250
	// CNP-24 2716
}

// It learns where to start, 4 weights here, and a rate for each step.
func ExampleGradientDescent() {
	for _, l := range []metalearner.GradientDescent{{}, {Steps: 10}} {
		fmt.Println(l.Name(), size(l, 2))
	}
	// Output:
	// GD 5
	// GD-10 14
}

// What is frozen has the rate 0 in the inner loop.
func ExampleInner() {
	in := metalearner.Inner{Rate: .1, Frozen: []string{"body"}}
	fmt.Println(in.InnerRate("body.0.weight", nil), in.InnerRate("head.weight", nil))
	// Output: [0] [0.1]
}

// All that it learns is how far a neighbour is still near.
func ExampleKernel() {
	fmt.Println(metalearner.Kernel{}.Name(), size(metalearner.Kernel{}, 2), size(metalearner.Kernel{}, 0))
	// Output: kernel 1 1
}

// Where MAML adapts a network to a task, M² adapts a learner to a domain of tasks.
func ExampleM2() {
	m := metalearner.M2{Model: metalearner.CNP{}, Inner: metalearner.Inner{Steps: 3, Rate: .1}}
	fmt.Println(m.Name(), "adapts", m.Base().Name(), "on", m.WithDefaults().Support, "of", m.Group(), "tasks")
	// Output: M²-CNP adapts CNP on 64 of 128 tasks
}

// Before its first step MAML is the network that it adapts.
func ExampleMAML() {
	m := metalearner.MAML{Width: 8}
	fmt.Println(m.Name(), size(m, 0), m.After(0).Name(), size(m.After(0), 0))
	// Output: MAML-8 105 MLP-8 105
}

// Two hidden layers, or none.
func ExampleMLP() {
	fmt.Println(size(metalearner.MLP{}, 0), size(metalearner.MLP{Depth: metalearner.Linear}, 0))
	// Output: 1801 3
}

// The published network and our own go by different names.
func ExampleMatchNet() {
	for _, l := range []metalearner.MatchNet{{}, {Sum: true}, {Sum: true, Parity: true}, {Parity: true}} {
		fmt.Println(l.Name(), l.Validate())
	}
	// Output:
	// MatchNet <nil>
	// MatchNet-sum <nil>
	// MatchNet-published <nil>
	// MatchNet-published metalearner: MatchNet has Parity without Sum; the authors' network sums similarities, so set both
}

// The members of the family differ in how exact the outer gradient is.
func ExampleInner_order() {
	for _, order := range []string{"", "first", "reptile"} {
		fmt.Println(metalearner.MAML{Inner: metalearner.Inner{Order: order}}.Name())
	}
	// Output:
	// MAML
	// FOMAML
	// Reptile
}

// Twelve weights embed a point, and one is the prior of a class without examples.
func ExampleProtoNet() {
	fmt.Println(size(metalearner.ProtoNet{}, 2), metalearner.ProtoNet{Width: 64}.Name())
	// Output: 13 ProtoNet-64
}

// Rates that are learned are weights, too: one a tensor, or one a number.
func ExampleInner_rates() {
	for _, rates := range []string{"", "layer", "weight"} {
		m := metalearner.MAML{Width: 8, Inner: metalearner.Inner{Rates: rates}}
		fmt.Println(m.Name(), size(m, 0))
	}
	// Output:
	// MAML-8 105
	// MAML-8 111
	// Meta-SGD-8 210
}
