package docs_test

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/synthetic"
	"github.com/goicl/goicl/icl"
	"github.com/goicl/goicl/icl/engine"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/metalearner"
	"github.com/goicl/goicl/icl/optim"
	"github.com/goicl/goicl/icl/train"
)

type Signed struct{ Beta float64 }

func (Signed) Name() string      { return "signed" }
func (Signed) Moments() []string { return []string{"mean"} } // vectors that it keeps, at first 0

func (s Signed) Update(_ int, rate float64, params, grad []float64, moments [][]float64) {
	for i, g := range grad {
		mean := &moments[0][i]
		*mean = s.Beta**mean + (1-s.Beta)*g
		params[i] -= math.Copysign(rate, *mean)
	}
}

func Example_ownRule() {
	recipe := train.Recipe{
		Steps: 100, Rate: 3e-3, Clip: 1, OnePrefix: true, Optimizer: optim.Own(Signed{Beta: .9}),
		Schedule: optim.Times(optim.Warmup(10), func(step int) float64 { return 1 - float64(step)/100 }),
	}
	fitted, err := icl.Train(context.Background(), metalearner.ProtoNet{}, synthetic.Proto{N: 20}, recipe, nil, train.WithDir(dir))
	check(err)
	fmt.Println(fitted.Step > 0, fitted.Score.Accuracy > .5)
	// Output: true true
}

func Example_ownLoop() {
	ctx := context.Background()
	l, tasks, rng := metalearner.ProtoNet{}, synthetic.Proto{N: 20}, datasets.Rand(0, "my loop")
	e, err := engine.New(ctx, l, 2, 2, "", engine.Options{}) // two inputs, two classes
	check(err)
	layout, err := learner.NewLayout(l, 2, 2)
	check(err)
	weights, grad := layout.Init(rng), make([]float32, layout.Size)
	adamw := optim.New[float32](optim.AdamW(.01), layout.Size)
	for range 50 {
		b, err := tasks.Sample(rng, 16)
		check(err)
		_, err = e.LossGrad(weights, b, train.Every(2, 19, 16), grad) // after 2 to 19 examples
		check(err)
		optim.ClipNorm(grad, 1)
		adamw.Update(weights, grad, .01)
	}
	fitted, err := train.FromWeights(l, tasks, weights)
	check(err)
	curves, err := icl.Evaluate(ctx, tasks, 500, fitted)
	check(err)
	fmt.Println(curves[0].Lo[19] > .5, fitted.Export(filepath.Join(dir, "mine.safetensors")))
	// Output: true <nil>
}

// TestOwnTrainingPage: the Go code of the page stands in this file.
func TestOwnTrainingPage(t *testing.T) {
	page, err := os.ReadFile("own_training.md")
	check(err)
	source, err := os.ReadFile("own_training_test.go")
	check(err)
	quoted := regexp.MustCompile("(?s)```go\n(.*?)```").FindAllStringSubmatch(string(page), -1)
	if len(quoted) != 3 {
		t.Fatalf("%d pieces of Go on the page, want 3", len(quoted))
	}
	flat := func(code string) string { return strings.ReplaceAll(code, "\t", "") }
	for _, q := range quoted {
		if !strings.Contains(flat(string(source)), flat(q[1])) {
			t.Errorf("not in the tested code:\n%s", q[1])
		}
	}
}
