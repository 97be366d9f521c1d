package engine_test

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
	"github.com/goicl/goicl/internal/backend"
)

// protoNet is a compiled learner and two tasks for it.
func protoNet() (*engine.Compiled[float32], *datasets.Batch) {
	b, err := backend.Shared(context.Background(), "go")
	if err != nil {
		log.Fatal(err)
	}
	e, err := engine.Compile[float32](b.Backend, metalearner.ProtoNet{}, 2, 2)
	if err != nil {
		log.Fatal(err)
	}
	tasks, err := synthetic.Proto{N: 10}.Sample(datasets.Rand(0, "example"), 2)
	if err != nil {
		log.Fatal(err)
	}
	return e, tasks
}

// descent is gradient descent with the rate numbers[0].
var descent = engine.Update{Name: "descent", Graph: func(state []*Node, grad, _, numbers *Node) []*Node {
	return []*Node{Sub(state[0], Mul(grad, BroadcastToDims(numbers, grad.Shape().Size())))}
}}

// An optimizer is a graph that makes the next state.
func ExampleUpdate() {
	e, tasks := protoNet()
	run, err := e.Start(descent, e.Layout.Init(datasets.Rand(0, "weights")))
	if err != nil {
		log.Fatal(err)
	}
	var losses []float64
	for range 20 {
		loss, _, err := run.Step(tasks, []int32{9, 9}, []float32{.1})
		if err != nil {
			log.Fatal(err)
		}
		losses = append(losses, loss)
	}
	run.Close()
	fmt.Println("the loss falls:", losses[19] < losses[0])
	// Output: the loss falls: true
}

// Weights stay on the device until they are read.
func ExampleResident() {
	e, tasks := protoNet()
	start := e.Layout.Init(datasets.Rand(0, "weights"))
	run, err := e.Start(descent, start)
	if err != nil {
		log.Fatal(err)
	}
	if _, _, err := run.Step(tasks, []int32{9, 9}, []float32{.1}); err != nil {
		log.Fatal(err)
	}
	weights := make([]float32, len(start))
	err = run.Read(weights)
	run.Close()
	fmt.Println("moved:", weights[0] != start[0], err)
	// Output: moved: true <nil>
}

// A learner with its graph compiled for tasks of 2 inputs and 2 classes.
func ExampleCompiled() {
	e, tasks := protoNet()
	logits, err := e.Logits(e.Layout.Init(datasets.Rand(0, "weights")), tasks, []int32{4, 9, 4, 9})
	fmt.Println(e.Name(), len(logits), "logits of 2 tasks with 2 queries and 2 classes:", err)
	// Output: gomlx/go 8 logits of 2 tasks with 2 queries and 2 classes: <nil>
}

// Runs of one learner share its compiled graph.
func ExampleGraphs() {
	graphs := &engine.Graphs{}
	one, err := engine.New(context.Background(), metalearner.CNP{}, 2, 2, "", engine.Options{Backend: "go", Graphs: graphs})
	if err != nil {
		log.Fatal(err)
	}
	two, err := engine.New(context.Background(), metalearner.CNP{}, 2, 2, "", engine.Options{Backend: "go", Graphs: graphs})
	fmt.Println(one == two, err)
	// Output: true <nil>
}

// The zero value chooses by learner and machine; here GoMLX is asked for.
func ExampleOptions() {
	e, err := engine.New(context.Background(), metalearner.CNP{}, 2, 2, "", engine.Options{Kind: "gomlx", Backend: "go"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(e.Name())
	// Output: gomlx/go
}

// The loss alone is cheaper than with its gradient.
func ExampleLossEvaluator() {
	e, tasks := protoNet()
	params := e.Layout.Init(datasets.Rand(0, "weights"))
	loss, err := engine.LossEvaluator(e).Loss(params, tasks, []int32{9, 9})
	if err != nil {
		log.Fatal(err)
	}
	same, err := e.LossGrad(params, tasks, []int32{9, 9}, make([]float32, len(params)))
	fmt.Println(loss == same, err)
	// Output: true <nil>
}

// Twice the tasks take about twice the memory.
func ExampleMemoryPredictor() {
	e, _ := protoNet()
	one, err := engine.MemoryPredictor(e).Memory(100, 10, 1)
	if err != nil {
		log.Fatal(err)
	}
	two, err := e.Memory(200, 10, 1)
	fmt.Println(two > 3*one/2, two <= 2*one, err)
	// Output: true true <nil>
}

// A caller asks an engine for a capability by a type assertion.
func ExampleResidentTrainer() {
	var e engine.Engine
	e, _ = protoNet()
	trainer, ok := e.(engine.ResidentTrainer)
	if !ok {
		log.Fatal("this engine trains on the host")
	}
	run, err := trainer.Start(descent, make([]float32, 13))
	if err != nil {
		log.Fatal(err)
	}
	run.Close()
	fmt.Println(e.Name(), "keeps weights on the device")
	// Output: gomlx/go keeps weights on the device
}

// shifted starts from other weights than its architecture.
type shifted struct{ metalearner.CNP }

func (s shifted) Architecture() learner.Learner { return s.CNP }

// A learner that is only started from other weights shares the graph of its architecture.
func ExampleGraphs_architecture() {
	o := engine.Options{Backend: "go", Graphs: &engine.Graphs{}}
	one, err := engine.New(context.Background(), metalearner.CNP{}, 2, 2, "", o)
	if err != nil {
		log.Fatal(err)
	}
	two, err := engine.New(context.Background(), shifted{}, 2, 2, "", o)
	fmt.Println(one == two, err)
	// Output: true <nil>
}
