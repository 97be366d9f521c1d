package parity_test

import (
	"context"
	"fmt"
	"log"
	"math"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/transformer"
	"github.com/goicl/goicl/internal/backend"
	"github.com/goicl/goicl/internal/parity"
)

// byHand is a file that needs no other program: all weights are zero, and so are the
// logits. The 4 outputs are equally likely, which makes the loss log 4. Only the readout of
// the input, which is 1, has a gradient: the probabilities less the one-hot label.
func byHand() *parity.File {
	f := &parity.File{Model: transformer.Paper{Depth: 1, Expand: 1}, D: 1, C: 2}
	layout, err := learner.NewLayout(f.Model, f.D, f.C)
	if err != nil {
		log.Fatal(err)
	}
	f.Params, f.Grad = make([]float64, layout.Size), make([]float64, layout.Size)
	for output, slope := range []float64{-.75, .25, .25, .25} {
		f.Grad[layout.Size-20+5*output] = slope // the readout, [4, 5], comes last
	}
	f.Batch = datasets.NewBatch(1, 3, f.D, f.C) // 1 task of 3 points, all of class 0
	copy(f.Batch.X, []float32{1, 1, 1})
	f.LogitsF32, f.LogitsF64 = make([]float64, 3*4), make([]float64, 3*4)
	f.Train, f.TrainLoss = []*datasets.Batch{f.Batch}, []float64{math.Log(4)}
	return f
}

// check compares a GoMLX engine in pure Go with the file.
func check(f *parity.File) parity.Report {
	b, err := backend.Shared(context.Background(), "go")
	if err != nil {
		log.Fatal(err)
	}
	r, err := parity.CheckBackend(context.Background(), b.Backend, f)
	if err != nil {
		log.Fatal(err)
	}
	return r
}

// Any numbers can be compared with, such as those of a model so simple that they are known
// without a computer.
func ExampleFile() {
	f := byHand()
	fmt.Printf("%d weights, a loss of %.4f, agreed: %v\n", len(f.Params), f.TrainLoss[0], check(f).Pass)
	// Output: 155 weights, a loss of 1.3863, agreed: true
}

// A report says where numbers differ. A millionth is much in float64, where in float32 it
// would pass.
func ExampleReport() {
	f := byHand()
	f.LogitsF64[7] += 1e-6
	r := check(f)
	fmt.Println("pass:", r.Pass)
	fmt.Printf("logits %.0e, gradient right: %v\n", *r.LogitsF64, *r.GradF64 < parity.Max.TrainF64)
	fmt.Println("gradient in float32 was measured:", r.GradF32 != nil)
	// Output:
	// pass: false
	// logits 1e-06, gradient right: true
	// gradient in float32 was measured: false
}
