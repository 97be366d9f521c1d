package penguins_test

import (
	"fmt"
	"log"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/penguins"
)

// Gentoo penguins are told from Adelies by their flippers.
func ExampleOptions() {
	o := penguins.Options{Species: [2]string{"Adelie", "Gentoo"}, Features: [2]string{"flipper_length_mm", "body_mass_g"}, Queries: 5}
	splits, err := penguins.Splits(datasets.Rand(0, "penguins"), o, 20)
	if err != nil {
		log.Fatal(err)
	}
	b, err := splits.Batch(10)
	fmt.Println(b.T, "tasks of", b.D, "inputs and", b.C, "classes", err)
	// Output: 100 tasks of 2 inputs and 2 classes <nil>
}
