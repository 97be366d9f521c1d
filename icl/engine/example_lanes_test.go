//go:build cgo && (amd64 || arm64)

package engine_test

import (
	"context"
	"fmt"
	"log"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/synthetic"
	"github.com/goicl/goicl/icl/engine"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/metalearner"
	"github.com/goicl/goicl/icl/optim"
	"github.com/goicl/goicl/icl/train"
	"github.com/goicl/goicl/icl/transformer"
)

// A custom training loop needs an engine, weights to start from and an optimizer.
func ExampleEngine() {
	model, rng := transformer.Paper{Depth: 2}, datasets.Rand(0, "a loop of my own")
	e, err := engine.NewLanes(model, 2, 2, 0)
	if err != nil {
		log.Fatal(err)
	}
	layout, err := learner.NewLayout(model, 2, 2)
	if err != nil {
		log.Fatal(err)
	}
	params, grad, adam := layout.Init(rng), make([]float32, layout.Size), optim.New[float32](optim.Adam, layout.Size)
	var losses []float64
	for range 50 {
		tasks, err := synthetic.Proto{N: 20}.Sample(rng, 32)
		if err != nil {
			log.Fatal(err)
		}
		loss, err := e.LossGrad(params, tasks, train.Every(19, 19, 32), grad)
		if err != nil {
			log.Fatal(err)
		}
		losses = append(losses, loss)
		adam.Update(params, grad, .01)
	}
	fmt.Println("the loss on", e.Name(), "fell:", losses[49] < losses[0]-.2)
	// Output: the loss on lanes fell: true
}

// Lanes does other work during a step, such as drawing the next tasks.
func ExamplePrefetcher() {
	e, err := engine.NewLanes(transformer.Paper{Depth: 1}, 2, 2, 2)
	if err != nil {
		log.Fatal(err)
	}
	layout, err := learner.NewLayout(transformer.Paper{Depth: 1}, 2, 2)
	if err != nil {
		log.Fatal(err)
	}
	rng := datasets.Rand(0, "prefetch")
	tasks, next := datasets.NewBatch(1, 5, 2, 2), (*datasets.Batch)(nil)
	e.(engine.Prefetcher).Prefetch(func() { next, err = synthetic.Proto{N: 5}.Sample(rng, 1) })
	if _, err := e.LossGrad(layout.Init(rng), tasks, []int32{4}, make([]float32, layout.Size)); err != nil {
		log.Fatal(err)
	}
	fmt.Println(next.T, "task is drawn:", err)
	// Output: 1 task is drawn: <nil>
}

// Learners without kernels of their own are graphs, on lanes too.
func ExampleOptions_kind() {
	for _, l := range []learner.Learner{transformer.Paper{}, metalearner.CNP{}} {
		for _, kind := range []string{"lanes", "gomlx"} {
			e, err := engine.New(context.Background(), l, 2, 2, "", engine.Options{Kind: kind, Backend: "go"})
			if err != nil {
				log.Fatal(err)
			}
			fmt.Println(l.Name(), kind, "→", e.Name())
		}
	}
	// Output:
	// ICL lanes → lanes
	// ICL gomlx → gomlx/go
	// CNP lanes → gomlx/lanes
	// CNP gomlx → gomlx/go
}

// More points take more memory, and more tasks do not: they come in blocks.
func ExampleBlockPredictor() {
	e, err := engine.New(context.Background(), metalearner.ProtoNet{Width: 64}, 2, 2, "", engine.Options{Kind: "lanes"})
	if err != nil {
		log.Fatal(err)
	}
	blocks := e.(engine.BlockPredictor)
	var sizes []int64
	for _, shape := range [][2]int{{16, 10}, {16, 50}, {128, 50}} {
		size, err := blocks.Block(shape[0], shape[1], 1)
		if err != nil {
			log.Fatal(err)
		}
		sizes = append(sizes, size)
	}
	fmt.Println(sizes[0] < sizes[1], sizes[1] == sizes[2])
	// Output: true true
}
