package icl_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/regression"
	"github.com/goicl/goicl/icl"
	"github.com/goicl/goicl/icl/baseline"
	"github.com/goicl/goicl/icl/construct"
	"github.com/goicl/goicl/icl/figure"
	"github.com/goicl/goicl/icl/metalearner"
)

// TestCircuitsAreDrawn: a construction is compared with its learner, and its weights
// and residual stream are drawn; what is not there is an error.
func TestCircuitsAreDrawn(t *testing.T) {
	weights := []float64{0, 0, .5}
	c, err := construct.Of(metalearner.GradientDescent{}, weights, 2, 0)
	if err != nil {
		t.Fatal(err)
	}
	pairs, err := icl.Agreement(context.Background(), metalearner.GradientDescent{}, weights, c)
	if err != nil || len(pairs.X) != 256 {
		t.Fatalf("%d pairs, error %v", len(pairs.X), err)
	}
	draw(t, figure.Agreement("agreement", "learner", "transformer", pairs))
	weight, err := icl.Weights(c, 1)
	if err != nil {
		t.Fatal(err)
	}
	draw(t, weight)
	b, _ := construct.RandomEpisodes(datasets.Rand(0, "t"), 1, 2, 0)
	trace, err := c.Trace(b, 0, 3)
	if err != nil {
		t.Fatal(err)
	}
	stream, err := icl.Stream(c, trace, 0, 2)
	if err != nil {
		t.Fatal(err)
	}
	draw(t, stream)
	attention, err := icl.Attention(c, trace, 1)
	if err != nil {
		t.Fatal(err)
	}
	draw(t, attention)
	if _, err := icl.Attention(c, trace, 0); err == nil {
		t.Error("the attention of a layer without it is no error")
	}
	if _, err := icl.Weights(c, 0); err == nil { // a feed-forward network
		t.Error("the weights of a layer without attention are no error")
	}
	if _, err := icl.Stream(c, trace, 3); err == nil {
		t.Error("a stream behind the last layer is no error")
	}
}

// Least squares knows a linear function in two dimensions after two examples.
func ExampleErrors() {
	curves, err := icl.Errors(context.Background(), regression.Linear{N: 4, D: 2}, 200, baseline.LeastSquares{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range curves {
		fmt.Printf("%s: %.3f after 2 examples, %.3f after 3\n", c.Learner, c.Mean[2], c.Mean[3])
	}
	// Output:
	// Bayes: 0.000 after 2 examples, 0.000 after 3
	// least squares: 0.000 after 2 examples, 0.000 after 3
}
