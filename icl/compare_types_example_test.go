package icl_test

import (
	"context"
	"fmt"
	"os"

	"github.com/goicl/goicl/datasets/synthetic"
	"github.com/goicl/goicl/icl"
	"github.com/goicl/goicl/icl/metalearner"
	"github.com/goicl/goicl/icl/train"
	"github.com/goicl/goicl/icl/transformer"
)

// A hypothesis needs something to compare with; what is missing is said.
func ExampleHypothesis() {
	_, err := icl.Compare(context.Background(), icl.Hypothesis{Arms: []icl.Arm{{}}, Seeds: 5}, nil)
	fmt.Println(err)
	// Output:
	// icl: 1 arms to compare; want at least 2, such as Arms: []icl.Arm{{}, {Name: "shallow", Learner: transformer.Paper{Depth: 2}}}
}

// What an arm leaves out it shares with the first: here all but the number of steps.
func ExampleArm() {
	short := icl.Arm{Name: "short", Learner: transformer.Paper{Depth: 2}, Recipe: train.Fast(500)}
	long := icl.Arm{Name: "long", Recipe: train.Fast(2000)}
	fmt.Println(short.Name, short.Recipe.Steps, "steps;", long.Name, long.Recipe.Steps, "steps")
	// Output:
	// short 500 steps; long 2000 steps
}

// An effect is the difference from the first arm, seed by seed. A step more or less does not
// matter: with a margin, that is found, too.
func ExampleEffect() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	arm := icl.Arm{Name: "one", Learner: metalearner.ProtoNet{}, Tasks: synthetic.Proto{N: 6}, Recipe: train.Recipe{Steps: 2, Batch: 4}}
	c, err := icl.Compare(context.Background(), icl.Hypothesis{
		Arms: []icl.Arm{arm, {Name: "one more", Recipe: train.Recipe{Steps: 3, Batch: 4}}}, Seeds: 3, Tests: 64, Margin: .2,
	}, nil, train.WithDir(dir), train.WithBackend("go"))
	if err != nil {
		fmt.Println(err)
		return
	}
	e := c.Effects[0]
	fmt.Println(e.Arm, "over", len(e.Seeds), "seeds:", e.Outcome)
	// Output:
	// one more over 3 seeds: equal
}

// All outcomes but one are settled.
func ExampleOutcome() {
	for _, o := range []icl.Outcome{icl.Better, icl.Worse, icl.Equal, icl.Open} {
		fmt.Println(o, "is settled:", o != icl.Open)
	}
	// Output:
	// better is settled: true
	// worse is settled: true
	// equal is settled: true
	// open is settled: false
}
