package learner_test

import (
	"context"
	"fmt"
	"log"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph files dot-import graph

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/synthetic"
	"github.com/goicl/goicl/icl/engine"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/metalearner"
	"github.com/goicl/goicl/icl/transformer"
	"github.com/goicl/goicl/icl/vision"
	"github.com/goicl/goicl/internal/backend"
)

// engineFor is an engine on tasks with 2 inputs and 2 classes, and two such tasks.
func engineFor(l learner.Learner) (*engine.Compiled[float64], *datasets.Batch) {
	b, err := backend.Open(context.Background(), "go")
	if err != nil {
		log.Fatal(err)
	}
	e, err := engine.Compile[float64](b.Backend, l, 2, 2)
	if err != nil {
		log.Fatal(err)
	}
	tasks, err := synthetic.Proto{N: 10}.Sample(datasets.Rand(0, "example"), 2)
	if err != nil {
		log.Fatal(err)
	}
	return e, tasks
}

// A learner of starting weights is trained on domains and adapted to new ones.
func ExampleAdaptive() {
	var l learner.Adaptive = metalearner.M2{Model: metalearner.CNP{}, Tasks: 64}
	fmt.Println(l.Name(), "adapts", l.Base().Name(), "and takes", l.Group(), "tasks of a domain")
	fmt.Println("rate", l.InnerRate("ff1.0.weight", nil))
	// Output:
	// M²-CNP adapts CNP and takes 64 tasks of a domain
	// rate [0.01]
}

// The authors' code has other names for the same weights.
func ExampleAliased() {
	var l learner.Aliased = transformer.Paper{}
	fmt.Println(l.Alias("layers.3.to_q.weight"), l.Alias("layers.3.w1.bias"))
	// Output: layers.6.fn.to_q.weight layers.7.fn.fn.w1.bias
}

// Learned positions end somewhere.
func ExampleBounded() {
	decoder := transformer.Decoder{Points: 21}
	var l learner.Bounded = decoder
	fmt.Println(l.MaxPoints(), learner.CheckLength(decoder, 41))
	// Output: 21 learner: tasks have 41 points, but ICL-decoder has positions for 21; set its Points to the longest task
}

// The gradient of the loss is that of finite differences.
func ExampleEngine() {
	e, tasks := engineFor(Kernel{})
	at := []int32{5, 9} // a query a task, after 5 and 9 examples
	s, grad, h := []float64{1}, []float64{0}, 1e-5
	loss, err := e.LossGrad(s, tasks, at, grad)
	if err != nil {
		log.Fatal(err)
	}
	more, err := e.Loss([]float64{1 + h}, tasks, at)
	fmt.Printf("%.3f %.3f %v\n", grad[0], (more-loss)/h, err)
	// Output: -0.163 -0.163 <nil>
}

// sizes is a learner that says what it is given.
type sizes struct{ Kernel }

func (s sizes) Logits(w learner.Weights, ep learner.Episode) *Node {
	fmt.Println(ep.B(), "tasks of", ep.N(), "points,", ep.D(), "inputs,", ep.C(), "classes and", ep.M(), "queries")
	fmt.Println("queries", ep.Queries.Shape().Dimensions, "context", ep.Context.Shape().Dimensions)
	return s.Kernel.Logits(w, ep)
}

// A learner gets tasks as nodes of a graph, and a mask for each query's context.
func ExampleEpisode() {
	e, tasks := engineFor(sizes{})
	_, err := e.Loss([]float64{1}, tasks, []int32{2, 4, 8, 2, 4, 8})
	fmt.Println(err)
	// Output:
	// 2 tasks of 10 points, 2 inputs, 2 classes and 3 queries
	// queries [2 3 2] context [2 3 10]
	// <nil>
}

// Weights start as in PyTorch's linear layers: uniform within ±1/√in.
func ExampleFanIn() {
	w := make([]float32, 10_000)
	learner.FanIn(4)(datasets.Rand(0, "weights"), w)
	var least, most float32
	for _, v := range w {
		least, most = min(least, v), max(most, v)
	}
	fmt.Printf("%.2f to %.2f\n", least, most)
	// Output: -0.50 to 0.50
}

// All weights lie in one flat vector, each tensor in its place.
func ExampleLayout() {
	layout, err := learner.NewLayout(metalearner.ProtoNet{}, 2, 2)
	if err != nil {
		log.Fatal(err)
	}
	layout.All(func(p learner.Param, lo, hi int) { fmt.Println(p.Name, p.Dims, "at", lo, "to", hi) })
	// Output:
	// f.0.weight [2 2] at 0 to 4
	// f.0.bias [2] at 4 to 6
	// f.2.weight [2 2] at 6 to 10
	// f.2.bias [2] at 10 to 12
	// prior [1] at 12 to 13
}

// A learner is its name, its parameters and its graph.
func ExampleLearner() {
	for _, l := range []learner.Learner{Kernel{}, transformer.Paper{}, metalearner.CNP{}} {
		layout, err := learner.NewLayout(l, 2, 2)
		fmt.Println(l.Name(), layout.Size, err)
	}
	// Output:
	// kernel 1 <nil>
	// ICL 3432 <nil>
	// CNP 250 <nil>
}

// doubled is a learner with a custom loss: twice the usual one.
type doubled struct{ Kernel }

func (doubled) Loss(w learner.Weights, ep learner.Episode, of func(*Node, learner.Episode) *Node) *Node {
	return MulScalar(of(Kernel{}.Logits(w, ep), ep), 2)
}

// A learner may define its own loss.
func ExampleObjective() {
	var own learner.Objective = doubled{}
	twice, tasks := engineFor(own)
	once, _ := engineFor(Kernel{})
	a, err := twice.Loss([]float64{1}, tasks, []int32{9, 9})
	if err != nil {
		log.Fatal(err)
	}
	b, err := once.Loss([]float64{1}, tasks, []int32{9, 9})
	fmt.Printf("%.1f times the loss %v\n", a/b, err)
	// Output: 2.0 times the loss <nil>
}

// The parameters of a linear layer have PyTorch's names and shapes.
func ExampleParam() {
	for _, p := range learner.LinearParams("readout", 6, 4, true) {
		fmt.Println(p.Name, p.Dims, p.Size())
	}
	// Output:
	// readout.weight [4 6] 24
	// readout.bias [4] 4
}

// named is a learner that looks at its weights.
type named struct{ Kernel }

func (n named) Logits(w learner.Weights, ep learner.Episode) *Node {
	fast := w.With(map[string]*Node{"s": MulScalar(w.Get("s"), 2)}) // what an inner loop does
	fmt.Println(w.Names())
	return n.Kernel.Logits(fast, ep)
}

// A graph reads weights by name, and may go on with others in their place.
func ExampleWeights() {
	e, tasks := engineFor(named{})
	plain, _ := engineFor(Kernel{})
	a, err := e.Loss([]float64{1}, tasks, []int32{9, 9})
	if err != nil {
		log.Fatal(err)
	}
	b, err := plain.Loss([]float64{2}, tasks, []int32{9, 9})
	fmt.Println(a == b, err)
	// Output:
	// [s]
	// true <nil>
}

// A learner of images has convolutions, which are not for lanes; ProtoNet is.
func ExampleOffLanes() {
	for _, l := range []learner.Learner{vision.Encoded{Head: metalearner.ProtoNet{}}, metalearner.ProtoNet{}} {
		_, off := l.(learner.OffLanes)
		fmt.Println(l.Name(), off)
	}
	// Output:
	// ProtoNet on Conv-4-64 true
	// ProtoNet false
}
