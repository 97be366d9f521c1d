package datasets_test

import (
	"fmt"
	"log"
	"math/rand/v2"
	"strings"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/regression"
	"github.com/goicl/goicl/datasets/synthetic"
)

// Point n of a task is the query, and the points before it are its context.
func ExampleBatch() {
	b := datasets.NewBatch(1, 3, 2, 2) // 1 task, 3 points, 2 inputs, 2 classes
	copy(b.X, []float32{0, 0, 1, 1, .9, .8})
	copy(b.Y, []int32{0, 1, 1})
	fmt.Println("context", b.Point(0, 0), b.Point(0, 1), "query", b.Point(0, 2))
	b.Y[2] = 7
	fmt.Println(b.Validate())
	// Output:
	// context [0 0] [1 1] query [0.9 0.8]
	// datasets: label 7 in task 0, point 2; want 0..1
}

// What a task was drawn from is kept for oracles and tests; no learner sees it.
func ExampleLatent() {
	b, err := synthetic.Pair{}.Sample(datasets.Rand(1, "test"), 10)
	if err != nil {
		log.Fatal(err)
	}
	u := b.Latent["u"] // the direction of each class
	agree := synthetic.Pair{}.Label(u.Row(3), b.Point(3, 0)) == b.Y[3*b.N]
	fmt.Println(u.Dims, "the label follows from it:", agree)
	// Output: [2 2] the label follows from it: true
}

// coin is a user-defined family: tasks whose labels have nothing to do with x.
type coin struct{}

func (coin) Name() string { return "coin" }

func (coin) Sample(rng *rand.Rand, tasks int) (*datasets.Batch, error) {
	b := datasets.NewBatch(tasks, 50, 2, 2)
	for i := range b.X {
		b.X[i] = float32(datasets.Normal(rng))
	}
	for i := range b.Y {
		b.Y[i] = int32(rng.IntN(2))
	}
	return b, nil
}

// A user-defined family needs a name and ten lines; it mixes with the others.
func ExampleSampler() {
	var own datasets.Sampler = coin{}
	mix := datasets.Mix{Samplers: []datasets.Sampler{own, synthetic.Proto{}}}
	b, err := mix.Sample(datasets.Rand(0, "train"), 6)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(b.T, "tasks of the families", b.Latent["family"].Data)
	// Output: 6 tasks of the families [0 1 1 0 0 1]
}

// The tasks of domains come in groups: those of one domain, then those of another.
func ExampleGrouped() {
	var s datasets.Grouped = regression.Domains{Tasks: 64}
	b, err := s.Sample(datasets.Rand(0, "train"), 128)
	if err != nil {
		log.Fatal(err)
	}
	domain := b.Latent["domain"].Data
	fmt.Println(s.Group(), domain[0], domain[63], domain[64])
	// Output: 64 0 0 1
}

// A curriculum has other tasks at each step, in batches of one size.
func ExampleScheduled() {
	var s datasets.Scheduled = regression.Curriculum{Family: regression.Linear{N: 5, D: 4}, From: 1, Every: 100}
	for _, step := range []int{0, 200} {
		b, err := s.At(step).Sample(datasets.Rand(0, "train"), 1)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("step %d: %.1f\n", step, b.Point(0, 0))
	}
	// Output:
	// step 0: [-0.9 0.0 0.0 0.0]
	// step 200: [-0.9 1.3 0.1 0.0]
}

// A table becomes tasks: a context of labelled rows, and a query.
func ExampleSplits() {
	csv := "height,weight,kind\n1,2,cat\n2,2,cat\n3,1,cat\n8,9,dog\n9,7,dog\n7,8,dog\n"
	table, err := datasets.ReadTable(strings.NewReader(csv), "kind")
	if err != nil {
		log.Fatal(err)
	}
	splits, err := table.Split(datasets.Rand(0, "splits"), 10, 4, 2)
	if err != nil {
		log.Fatal(err)
	}
	b, err := splits.Batch(4) // the tasks with four examples
	fmt.Println(table.Classes, b.T, "tasks,", splits.Queries(), "a split; first labels", b.Y[:b.N], err)
	// Output: [cat dog] 20 tasks, 2 a split; first labels [1 1 0 0 0] <nil>
}
