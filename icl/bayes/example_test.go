package bayes_test

import (
	"fmt"
	"log"
	"math"

	"github.com/goicl/goicl/icl/bayes"
	"github.com/goicl/goicl/icl/internal/predict/predicttest"
)

// The label depends on the sum of the coordinates only.
func ExampleAmort() {
	up, down := [3]float32{1, 1, 0}, [3]float32{0, -1, 1}
	one := predicttest.OfClass1(bayes.Amort{}, predicttest.Labelled(up, down, [3]float32{1, 0}))
	other := predicttest.OfClass1(bayes.Amort{}, predicttest.Labelled(up, down, [3]float32{-2, 3}))
	fmt.Printf("%.3f %.3f\n", one, other)
	// Output: 0.231 0.231
}

// Networks of rectified linear units without biases are linear along each ray from 0.
func ExampleReLUNet() {
	mean, variance := predicttest.Target(bayes.ReLUNet{}, predicttest.Measured([]float32{1, 1, 3}, []float32{2, 2, 0}))
	fmt.Printf("f(1, 1) = 3, so f(2, 2) = %.1f, variance %.1f\n", mean, variance)
	// Output: f(1, 1) = 3, so f(2, 2) = 6.0, variance 0.0
}

// All borders through the origin that separate the examples agree on one query, half of
// them on the other.
func ExampleClassification() {
	right, left := [3]float32{1, 0, 1}, [3]float32{-1, 0, 0}
	fmt.Printf("%.2f\n", predicttest.OfClass1(bayes.Classification{}, predicttest.Labelled(right, left, [3]float32{2, 0})))
	fmt.Printf("%.2f\n", predicttest.OfClass1(bayes.Classification{}, predicttest.Labelled(right, left, [3]float32{0, 2})))
	// Output:
	// 0.95
	// 0.50
}

// Each family has its Bayes-optimal predictor. Two families cannot produce these examples:
// their predictors return 1/2.
func ExampleByName() {
	for _, family := range []string{"proto", "pair", "amort", "radius"} {
		best, err := bayes.ByName(family, 1)
		if err != nil {
			log.Fatal(err)
		}
		b := predicttest.Labelled([3]float32{1, 1, 1}, [3]float32{-1, -1, 0}, [3]float32{2, 2})
		fmt.Printf("%s: class 1 with probability %.1f\n", best.Family(), predicttest.OfClass1(best, b))
	}
	// Output:
	// proto: class 1 with probability 1.0
	// pair: class 1 with probability 1.0
	// amort: class 1 with probability 0.5
	// radius: class 1 with probability 0.5
}

// One example identifies the function.
func ExamplePool() {
	pool := bayes.Pool{Members: [][]float32{{1, 0}, {0, 1}}}
	mean, variance := predicttest.Target(pool, predicttest.Measured([]float32{5, 3, 0}))
	fmt.Printf("before: %.1f, variance %.1f\n", mean, variance)
	mean, variance = predicttest.Target(pool, predicttest.Measured([]float32{1, 2, 2}, []float32{5, 3, 0}))
	fmt.Printf("after: %.1f, variance %.1f\n", mean, variance)
	// Output:
	// before: 4.0, variance 1.0
	// after: 3.0, variance 0.0
}

// Without labels the classes are symmetric; labelled neighbours break the symmetry.
func ExampleProto() {
	far, near := [3]float32{-2, 0, 0}, [3]float32{2, 0, 1}
	fmt.Printf("%.1f\n", predicttest.OfClass1(bayes.Proto{}, predicttest.Labelled([3]float32{3, 0})))
	fmt.Printf("%.1f\n", predicttest.OfClass1(bayes.Proto{}, predicttest.Labelled(far, near, [3]float32{3, 0})))
	// Output:
	// 0.5
	// 1.0
}

// In one dimension one example determines the weight of x².
func ExampleQuadratic() {
	mean, variance := predicttest.Target(bayes.Quadratic{}, predicttest.Measured([]float32{1, 2}, []float32{3, 0}))
	fmt.Printf("f(1) = 2, so f(3) = %.1f, variance %.1f\n", mean, variance)
	// Output: f(1) = 2, so f(3) = 18.0, variance 0.0
}

// Examples bound the radius from both sides.
func ExampleRadius() {
	inside, outside := [3]float32{2.5, 0, 1}, [3]float32{0, 3, 0}
	for _, x := range []float32{2.4, 2.75, 3.1} {
		fmt.Printf("%.1f ", predicttest.OfClass1(bayes.Radius{}, predicttest.Labelled(inside, outside, [3]float32{-x, 0})))
	}
	fmt.Println()
	// Output: 1.0 0.5 0.0
}

// Two points determine amplitude and phase.
func ExampleSinusoid() {
	wave := func(x float64) []float32 { return []float32{float32(x), float32(2 * math.Sin(x+1))} }
	b := predicttest.Measured(wave(-3), wave(0), wave(4))
	mean, variance := predicttest.Target(bayes.Sinusoid{}, b)
	fmt.Printf("expected %.2f, variance %.2f; it is %.2f\n", mean, variance, b.Z[2])
	// Output: expected -1.92, variance 0.00; it is -1.92
}

// Of three explanations with one weight each, that with the smallest weight is likeliest.
func ExampleSparse() {
	oneOfThree := bayes.Sparse{K: 1}
	mean, _ := predicttest.Target(oneOfThree, predicttest.Measured([]float32{1, 2, 4, 8}, []float32{0, 0, 1, 0}))
	fmt.Printf("the third weight is %.2f\n", mean)
	// Output: the third weight is 1.99
}

// The values of two leaves are independent.
func ExampleTree() {
	for _, x := range []float32{2, -2} {
		mean, variance := predicttest.Target(bayes.Tree{Depth: 1}, predicttest.Measured([]float32{1, .5}, []float32{x, 0}))
		fmt.Printf("f(1) = .5, so f(%g) = %.1f, variance %.1f\n", x, mean, variance)
	}
	// Output:
	// f(1) = .5, so f(2) = 0.5, variance 0.0
	// f(1) = .5, so f(-2) = 0.0, variance 1.0
}
