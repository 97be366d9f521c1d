package icl_test

import (
	"context"
	"fmt"

	"github.com/goicl/goicl/datasets/regression"
	"github.com/goicl/goicl/datasets/synthetic"
	"github.com/goicl/goicl/icl"
	"github.com/goicl/goicl/icl/baseline"
	"github.com/goicl/goicl/icl/bayes"
)

// Least squares knows a linear function in two dimensions after two examples. Tasks with
// classes are evaluated by the same call.
func ExampleEvaluate() {
	ctx := context.Background()
	curves, err := icl.Evaluate(ctx, regression.Linear{N: 4, D: 2}, 200, baseline.LeastSquares{}, bayes.Linear{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range curves {
		fmt.Printf("%s: %s %.1f, then %.3f after 2 examples\n", c.Learner, c.Metric, c.Mean[0], c.Mean[2])
	}
	curves, err = icl.Evaluate(ctx, synthetic.Pair{}, 2000, bayes.Pair{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%s: %s %.2f after 49 examples\n", curves[0].Learner, curves[0].Metric, curves[0].Mean[49])
	// Output:
	// least squares: squared error 0.9, then 0.000 after 2 examples
	// Bayes: squared error 0.9, then 0.000 after 2 examples
	// Bayes: accuracy 0.99 after 49 examples
}
