package compare_test

import (
	"context"
	"fmt"
	"os"

	"github.com/goicl/goicl/datasets/synthetic"
	"github.com/goicl/goicl/icl/compare"
	"github.com/goicl/goicl/icl/metalearner"
	"github.com/goicl/goicl/icl/study"
	"github.com/goicl/goicl/icl/train"
)

// Does CNP learn as fast as ProtoNet on tasks that suit the latter? Runs are short here;
// in a notebook leave out what only makes them so, and Show the figures.
func ExampleRun() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	c, err := compare.Run(context.Background(), compare.Hypothesis{
		Title: "Does CNP learn as fast?",
		Arms: []study.Arm{
			{Learner: metalearner.ProtoNet{}, Tasks: synthetic.Proto{N: 10}, Recipe: train.Recipe{Steps: 40, Batch: 16, Rate: .01}},
			{Learner: metalearner.CNP{}},
		},
		Seeds: 3, Tests: 200,
	}, study.Options{Dir: dir, Backend: "go"})
	if err != nil {
		fmt.Println(err)
		return
	}
	e := c.Effects[0]
	fmt.Printf("%s is %s, on less than half of the tasks better: %v\n", e.Arm, e.Outcome, e.Superiority.Hi < .5)
	// Output:
	// CNP is worse, on less than half of the tasks better: true
}
