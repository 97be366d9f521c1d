package icl_test

import (
	"context"
	"fmt"
	"os"

	"github.com/goicl/goicl/datasets/synthetic"
	"github.com/goicl/goicl/icl"
	"github.com/goicl/goicl/icl/metalearner"
	"github.com/goicl/goicl/icl/train"
)

// Does CNP learn as fast as ProtoNet on tasks that suit the latter? Runs are short here;
// in a notebook leave out what only makes them so, and Show the figures.
func ExampleCompare() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	c, err := icl.Compare(context.Background(), icl.Hypothesis{
		Title: "Does CNP learn as fast?",
		Arms: []icl.Arm{
			{Learner: metalearner.ProtoNet{}, Tasks: synthetic.Proto{N: 10}, Recipe: train.Recipe{Steps: 40, Batch: 16, Rate: .01}},
			{Learner: metalearner.CNP{}},
		},
		Seeds: 3, Tests: 200,
	}, nil, train.WithDir(dir), train.WithBackend("go"))
	if err != nil {
		fmt.Println(err)
		return
	}
	e := c.Effects[0]
	fmt.Printf("%s is %s, on less than half of the tasks better: %v\n", e.Arm, e.Outcome, e.Superiority.Hi < .5)
	// Output:
	// CNP is worse, on less than half of the tasks better: true
}
