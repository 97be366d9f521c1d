package baseline_test

import (
	"context"
	"fmt"
	"slices"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/regression"
	"github.com/goicl/goicl/icl/baseline"
	"github.com/goicl/goicl/icl/bayes"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/internal/predict/predicttest"
)

func ExampleKNN() {
	b := datasets.NewBatch(1, 4, 1, 2) // one task, four points on a line, two classes
	copy(b.X, []float32{-2, -1, 3, -1.5})
	copy(b.Y, []int32{0, 0, 1, 0})
	probs, err := baseline.KNN{K: 1}.Predict(context.Background(), b, []int{0, 3})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("no example: %.2f\nthree examples: %.2f\n", probs[:2], probs[2:])
	// Output:
	// no example: [0.50 0.50]
	// three examples: [0.67 0.33]
}

// Averaging assumes inputs ~ N(0, I); a larger input biases it.
func ExampleAveraging() {
	b := predicttest.Measured([]float32{2, 4}, []float32{1, 0}) // z = 2x
	averaging, _ := predicttest.Target(baseline.Averaging{}, b)
	leastSquares, _ := predicttest.Target(baseline.LeastSquares{}, b)
	fmt.Println("f(1) is", averaging, "by averaging and", leastSquares, "by least squares")
	// Output: f(1) is 8 by averaging and 2 by least squares
}

// ring has class 1 on both sides of class 0, so the class means coincide.
var ring = [][3]float32{{-3, 0, 1}, {-2.8, 0, 1}, {2.8, 0, 1}, {3, 0, 1}, {-.2, 0, 0}, {0, 0, 0}, {.1, 0, 0}, {.2, 0, 0}, {2.9, 0, 1}, {3.1, 0, 1}}

// Selection takes the predictor with the higher likelihood on the examples.
func ExampleSelection() {
	choice := baseline.Selection{Of: []eval.Predictor{baseline.NearestMean{}, baseline.KNN{}}}
	b := predicttest.Labelled(ring[:9]...)
	fmt.Printf("nearest mean %.2f, neighbours %.2f, the choice %.2f\n", predicttest.OfClass1(choice.Of[0], b), predicttest.OfClass1(choice.Of[1], b), predicttest.OfClass1(choice, b))
	// Output: nearest mean 0.46, neighbours 0.60, the choice 0.60
}

// BestOf chooses by the labels of the points after the query, which no learner sees.
func ExampleBestOf() {
	b := predicttest.Labelled(ring...)
	choice := baseline.BestOf{Of: []eval.Predictor{baseline.NearestMean{}, baseline.KNN{}}}
	probs, err := choice.Predict(context.Background(), b, []int{8})
	fmt.Printf("%s: %.2f %v\n", choice.Name(), probs[1], err)
	// Output: best of set: 0.60 <nil>
}

// A tree fits a step with one split.
func ExampleGreedyTree() {
	b := predicttest.Measured([]float32{-2, 0}, []float32{-1, 0}, []float32{1, 5}, []float32{2, 5}, []float32{9, 0})
	tree, _ := predicttest.Target(baseline.GreedyTree{}, b)
	line, _ := predicttest.Target(baseline.LeastSquares{}, b)
	fmt.Printf("f(9) is %.1f by a tree, %.1f by a line\n", tree, line)
	// Output: f(9) is 5.0 by a tree, 13.5 by a line
}

// Of two inputs that explain a target, least squares takes both and the lasso the larger.
func ExampleLasso() {
	b := predicttest.Measured([]float32{1, .8, 1}, []float32{0, 1, 0})
	lasso, _ := predicttest.Target(baseline.Lasso{}, b)
	both, _ := predicttest.Target(baseline.LeastSquares{}, b)
	fmt.Printf("the second weight is %.2f by the lasso, %.2f by least squares\n", lasso, both)
	// Output: the second weight is 0.00 by the lasso, 0.49 by least squares
}

// With fewer examples than dimensions it takes the shortest of all solutions.
func ExampleLeastSquares() {
	mean, _ := predicttest.Target(baseline.LeastSquares{}, predicttest.Measured([]float32{1, 1, 2}, []float32{1, 0, 0}))
	fmt.Printf("f(1, 1) = 2, so f(1, 0) = %.1f\n", mean)
	// Output: f(1, 1) = 2, so f(1, 0) = 1.0
}

// The penalty keeps the probability away from 1 where few examples are separable.
func ExampleLogistic() {
	right, left := [3]float32{1, 0, 1}, [3]float32{-1, 0, 0}
	for _, l2 := range []float64{1, .01} {
		fmt.Printf("%.2f\n", predicttest.OfClass1(baseline.Logistic{L2: l2}, predicttest.Labelled(right, left, [3]float32{1, 0})))
	}
	// Output:
	// 0.66
	// 0.98
}

// A class that has no example yet gets its share by Laplace's rule.
func ExampleNearestMean() {
	fmt.Printf("%.2f\n", predicttest.OfClass1(baseline.NearestMean{}, predicttest.Labelled([3]float32{1, 0, 1}, [3]float32{2, 0, 1}, [3]float32{-9, 0})))
	fmt.Printf("%.2f\n", predicttest.OfClass1(baseline.NearestMean{}, predicttest.Labelled([3]float32{1, 0, 1}, [3]float32{-2, 0, 0}, [3]float32{-9, 0})))
	// Output:
	// 0.75
	// 0.00
}

// A network is trained on each context: few steps underfit it.
func ExampleNetwork() {
	examples := [][]float32{{-1, 1}, {-.5, .5}, {.5, .5}, {1, 1}, {.75, 0}}
	before, _ := predicttest.Target(baseline.Network{Steps: 1}, predicttest.Measured(examples...))
	after, _ := predicttest.Target(baseline.Network{Steps: 500}, predicttest.Measured(examples...))
	fmt.Printf("|.75| is %.1f after a step and %.1f after 500\n", before, after)
	// Output: |.75| is 0.5 after a step and 0.7 after 500
}

// Noisy targets shrink the slope; a clean line does not.
func ExampleRidge() {
	noisy, _ := predicttest.Target(baseline.Ridge{}, predicttest.Measured([]float32{1, 1}, []float32{2, -1}, []float32{3, 1}, []float32{-1, 1}, []float32{1, 0}))
	clean, _ := predicttest.Target(baseline.Ridge{}, predicttest.Measured([]float32{1, 1}, []float32{2, 2}, []float32{3, 3}, []float32{-1, -1}, []float32{1, 0}))
	fmt.Printf("slopes %.2f and %.2f\n", noisy, clean)
	// Output: slopes 0.00 and 1.00
}

// A step from w = 0 goes along Xᵀz/n; the second one makes up for a part of what is left.
func ExampleDescent() {
	b := predicttest.Measured([]float32{1, 2}, []float32{-1, -2}, []float32{1, 0}) // z = 2x
	for steps := 1; steps <= 3; steps++ {
		d := baseline.Descent{Steps: slices.Repeat([]baseline.DescentStep{{Rate: .5}}, steps)}
		mean, _ := predicttest.Target(d, b)
		fmt.Printf("%s: f(1) is %.2f\n", d.Name(), mean)
	}
	// Output:
	// 1 GD step: f(1) is 1.00
	// 2 GD steps: f(1) is 1.50
	// 3 GD steps: f(1) is 1.75
}

// A rate and what else GD++ does between two steps, on a context of one input of length 1.
func ExampleDescentStep() {
	b := predicttest.Measured([]float32{1, 2}, []float32{1, 0})
	for _, gamma := range []float64{0, .5} {
		d := baseline.Descent{Steps: []baseline.DescentStep{{Rate: .5, Gamma: gamma}, {Rate: .5}}}
		mean, _ := predicttest.Target(d, b)
		fmt.Printf("%s: f(1) is %.3f\n", d.Name(), mean)
	}
	// Output:
	// 2 GD steps: f(1) is 1.500
	// 2 GD++ steps: f(1) is 1.125
}

// The best rates of two steps for ten examples in ten dimensions, with and without GD++.
func ExampleDescentFit() {
	b, err := regression.Linear{N: 11, D: 10}.Sample(datasets.Rand(0, "contexts"), 1000)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, plus := range []bool{false, true} {
		best, e, err := baseline.DescentFit{Steps: 2, PlusPlus: plus, Shared: true}.Best(b, 10)
		fmt.Printf("%s of rate %.2f: error %.2f %v\n", best.Name(), best.Steps[0].Rate, e.Mean, err)
	}
	// Output:
	// 2 GD steps of rate 0.46: error 0.41 <nil>
	// 2 GD++ steps of rate 1.01: error 0.29 <nil>
}

// Which of two levels of noise the examples have. Targets on a line speak for the lower one.
func ExampleEvidence() {
	levels := baseline.Evidence{Of: []eval.Regressor{bayes.Linear{Noise: .1}, bayes.Linear{Noise: 1}}}
	line := predicttest.Measured([]float32{1, 1}, []float32{-1, -1}, []float32{2, 2}, []float32{1, 0})
	off := predicttest.Measured([]float32{1, 1}, []float32{-1, 1}, []float32{2, 2}, []float32{1, 0})
	for _, b := range []*datasets.Batch{line, off} {
		weights, err := levels.Weights(context.Background(), b, []int{3})
		mean, _ := predicttest.Target(levels, b)
		fmt.Printf("weights %.2f, f(1) is %.2f %v\n", weights, mean, err)
	}
	// Output:
	// weights [0.99 0.01], f(1) is 1.00 <nil>
	// weights [0.00 1.00], f(1) is 0.57 <nil>
}
