package regression_test

import (
	"fmt"
	"log"
	"math"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/regression"
)

// Labels say on which side of a hyperplane through the origin a point lies.
func ExampleClassification() {
	b, err := regression.Classification{N: 3, D: 2}.Sample(datasets.Rand(0, "test"), 1)
	if err != nil {
		log.Fatal(err)
	}
	w := b.Latent["w"].Row(0)
	for n := range b.N {
		fmt.Println(product(w, b.Point(0, n)) > 0, b.Y[n])
	}
	// Output:
	// true 1
	// false 0
	// false 0
}

// A domain says how its tasks' weights are spread: w ~ N(Mean, Σ).
func ExampleDomain() {
	d := regression.Domain{Mean: []float64{1, 0}, Axes: [][]float64{{0, 2}}}
	b, err := d.Sample(datasets.Rand(0, "test"), 3)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("Σ", d.Cov(), "mean square of a target", d.Square())
	for t := range b.T {
		fmt.Printf("%.1f\n", b.Latent["w"].Row(t)) // the first weight does not vary
	}
	// Output:
	// Σ [[0 0] [0 4]] mean square of a target 5
	// [1.0 -2.2]
	// [1.0 1.0]
	// [1.0 -0.4]
}

// The same family, easy dimensions first, last, or mixed.
func ExampleCurriculum_order() {
	for _, order := range []string{"", "reverse", "mixed"} {
		c := regression.Curriculum{Family: regression.Linear{}, Order: order}
		least, most := c.Dims(50_000)
		fmt.Printf("%q at step 50,000: %d to %d of 20 dimensions\n", order, least, most)
	}
	// Output:
	// "" at step 50,000: 10 to 10 of 20 dimensions
	// "reverse" at step 50,000: 15 to 15 of 20 dimensions
	// "mixed" at step 50,000: 5 to 20 of 20 dimensions
}

// A pool has finitely many functions, and every task is one of them.
func ExamplePool() {
	pool := regression.Pool{Size: 2, D: 3}
	members, err := pool.Members()
	if err != nil {
		log.Fatal(err)
	}
	b, err := pool.Sample(datasets.Rand(0, "test"), 1)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("members %.1f, this task's %.1f\n", members, b.Latent["w"].Row(0))
	// Output: members [[0.1 -1.2 -0.3] [-0.8 0.5 0.9]], this task's [-0.8 0.5 0.9]
}

// squareOf is the mean square of a family's targets: the error of answering 0.
func squareOf(s datasets.Sampler) float64 {
	b, err := s.Sample(datasets.Rand(0, "test"), 2000)
	if err != nil {
		log.Fatal(err)
	}
	var sum float64
	for _, z := range b.Z {
		sum += float64(z) * float64(z)
	}
	return sum / float64(len(b.Z))
}

// Targets are scaled so that the square of one has the mean that a linear function's has.
func ExampleQuadratic() {
	fmt.Printf("mean square %.0f of a quadratic function, %.0f of a linear one\n", squareOf(regression.Quadratic{}), squareOf(regression.Linear{}))
	// Output: mean square 20 of a quadratic function, 20 of a linear one
}

// The parity of two of four bits.
func ExampleParity() {
	b, err := regression.Parity{N: 3, D: 4}.Sample(datasets.Rand(0, "test"), 1)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("of", b.Latent["bits"].Row(0))
	for n := range b.N {
		fmt.Println(b.Point(0, n), "→", b.Z[n])
	}
	// Output:
	// of [1 0 1 0]
	// [1 1 -1 -1] → -1
	// [-1 1 -1 -1] → 1
	// [-1 -1 -1 -1] → 1
}

// The same scale for every number of hidden units.
func ExampleReLUNet() {
	fmt.Printf("mean square %.0f with 100 hidden units, %.0f with 10\n", squareOf(regression.ReLUNet{}), squareOf(regression.ReLUNet{Hidden: 10}))
	// Output: mean square 21 with 100 hidden units, 20 with 10
}

// Targets three times as large, as off the training distribution.
func ExampleScaled() {
	linear := regression.Linear{D: 5}
	scaled := regression.Scaled{Tasks: linear, Factor: 3}
	fmt.Printf("%s: mean square %.1f times as large\n", scaled.Name(), squareOf(scaled)/squareOf(linear))
	// Output: scaled-linear: mean square 9.0 times as large
}

// In a low-rank domain all tasks lie in a few directions.
func ExampleDomains_shape() {
	for _, shape := range []string{"", "rotated", "lowrank"} {
		d, err := regression.Domains{D: 4, Shape: shape}.Draw(datasets.Rand(0, "domain"))
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%q: %d axes\n", shape, len(d.Axes))
	}
	// Output:
	// "": 4 axes
	// "rotated": 4 axes
	// "lowrank": 2 axes
}

// A wave is known by its amplitude and phase.
func ExampleSinusoid() {
	b, err := regression.Sinusoid{}.Sample(datasets.Rand(0, "test"), 1)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%d points of %.2f sin(x + %.2f)\n", b.N, b.Latent["amplitude"].Data[0], b.Latent["phase"].Data[0])
	// Output: 11 points of 2.74 sin(x + 1.47)
}

// Only K of the weights are not 0, so that fewer examples than dimensions tell all.
func ExampleSparse() {
	b, err := regression.Sparse{D: 6, K: 2}.Sample(datasets.Rand(0, "test"), 2)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%.1f\n%.1f\n", b.Latent["w"].Row(0), b.Latent["w"].Row(1))
	// Output:
	// [-1.8 0.6 0.0 0.0 0.0 0.0]
	// [0.0 0.0 1.4 0.0 0.0 -2.1]
}

// Strategies change how inputs are drawn, and nothing about the function: here the query
// is orthogonal to the examples.
func ExampleInputs_strategy() {
	family := regression.Linear{N: 3, D: 3, Inputs: regression.Inputs{Strategy: "orthogonal"}}
	b, err := family.Sample(datasets.Rand(0, "test"), 1)
	if err != nil {
		log.Fatal(err)
	}
	query := b.Point(0, 2)
	for n := range 2 {
		fmt.Println(math.Abs(product(query, b.Point(0, n))) < 1e-6)
	}
	// Output:
	// true
	// true
}

// A tree of depth 2 asks two questions and has four answers.
func ExampleTree() {
	b, err := regression.Tree{D: 3, Depth: 2}.Sample(datasets.Rand(0, "test"), 1)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("looks at %.0f, leaves %.2f\n", b.Latent["coordinate"].Row(0), b.Latent["leaf"].Row(0))
	// Output: looks at [1 1 2], leaves [-0.10 0.75 -1.83 0.57]
}

// Two families whose squared errors count alike: each has the loss 1 where nothing is known.
func ExampleWeighted() {
	linear, sparse := regression.Linear{D: 10}, regression.Sparse{D: 10}
	fmt.Printf("mean squares %.1f and %.1f\n", squareOf(linear), squareOf(sparse))
	mix := datasets.Mix{Samplers: []datasets.Sampler{regression.Weighted(linear, 1./10), regression.Weighted(sparse, 1./3)}}
	fmt.Printf("weighted %.1f and %.1f\n", squareOf(mix.Samplers[0]), squareOf(mix.Samplers[1]))
	// Output:
	// mean squares 10.2 and 2.9
	// weighted 1.0 and 1.0
}
