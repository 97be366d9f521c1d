package images_test

import (
	"fmt"
	"log"

	"github.com/goicl/goicl/datasets/images"
)

// The drawings of two alphabets.
func ExampleSet_In() {
	s, err := images.Small(28)
	if err != nil {
		log.Fatal(err)
	}
	two, err := s.In("two alphabets", "Greek", "Latin")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(two)
	// Output: two alphabets: 72 images of 28×28 pixels, 12 classes in 2 domains
}
