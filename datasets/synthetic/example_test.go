package synthetic_test

import (
	"fmt"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/synthetic"
)

// The zero value of a family is the paper's setting.
func ExampleProto() {
	family := synthetic.Proto{}
	b, err := family.Sample(datasets.Rand(1, "train"), 128)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(b.T, "tasks of", b.N, "points in", b.D, "dimensions")
	x, w := b.Point(3, 7), b.Latent["w"].Row(3) // point 7 of task 3, prototypes of task 3
	fmt.Println("the label follows the rule:", b.Y[3*b.N+7] == family.Label(w, x))
	// Output:
	// 128 tasks of 50 points in 2 dimensions
	// the label follows the rule: true
}

// A shifted family is the same family with another sigma.
func ExampleByName() {
	shifted, err := synthetic.ByName("pair", 3, 50)
	fmt.Printf("%+v %v\n", shifted, err)
	_, err = synthetic.ByName("foo", 1, 50)
	fmt.Println(err)
	// Output:
	// {N:50 D:0 C:0 NC:0 Sigma:3} <nil>
	// synthetic: unknown family "foo"; known: proto, pair, amort, radius, mix
}
