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

// A hypothesis needs something to compare with; what is missing is said.
func ExampleHypothesis() {
	_, err := compare.Run(context.Background(), compare.Hypothesis{Arms: []study.Arm{{}}, Seeds: 5}, study.Options{})
	fmt.Println(err)
	// Output:
	// compare: 1 arms to compare; want at least 2, such as Arms: []study.Arm{{}, {Name: "shallow", Learner: transformer.Paper{Depth: 2}}}
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
	arm := study.Arm{Name: "one", Learner: metalearner.ProtoNet{}, Tasks: synthetic.Proto{N: 6}, Recipe: train.Recipe{Steps: 2, Batch: 4}}
	c, err := compare.Run(context.Background(), compare.Hypothesis{
		Arms: []study.Arm{arm, {Name: "one more", Recipe: train.Recipe{Steps: 3, Batch: 4}}}, Seeds: 3, Tests: 64, Margin: .2,
	}, study.Options{Dir: dir, Backend: "go"})
	if err != nil {
		fmt.Println(err)
		return
	}
	e := c.Effects[0]
	fmt.Println(e.Arm, "over", len(e.Seeds), "seeds:", e.Outcome)
	// Output:
	// one more over 3 seeds: equal
}

// Three arms, every two of them compared, with intervals that hold at once.
func ExampleResult_pairs() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	arm := study.Arm{Name: "two steps", Learner: metalearner.ProtoNet{}, Tasks: synthetic.Proto{N: 6}, Recipe: train.Recipe{Steps: 2, Batch: 4}}
	c, err := compare.Run(context.Background(), compare.Hypothesis{
		Arms:  []study.Arm{arm, {Name: "three", Recipe: train.Recipe{Steps: 3, Batch: 4}}, {Name: "four", Recipe: train.Recipe{Steps: 4, Batch: 4}}},
		Pairs: true, Simultaneous: true, Seeds: 3, Tests: 64, Margin: .3,
	}, study.Options{Dir: dir, Backend: "go"})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, e := range c.Effects {
		fmt.Println(e.Arm, "against", e.Against, "is", e.Outcome)
	}
	// Output:
	// three against two steps is equal
	// four against two steps is equal
	// four against three is equal
}
