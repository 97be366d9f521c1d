package oracle_test

import (
	"context"
	"fmt"
	"log"
	"math"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/oracle"
)

// labelled is a task in two dimensions: x1, x2 and the label of each point, the query
// last.
func labelled(points ...[3]float32) *datasets.Batch {
	b := datasets.NewBatch(1, len(points), 2, 2)
	for i, p := range points {
		copy(b.Point(0, i), p[:2])
		b.Y[i] = int32(p[2])
	}
	return b
}

// ofClass1 is the probability that p gives class 1 of the query.
func ofClass1(p eval.Predictor, b *datasets.Batch) float32 {
	probs, err := p.Predict(context.Background(), b, []int{b.N - 1})
	if err != nil {
		log.Fatal(err)
	}
	return probs[1]
}

// measured is a regression task: the inputs and the target of each point, the query last.
func measured(points ...[]float32) *datasets.Batch {
	d := len(points[0]) - 1
	b := datasets.NewRegression(1, len(points), d)
	for i, p := range points {
		copy(b.Point(0, i), p[:d])
		b.Z[i] = p[d]
	}
	return b
}

// target is what r expects of the query, and how unsure it is.
func target(r eval.Regressor, b *datasets.Batch) (mean, variance float32) {
	m, v, err := r.Regress(context.Background(), b, []int{b.N - 1})
	if err != nil {
		log.Fatal(err)
	}
	if v == nil {
		return m[0], 0
	}
	return m[0], v[0]
}

// Only the sum of the coordinates counts: points of equal sums are equally likely.
func ExampleAmort() {
	up, down := [3]float32{1, 1, 0}, [3]float32{0, -1, 1}
	one := ofClass1(oracle.Amort{}, labelled(up, down, [3]float32{1, 0}))
	other := ofClass1(oracle.Amort{}, labelled(up, down, [3]float32{-2, 3}))
	fmt.Printf("%.3f %.3f\n", one, other)
	// Output: 0.231 0.231
}

// Where a function has no kinks the networks are linear along each ray from 0.
func ExampleArcCosine() {
	mean, variance := target(oracle.ArcCosine{}, measured([]float32{1, 1, 3}, []float32{2, 2, 0}))
	fmt.Printf("f(1, 1) = 3, so f(2, 2) = %.1f, variance %.1f\n", mean, variance)
	// Output: f(1, 1) = 3, so f(2, 2) = 6.0, variance 0.0
}

// Averaging takes inputs for uncorrelated and of variance 1; a larger one misleads it.
func ExampleAveraging() {
	b := measured([]float32{2, 4}, []float32{1, 0}) // z = 2x
	averaging, _ := target(oracle.Averaging{}, b)
	leastSquares, _ := target(oracle.LeastSquares{}, b)
	fmt.Println("f(1) is", averaging, "by averaging and", leastSquares, "by least squares")
	// Output: f(1) is 8 by averaging and 2 by least squares
}

// Right of every border through the origin that parts the examples, or of some.
func ExampleBayesPoint() {
	right, left := [3]float32{1, 0, 1}, [3]float32{-1, 0, 0}
	fmt.Printf("%.2f\n", ofClass1(oracle.BayesPoint{}, labelled(right, left, [3]float32{2, 0})))
	fmt.Printf("%.2f\n", ofClass1(oracle.BayesPoint{}, labelled(right, left, [3]float32{0, 2})))
	// Output:
	// 0.95
	// 0.50
}

// ring has class 1 on both sides of class 0, which no mean can tell.
var ring = [][3]float32{{-3, 0, 1}, {-2.8, 0, 1}, {2.8, 0, 1}, {3, 0, 1}, {-.2, 0, 0}, {0, 0, 0}, {.1, 0, 0}, {.2, 0, 0}, {2.9, 0, 1}, {3.1, 0, 1}}

// Selection asks the examples which predictor to trust.
func ExampleSelection() {
	choice := oracle.Selection{Of: []eval.Predictor{oracle.NearestMean{}, oracle.KNN{}}}
	b := labelled(ring[:9]...)
	fmt.Printf("nearest mean %.2f, neighbours %.2f, the choice %.2f\n", ofClass1(choice.Of[0], b), ofClass1(choice.Of[1], b), ofClass1(choice, b))
	// Output: nearest mean 0.46, neighbours 0.60, the choice 0.60
}

// BestOf knows more than a learner can: how the points behind the query are labelled.
func ExampleBestOf() {
	b := labelled(ring...)
	choice := oracle.BestOf{Of: []eval.Predictor{oracle.NearestMean{}, oracle.KNN{}}}
	probs, err := choice.Predict(context.Background(), b, []int{8})
	fmt.Printf("%s: %.2f %v\n", choice.Name(), probs[1], err)
	// Output: best of set: 0.60 <nil>
}

// Each family has its Bayes-optimal predictor. Two families cannot have produced these
// examples, and say 1/2.
func ExampleByName() {
	for _, family := range []string{"proto", "pair", "amort", "radius"} {
		bayes, err := oracle.ByName(family, 1)
		if err != nil {
			log.Fatal(err)
		}
		b := labelled([3]float32{1, 1, 1}, [3]float32{-1, -1, 0}, [3]float32{2, 2})
		fmt.Printf("%s: class 1 with probability %.1f\n", bayes.Family(), ofClass1(bayes, b))
	}
	// Output:
	// proto: class 1 with probability 1.0
	// pair: class 1 with probability 1.0
	// amort: class 1 with probability 0.5
	// radius: class 1 with probability 0.5
}

// A step is a question; a tree asks it and is done.
func ExampleGreedyTree() {
	b := measured([]float32{-2, 0}, []float32{-1, 0}, []float32{1, 5}, []float32{2, 5}, []float32{9, 0})
	tree, _ := target(oracle.GreedyTree{}, b)
	line, _ := target(oracle.LeastSquares{}, b)
	fmt.Printf("f(9) is %.1f by a tree, %.1f by a line\n", tree, line)
	// Output: f(9) is 5.0 by a tree, 13.5 by a line
}

// Of two inputs that explain a target, least squares takes both and the lasso the larger.
func ExampleLasso() {
	b := measured([]float32{1, .8, 1}, []float32{0, 1, 0})
	lasso, _ := target(oracle.Lasso{}, b)
	both, _ := target(oracle.LeastSquares{}, b)
	fmt.Printf("the second weight is %.2f by the lasso, %.2f by least squares\n", lasso, both)
	// Output: the second weight is 0.00 by the lasso, 0.49 by least squares
}

// With fewer examples than dimensions it takes the shortest of all solutions.
func ExampleLeastSquares() {
	mean, _ := target(oracle.LeastSquares{}, measured([]float32{1, 1, 2}, []float32{1, 0, 0}))
	fmt.Printf("f(1, 1) = 2, so f(1, 0) = %.1f\n", mean)
	// Output: f(1, 1) = 2, so f(1, 0) = 1.0
}

// The penalty keeps it unsure where examples are few, though they are parted.
func ExampleLogistic() {
	right, left := [3]float32{1, 0, 1}, [3]float32{-1, 0, 0}
	for _, l2 := range []float64{1, .01} {
		fmt.Printf("%.2f\n", ofClass1(oracle.Logistic{L2: l2}, labelled(right, left, [3]float32{1, 0})))
	}
	// Output:
	// 0.66
	// 0.98
}

// A class that has no example yet gets its share by Laplace's rule.
func ExampleNearestMean() {
	fmt.Printf("%.2f\n", ofClass1(oracle.NearestMean{}, labelled([3]float32{1, 0, 1}, [3]float32{2, 0, 1}, [3]float32{-9, 0})))
	fmt.Printf("%.2f\n", ofClass1(oracle.NearestMean{}, labelled([3]float32{1, 0, 1}, [3]float32{-2, 0, 0}, [3]float32{-9, 0})))
	// Output:
	// 0.75
	// 0.00
}

// A network is trained anew on each context: little moves it where it saw nothing.
func ExampleNetwork() {
	examples := [][]float32{{-1, 1}, {-.5, .5}, {.5, .5}, {1, 1}, {.75, 0}}
	before, _ := target(oracle.Network{Steps: 1}, measured(examples...))
	after, _ := target(oracle.Network{Steps: 500}, measured(examples...))
	fmt.Printf("|.75| is %.1f after a step and %.1f after 500\n", before, after)
	// Output: |.75| is 0.5 after a step and 0.7 after 500
}

// Who knows the functions needs one example to tell which it is.
func ExamplePool() {
	pool := oracle.Pool{Members: [][]float32{{1, 0}, {0, 1}}}
	mean, variance := target(pool, measured([]float32{5, 3, 0}))
	fmt.Printf("before: %.1f, variance %.1f\n", mean, variance)
	mean, variance = target(pool, measured([]float32{1, 2, 2}, []float32{5, 3, 0}))
	fmt.Printf("after: %.1f, variance %.1f\n", mean, variance)
	// Output:
	// before: 4.0, variance 1.0
	// after: 3.0, variance 0.0
}

// Even before any label, where points lie tells something; a label near by tells more.
func ExampleProto() {
	far, near := [3]float32{-2, 0, 0}, [3]float32{2, 0, 1}
	fmt.Printf("%.1f\n", ofClass1(oracle.Proto{}, labelled([3]float32{3, 0})))
	fmt.Printf("%.1f\n", ofClass1(oracle.Proto{}, labelled(far, near, [3]float32{3, 0})))
	// Output:
	// 0.5
	// 1.0
}

// In one dimension one example tells the weight of x², and so everything.
func ExampleQuadratic() {
	mean, variance := target(oracle.Quadratic{}, measured([]float32{1, 2}, []float32{3, 0}))
	fmt.Printf("f(1) = 2, so f(3) = %.1f, variance %.1f\n", mean, variance)
	// Output: f(1) = 2, so f(3) = 18.0, variance 0.0
}

// Examples cut the radius from both sides.
func ExampleRadius() {
	inside, outside := [3]float32{2.5, 0, 1}, [3]float32{0, 3, 0}
	for _, x := range []float32{2.4, 2.75, 3.1} {
		fmt.Printf("%.1f ", ofClass1(oracle.Radius{}, labelled(inside, outside, [3]float32{-x, 0})))
	}
	fmt.Println()
	// Output: 1.0 0.5 0.0
}

// Targets that look like noise shrink the slope; a clean line hardly does.
func ExampleRidge() {
	noisy, _ := target(oracle.Ridge{}, measured([]float32{1, 1}, []float32{2, -1}, []float32{3, 1}, []float32{-1, 1}, []float32{1, 0}))
	clean, _ := target(oracle.Ridge{}, measured([]float32{1, 1}, []float32{2, 2}, []float32{3, 3}, []float32{-1, -1}, []float32{1, 0}))
	fmt.Printf("slopes %.2f and %.2f\n", noisy, clean)
	// Output: slopes 0.00 and 1.00
}

// Two points tell a wave's amplitude and phase.
func ExampleSinusoid() {
	wave := func(x float64) []float32 { return []float32{float32(x), float32(2 * math.Sin(x+1))} }
	b := measured(wave(-3), wave(0), wave(4))
	mean, variance := target(oracle.Sinusoid{}, b)
	fmt.Printf("expected %.2f, variance %.2f; it is %.2f\n", mean, variance, b.Z[2])
	// Output: expected -1.92, variance 0.00; it is -1.92
}

// Of three explanations with one weight each, the one that needs the smallest is likeliest.
func ExampleSparse() {
	oneOfThree := oracle.Sparse{K: 1}
	mean, _ := target(oneOfThree, measured([]float32{1, 2, 4, 8}, []float32{0, 0, 1, 0}))
	fmt.Printf("the third weight is %.2f\n", mean)
	// Output: the third weight is 1.99
}

// What one leaf holds says nothing about another.
func ExampleTree() {
	for _, x := range []float32{2, -2} {
		mean, variance := target(oracle.Tree{Depth: 1}, measured([]float32{1, .5}, []float32{x, 0}))
		fmt.Printf("f(1) = .5, so f(%g) = %.1f, variance %.1f\n", x, mean, variance)
	}
	// Output:
	// f(1) = .5, so f(2) = 0.5, variance 0.0
	// f(1) = .5, so f(-2) = 0.0, variance 1.0
}
