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

// Is MatchNet better than ProtoNet on tasks that suit it? Runs are short here; in a
// notebook leave out what only makes them so, and Show the figures.
func ExampleCompare() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	c, err := icl.Compare(context.Background(), icl.Hypothesis{
		Title: "Is MatchNet better on lines through the origin?",
		Arms: []icl.Arm{
			{Learner: metalearner.ProtoNet{}, Tasks: synthetic.Pair{N: 20}, Recipe: train.Recipe{Steps: 150, Batch: 16, Rate: .01}},
			{Learner: metalearner.MatchNet{}},
		},
		Seeds: 4, Tests: 200,
	}, nil, train.WithDir(dir), train.WithBackend("go"))
	if err != nil {
		fmt.Println(err)
		return
	}
	e := c.Effects[0]
	fmt.Printf("%s is %s; on more than half of the tasks: %v\n", e.Arm, e.Outcome, e.Superiority.Lo > .5)
	// Output:
	// MatchNet is better; on more than half of the tasks: true
}
