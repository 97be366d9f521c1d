package inspect_test

import (
	"context"
	"fmt"
	"os"

	"github.com/goicl/goicl/datasets/regression"
	"github.com/goicl/goicl/icl"
	"github.com/goicl/goicl/icl/inspect"
	"github.com/goicl/goicl/icl/metalearner"
	"github.com/goicl/goicl/icl/train"
)

// The error of MAML on sine waves by the number of inner steps at test time, beside
// that of a network that was trained without an inner loop and takes the same steps.
// The run is a short one; with 2,000 steps MAML's error falls to a tenth.
func ExampleInnerSteps() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	ctx, opts := context.Background(), []train.Option{train.WithDir(dir), train.WithBackend("go")}

	waves := regression.Sinusoid{}
	maml := metalearner.MAML{Width: 20, Inner: metalearner.Inner{Rate: .03}}
	recipe := train.Recipe{Steps: 150, Batch: 20, Rate: .02, First: 10}
	learned, err := icl.Train(ctx, maml, waves, recipe, nil, opts...)
	if err != nil {
		fmt.Println(err)
		return
	}
	pretrained, err := icl.Train(ctx, maml.After(0), waves, recipe, nil, opts...)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, f := range []*train.Fitted{learned, pretrained} {
		curve, err := inspect.InnerSteps(ctx, f, maml, waves, 200, 10, 0, 1, 5)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%s: five steps more than halve the error: %v\n", f.Name(), curve.Mean[2] < curve.Mean[0]/2)
	}
	// Output:
	// MAML-20: five steps more than halve the error: true
	// MLP-20: five steps more than halve the error: false
}
