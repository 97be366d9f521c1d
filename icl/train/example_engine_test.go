//go:build cgo && (amd64 || arm64)

package train_test

import (
	"fmt"
	"log"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/synthetic"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/train"
	"github.com/goicl/goicl/icl/transformer"
)

// A training loop of one's own needs an engine, weights to start from and an optimizer.
func ExampleEngine() {
	model, rng := transformer.Paper{Depth: 2}, datasets.Rand(0, "a loop of my own")
	engine, err := train.NewLanes(model, 2, 2, 0)
	if err != nil {
		log.Fatal(err)
	}
	layout, err := learner.NewLayout(model, 2, 2)
	if err != nil {
		log.Fatal(err)
	}
	params, grad, adam := layout.Init(rng), make([]float32, layout.Size), train.NewAdam[float32](layout.Size)
	var losses []float64
	for range 50 {
		tasks, err := synthetic.Proto{N: 20}.Sample(rng, 32)
		if err != nil {
			log.Fatal(err)
		}
		loss, err := engine.LossGrad(params, tasks, train.Stratified(rng, 2, 19, 32), grad)
		if err != nil {
			log.Fatal(err)
		}
		losses = append(losses, loss)
		adam.Update(params, grad, .01)
	}
	fmt.Println("the loss on", engine.Name(), "fell:", losses[49] < losses[0]-.2)
	// Output: the loss on lanes fell: true
}
