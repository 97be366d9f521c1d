package synthetic_test

import (
	"fmt"
	"log"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/synthetic"
)

// The border runs through w, always in the same direction.
func ExampleAmort() {
	w := []float32{1, 1}
	fmt.Println(synthetic.Amort{}.Label(w, []float32{2, 1}), synthetic.Amort{}.Label(w, []float32{2, -1}))
	// Output: 0 1
}

// The classes are the two sides of a line through the origin.
func ExamplePair() {
	u := []float32{1, 0, 0, 1} // the directions of classes 0 and 1
	fmt.Println(synthetic.Pair{}.Label(u, []float32{3, 1}), synthetic.Pair{}.Label(u, []float32{-3, -1}))
	// Output: 0 1
}

// Points inside of the disc are of class 1, and there are as many outside.
func ExampleRadius() {
	b, err := synthetic.Radius{}.Sample(datasets.Rand(0, "test"), 2000)
	if err != nil {
		log.Fatal(err)
	}
	inside := 0
	for _, y := range b.Y {
		inside += int(y)
	}
	fmt.Printf("%.2f inside\n", float64(inside)/float64(len(b.Y)))
	// Output: 0.50 inside
}

// A domain is a family seen through a map: here all of it is stretched upwards.
func ExampleDomain() {
	plain, err := synthetic.Domain{N: 2}.Sample(datasets.Rand(0, "test"), 1)
	if err != nil {
		log.Fatal(err)
	}
	stretched, err := synthetic.Domain{N: 2, Map: [][]float64{{1, 0}, {0, 10}}}.Sample(datasets.Rand(0, "test"), 1)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%.2f becomes %.2f, label %d as before %d\n", plain.Point(0, 0), stretched.Point(0, 0), stretched.Y[0], plain.Y[0])
	// Output: [-0.55 0.73] becomes [-0.55 7.32], label 1 as before 1
}
