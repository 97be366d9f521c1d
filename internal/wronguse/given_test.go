//go:build unix

package wronguse_test

import (
	"context"
	"math/rand/v2"
	"reflect"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/regression"
	"github.com/goicl/goicl/datasets/synthetic"
	"github.com/goicl/goicl/icl/compare"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/metalearner"
	"github.com/goicl/goicl/icl/optim"
	"github.com/goicl/goicl/icl/study"
	"github.com/goicl/goicl/icl/train"
)

// silent is a sampler that returns neither tasks nor an error.
type silent struct{}

func (silent) Name() string                                    { return "silent" }
func (silent) Sample(*rand.Rand, int) (*datasets.Batch, error) { return nil, nil }

// crashing is a sampler that panics.
type crashing struct{ silent }

func (crashing) Sample(*rand.Rand, int) (*datasets.Batch, error) { panic("no tasks") }

// stingy is a sampler of one task, whatever is asked for.
type stingy struct{ silent }

func (stingy) Sample(rng *rand.Rand, _ int) (*datasets.Batch, error) {
	return synthetic.Proto{N: 6}.Sample(rng, 1)
}

// speechless is a learner whose methods panic.
type speechless struct{ metalearner.ProtoNet }

func (speechless) Name() string                             { panic("no name") }
func (speechless) Params(int, int) ([]learner.Param, error) { panic("no parameters") }

// untaught is an update rule that panics.
type untaught struct{}

func (untaught) Name() string                                           { return "untaught" }
func (untaught) Moments() []string                                      { return []string{"a"} }
func (untaught) Update(int, float64, []float64, []float64, [][]float64) { panic("no update") }

// wrongArms are arms with one thing wrong each, which a second arm beside a right one has.
func wrongArms() []study.Arm {
	of := func(t datasets.Sampler) study.Arm { return study.Arm{Name: "b", Tasks: t} }
	by := func(r train.Recipe) study.Arm { return study.Arm{Name: "b", Recipe: r} }
	return []study.Arm{
		of((*synthetic.Proto)(nil)), of(silent{}), of(crashing{}), of(stingy{}), of(regression.Linear{}), of(datasets.Mix{Samplers: []datasets.Sampler{nil}}),
		{Name: "b", Learner: (*metalearner.ProtoNet)(nil)}, {Name: "b", Learner: speechless{}}, {Name: "b", From: &train.Fitted{}},
		by(train.Recipe{Steps: 1, Optimizer: optim.Optimizer{Own: (*untaught)(nil)}}), by(train.Recipe{Steps: 1, Optimizer: optim.Own(untaught{})}),
		by(train.Recipe{Steps: 1, Schedule: func(int) float64 { panic("no rate") }}), by(train.Recipe{Steps: 1, Schedule: optim.Constant(-1)}), by(train.Recipe{Steps: -1}),
	}
}

// given are arguments for functions whose wrong values lie deep, by name: comparisons and
// studies of two arms.
func given(name string) (lists [][]reflect.Value) {
	ctx := context.Background()
	add := func(args ...any) {
		var list []reflect.Value
		for _, a := range args {
			list = append(list, reflect.ValueOf(a))
		}
		lists = append(lists, list)
	}
	good := study.Arm{Name: "a", Learner: metalearner.ProtoNet{}, Tasks: synthetic.Proto{N: 6}, Recipe: train.Recipe{Steps: 1, Batch: 2}}
	for _, bad := range wrongArms() {
		arms := []study.Arm{good, bad}
		second := bad
		if second.Learner == nil {
			second.Learner = good.Learner
		}
		if second.Tasks == nil {
			second.Tasks = good.Tasks
		}
		if second.Recipe.IsZero() {
			second.Recipe = good.Recipe
		}
		s := &study.Study{Name: "wrong", Seeds: 2, Arms: []study.Arm{second}, Conditions: []study.Condition{study.On(second.Tasks, 2)}}
		cfg := train.Config{Learner: second.Learner, Tasks: second.Tasks, Recipe: second.Recipe, From: second.From}
		switch name {
		case "icl/compare.Run":
			add(ctx, compare.Hypothesis{Arms: arms, Seeds: 2, Tests: 2}, study.Options{})
			add(ctx, compare.Hypothesis{Arms: arms, Seeds: 2, Tests: 2, Pairs: true, Test: bad.Tasks}, study.Options{})
		case "icl/study.Run":
			add(ctx, s, study.Options{})
		case "icl/study.On":
			add(second.Tasks, 2)
		case "icl/train.Train":
			add(ctx, cfg, []train.Option{train.WithBackend("go")})
		case "icl/train.Open":
			add(cfg, []train.Option{train.WithBackend("go")})
		case "icl/train.FromWeights":
			add(second.Learner, second.Tasks, []float32{1}, []train.Option{})
		}
	}
	return lists
}
