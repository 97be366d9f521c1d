package learnertest_test

import (
	"context"
	"fmt"
	"log"
	"math"

	"github.com/goicl/goicl/icl/engine"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/learnertest"
	"github.com/goicl/goicl/icl/metalearner"
	"github.com/goicl/goicl/icl/transformer"
	"github.com/goicl/goicl/internal/backend"
)

// orderless reports whether l answers alike with the first two of its examples swapped.
func orderless(l learner.Learner) bool {
	b, err := backend.Shared(context.Background(), "go")
	if err != nil {
		log.Fatal(err)
	}
	e, err := engine.Compile[float64](b.Backend, l, 2, 2)
	if err != nil {
		log.Fatal(err)
	}
	weights := make([]float64, e.Layout.Size)
	for i := range weights {
		weights[i] = math.Sin(float64(i))
	}
	tasks := learnertest.Noise(0, 1, 4, 2, 2) // 1 task of 4 points
	before, err := e.Logits(weights, tasks, []int32{3})
	if err != nil {
		log.Fatal(err)
	}
	first, second := tasks.Point(0, 0), tasks.Point(0, 1)
	first[0], first[1], second[0], second[1] = second[0], second[1], first[0], first[1]
	tasks.Y[0], tasks.Y[1] = tasks.Y[1], tasks.Y[0]
	after, err := e.Logits(weights, tasks, []int32{3})
	if err != nil {
		log.Fatal(err)
	}
	return math.Abs(after[0]-before[0]) < 1e-9
}

// What holds for two learners: prototypes do not depend on the order of examples, and a
// decoder, which has learned positions, does.
func ExampleExpect() {
	for _, l := range []learner.Learner{metalearner.ProtoNet{}, transformer.Decoder{Points: 6, Width: 8, Depth: 1, Heads: 2}} {
		_, targets := l.Params(2, 0)
		expect := learnertest.Expect{Permutation: orderless(l), Regression: targets == nil}
		fmt.Printf("%s %+v\n", l.Name(), expect) // what learnertest.Run(t, l, expect) checks
	}
	// Output:
	// ProtoNet {Permutation:true Regression:false Surrogate:false Precision:0 Params:0}
	// ICL-decoder {Permutation:false Regression:true Surrogate:false Precision:0 Params:0}
}
