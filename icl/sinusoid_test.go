package icl_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/metalearner"
	"github.com/goicl/goicl/icl/train"
)

// sinusoid draws the tasks of the MAML paper, §5.1.
type sinusoid struct{}

func (sinusoid) Name() string { return "sinusoid" }

func (sinusoid) Sample(rng *rand.Rand, tasks int) (*datasets.Batch, error) {
	b := datasets.NewRegression(tasks, 11, 1)
	for t := range tasks {
		amplitude, phase := .1+4.9*rng.Float64(), math.Pi*rng.Float64()
		for n := range b.N {
			x := 10*rng.Float64() - 5
			b.X[t*b.N+n], b.Z[t*b.N+n] = float32(x), float32(amplitude*math.Sin(x+phase))
		}
	}
	return b, nil
}

// The error of MAML on sine waves by the number of inner steps at test time, beside
// that of a network that was trained without an inner loop and takes the same steps.
// The run is a short one; with 2,000 steps MAML's error falls to a tenth.
func Example_innerSteps() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	ctx, opts := context.Background(), []train.Option{train.WithDir(dir), train.WithBackend("go")}

	maml := metalearner.MAML{Width: 20, Inner: metalearner.Inner{Rate: .03}}
	recipe := train.Recipe{Steps: 150, Batch: 20, Rate: .02, First: 10}
	learned, err := icl.TrainWith(ctx, maml, sinusoid{}, recipe, nil, opts...)
	if err != nil {
		fmt.Println(err)
		return
	}
	pretrained, err := icl.TrainWith(ctx, maml.After(0), sinusoid{}, recipe, nil, opts...)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, f := range []*train.Fitted{learned, pretrained} {
		curve := errorBySteps(ctx, f, maml, []int{0, 1, 5})
		fmt.Printf("%s: five steps more than halve the error: %v\n", f.Name(), curve.Mean[2] < curve.Mean[0]/2)
	}
	// Output:
	// MAML-20: five steps more than halve the error: true
	// MLP-20: five steps more than halve the error: false
}

// errorBySteps is the squared error after ten examples and each number of inner steps.
func errorBySteps(ctx context.Context, f *train.Fitted, maml metalearner.MAML, steps []int) eval.Curve {
	tasks, _ := sinusoid{}.Sample(datasets.Rand(0, "test/sinusoid"), 200)
	all := eval.Curve{Learner: f.Name(), Family: "sinusoid", Metric: eval.SquaredError, N: steps}
	for _, k := range steps {
		after, err := f.As(maml.After(k))
		if err != nil {
			fmt.Println(err)
			return all
		}
		scores, err := eval.EvaluateRegression(ctx, after, "sinusoid", tasks, []int{10}, 1)
		if err != nil {
			fmt.Println(err)
			return all
		}
		curve := eval.CurveOf(eval.SquaredError, scores.Summarize(0))
		all.Mean, all.Lo, all.Hi = append(all.Mean, curve.Mean...), append(all.Lo, curve.Lo...), append(all.Hi, curve.Hi...)
	}
	return all
}
