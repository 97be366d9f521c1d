package icl_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"

	. "github.com/gomlx/gomlx/core/graph"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl"
	"github.com/goicl/goicl/icl/compare"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/metalearner"
	"github.com/goicl/goicl/icl/study"
	"github.com/goicl/goicl/icl/train"
)

// bands is a task family: the points near a line through the origin are of class 1.
var bands = datasets.Rule{Label: "bands", N: 30, D: 2, C: 2, Draw: func(rng *rand.Rand) func(x []float32) float64 {
	sin, cos := math.Sincos(math.Pi * rng.Float64())
	return func(x []float32) float64 {
		if math.Abs(cos*float64(x[0])+sin*float64(x[1])) < .67 {
			return 1
		}
		return 0
	}
}}

// Vote is a learner: every example votes for its class, with a weight that falls with the
// distance from the query in units that are learned.
type Vote struct{}

func (Vote) Name() string { return "Vote" }

func (Vote) Params(d, _ int) ([]learner.Param, error) {
	return []learner.Param{{Name: "scale", Dims: []int{d}, Init: learner.Constant(0)}}, nil
}

func (Vote) Logits(w learner.Weights, ep learner.Episode) *Node {
	scale := ExpandLeftToRank(Exp(w.Get("scale")), 3)
	x, q := InsertAxes(Mul(ep.X, scale), 1), InsertAxes(Mul(ep.Queries, scale), 2)
	near := Mul(Exp(Neg(ReduceSum(Square(Sub(x, q)), -1))), ep.Context) // [B, M, N]
	votes := Einsum("bmn,bnc->bmc", near, ep.Y)
	return Log(AddScalar(votes, .01))
}

// A user-defined task family and learner, as they are written in a cell: they train, are
// evaluated and compared like the library's.
func Example_ownFamilyAndLearner() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	ctx, opts := context.Background(), []train.Option{train.WithDir(dir), train.WithBackend("go")}

	recipe := train.Recipe{Steps: 40, Batch: 8, Rate: .05}
	vote, err := icl.Train(ctx, Vote{}, bands, recipe, nil, opts...)
	if err != nil {
		fmt.Println(err)
		return
	}
	curves, err := icl.Evaluate(ctx, bands, 500, vote)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%s after 29 examples is above chance level: %v\n", vote.Name(), curves[0].Lo[29] > .5)

	c, err := icl.Compare(ctx, compare.Hypothesis{Seeds: 3, Tests: 200, Arms: []study.Arm{
		{Learner: metalearner.ProtoNet{}, Tasks: bands, Recipe: recipe},
		{Learner: Vote{}},
	}}, nil, opts...)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(c.Effects[0].Arm, "is", c.Effects[0].Outcome, "than ProtoNet")
	// Output:
	// Vote after 29 examples is above chance level: true
	// Vote is better than ProtoNet
}
