package construct_test

import (
	"math"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/construct"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/learnertest"
	"github.com/goicl/goicl/icl/metalearner"
)

func TestWitnessBattery(t *testing.T) {
	learnertest.Run(t, construct.Witness{}, learnertest.Expect{Permutation: true, Params: 3})
}

func TestWitnessIsATransformer(t *testing.T) {
	on := open(t, "go").Backend
	for _, d := range []int{2, 5, 16} {
		a, err := construct.Compare(construct.Witness{}, d, 2, 256, 0, on, on)
		if err != nil {
			t.Fatal(err)
		}
		if a.Float64 > tolerance64 || a.Float32 > tolerance32 {
			t.Errorf("d %d: %g in float64, %g in float32", d, a.Float64, a.Float32)
		}
	}
	if _, err := (construct.Witness{}).Params(2, 3); err == nil {
		t.Error("three classes are no error")
	}
}

// TestLaws: members of the classes obey their class's law at any width, and the
// witness breaks both.
func TestLaws(t *testing.T) {
	on := open(t, "go").Backend
	for _, test := range []struct {
		law    construct.Law
		l      learner.Learner
		obeyed bool
	}{
		{construct.Repetition, metalearner.GradientDescent{Steps: 3}, true},
		{construct.Repetition, metalearner.ANIL{Width: 16}, true},
		{construct.Repetition, metalearner.CNP{Width: 16}, true},
		{construct.Repetition, metalearner.ProtoNet{Width: 16}, true},
		{construct.Repetition, metalearner.MatchNet{Width: 16}, false}, // its prior is a virtual example
		{construct.Relabelling, metalearner.ProtoNet{Width: 16}, true},
		{construct.Relabelling, metalearner.MatchNet{Width: 16}, true},
		{construct.Relabelling, metalearner.MatchNet{Width: 16, Sum: true}, true},
		{construct.Relabelling, metalearner.Kernel{}, true},
		{construct.Relabelling, metalearner.CNP{Width: 16}, false},
		{construct.Relabelling, metalearner.ANIL{Width: 16}, false},
		{construct.Repetition, construct.Witness{}, false},
		{construct.Relabelling, construct.Witness{}, false},
	} {
		rng := datasets.Rand(0, "laws")
		weights, err := construct.RandomWeights(test.l, 2, 2, rng)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := construct.Answers(on, test.l, weights, 2, 2)
		if err != nil {
			t.Fatal(err)
		}
		broken, err := test.law.Broken(answer, 2, 2, 128, rng)
		if err != nil {
			t.Fatal(err)
		}
		if test.obeyed && broken > 1e-12 || !test.obeyed && broken < 1e-3 {
			t.Errorf("%s breaks %s by %g", test.l.Name(), test.law.Name, broken)
		}
	}
}

// TestLessons: the labels are drawn from the teacher's probabilities, and only the
// last ones.
func TestLessons(t *testing.T) {
	const tasks, n = 4000, 6
	weights := []float64{-1, .7, -.7}
	answer, err := construct.Answers(open(t, "go").Backend, construct.Witness{}, weights, 2, 2)
	if err != nil {
		t.Fatal(err)
	}
	lessons, err := construct.NewLessons("witness", weights, n, answer)
	if err != nil {
		t.Fatal(err)
	}
	b, err := lessons.Sample(datasets.Rand(0, "lessons"), tasks)
	if err != nil {
		t.Fatal(err)
	}
	answers, err := lessons.Answers(b)
	if err != nil {
		t.Fatal(err)
	}
	surplus, variance := 0., 0.
	for task, p := range answers {
		surplus += float64(b.Y[(task+1)*n-1]) - p[1]
		variance += p[0] * p[1]
	}
	if math.Abs(surplus) > 4*math.Sqrt(variance) {
		t.Errorf("%g more labels of class 1 than the teacher expects; standard deviation %g", surplus, math.Sqrt(variance))
	}
	if variance < tasks/20 {
		t.Errorf("the teacher is nearly always certain (variance %g), which tests nothing", variance/tasks)
	}
	if _, err := construct.NewLessons("witness", nil, 1, answer); err == nil {
		t.Error("lessons of one point are no error")
	}
}
