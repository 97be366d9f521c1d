package train

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/regression"
	"github.com/goicl/goicl/datasets/synthetic"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/metalearner"
)

// TestAs: without steps the weights of MAML predict as the network that it starts from,
// each number of steps predicts something else, and what does not fit is an error.
func TestAs(t *testing.T) {
	ctx := context.Background()
	maml := metalearner.MAML{Width: 8, Inner: metalearner.Inner{Steps: 1, Rates: "layer"}}
	f, err := Train(ctx, Config{
		Learner: maml, Tasks: regression.Linear{N: 6, D: 1},
		Recipe: Recipe{Steps: 20, Batch: 8, OnePrefix: true},
	}, onGo(t.TempDir())...)
	if err != nil {
		t.Fatal(err)
	}
	b, err := regression.Linear{N: 6, D: 1}.Sample(datasets.Rand(0, "test"), 5)
	if err != nil {
		t.Fatal(err)
	}
	predict := func(l learner.Learner, n int) []float32 {
		t.Helper()
		as, err := f.As(l)
		if err != nil {
			t.Fatal(err)
		}
		mean, _, err := as.Regress(ctx, b, []int{n})
		if err != nil {
			t.Fatal(err)
		}
		return mean
	}
	three := maml
	three.Steps = 3
	network := metalearner.MLP{Width: 8}
	if !slices.Equal(predict(maml, 0), predict(network, 0)) {
		t.Error("without examples, MAML and its network predict otherwise")
	}
	none, one, more := predict(network, 5), predict(maml, 5), predict(three, 5)
	if slices.Equal(none, one) || slices.Equal(one, more) {
		t.Errorf("predictions %v, %v after a step and %v after three; want others each time", none, one, more)
	}
	if f.Config.Learner.(metalearner.MAML).Steps != 1 {
		t.Error("As changed the learner that it was asked of")
	}
	for want, l := range map[string]learner.Learner{
		"body.0.weight": metalearner.MLP{},
		"body.2.weight": metalearner.MLP{Width: 8, Depth: 3},
		"no learner":    nil,
		"-7":            metalearner.MLP{Width: -7},
	} {
		if _, err := f.As(l); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v; want one with %q", err, want)
		}
	}
}

// TestAccuracyOfMAML: a learner with its own loss has an accuracy on validation tasks, that of
// its predictions, where it predicts classes.
func TestAccuracyOfMAML(t *testing.T) {
	maml := metalearner.MAML{Width: 4, Inner: metalearner.Inner{Steps: 1}}
	for _, tasks := range []datasets.Sampler{synthetic.Amort{N: 6}, regression.Linear{N: 6, D: 1}} {
		f, err := Train(t.Context(), Config{
			Learner: maml, Tasks: tasks, Recipe: Recipe{Steps: 5, Batch: 8, OnePrefix: true, Rate: .03},
		}, onGo(t.TempDir())...)
		if err != nil {
			t.Fatal(err)
		}
		if _, classes := tasks.(synthetic.Amort); classes != (f.Score.Accuracy > .5) || f.Score.Loss <= 0 {
			t.Errorf("on %s MAML has the score %+v", tasks.Name(), f.Score)
		}
	}
}
