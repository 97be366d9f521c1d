//go:build cgo && (amd64 || arm64)

package lanes_test

import (
	"fmt"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/internal/lanes"
)

// With all weights zero the four logits are equal, and the loss is log 4.
func ExampleEvaluator_LossGrad() {
	config := lanes.Config{Depth: 8, D: 2, C: 2, Expand: 4}
	engine, err := lanes.New(config, 0)
	if err != nil {
		fmt.Println(err)
		return
	}
	batch := datasets.NewBatch(3, 50, 2, 2) // 3 tasks of 50 points
	at := []int32{2, 30, 49}                // one query a task
	params := make([]float32, config.NumParams())
	grad := make([]float32, config.NumParams())
	loss, err := engine.LossGrad(params, batch, at, grad)
	fmt.Printf("%d weights, loss %.3f, error %v\n", len(params), loss, err)
	// Output: 3432 weights, loss 1.386, error <nil>
}
