package samplertest_test

import (
	"fmt"
	"log"
	"math"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/regression"
	"github.com/goicl/goicl/datasets/samplertest"
)

// What linear tasks should look like. Target is the rule, written a second time: it is given
// the latent variables of a task by name, and an input.
func ExampleExpect() {
	family := regression.Linear{N: 11, D: 3}
	e := samplertest.Expect{N: 11, D: 3, Mean: []float64{0, 0, 0}, Square: 3,
		Target: func(latent map[string][]float32, x []float32) (z float64) {
			for i, w := range latent["w"] {
				z += float64(w) * float64(x[i])
			}
			return z
		}} // samplertest.Run(t, family, e) checks all of it
	b, err := family.Sample(datasets.Rand(0, "expect"), 1)
	if err != nil {
		log.Fatal(err)
	}
	z := e.Target(map[string][]float32{"w": b.Latent["w"].Row(0)}, b.Point(0, 4))
	fmt.Println("the rule gives the target:", math.Abs(z-float64(b.Z[4])) < 1e-5)
	// Output: the rule gives the target: true
}
