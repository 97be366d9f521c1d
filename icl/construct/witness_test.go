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

// TestInvariances: the members of a class have its invariance at any width, and the
// witness violates both.
func TestInvariances(t *testing.T) {
	on := open(t, "go").Backend
	for _, test := range []struct {
		of    construct.Invariance
		l     learner.Learner
		holds bool
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
		answer, err := construct.Predictor(on, test.l, weights, 2, 2)
		if err != nil {
			t.Fatal(err)
		}
		violation, err := test.of.Violation(answer, 2, 2, 128, rng)
		if err != nil {
			t.Fatal(err)
		}
		if test.holds && violation > 1e-12 || !test.holds && violation < 1e-3 {
			t.Errorf("%s violates %s by %g", test.l.Name(), test.of.Name, violation)
		}
	}
}

// TestDistillation: the labels are drawn from the teacher's probabilities, and only the
// last ones.
func TestDistillation(t *testing.T) {
	const count, n = 4000, 6
	weights := []float64{-1, .7, -.7}
	answer, err := construct.Predictor(open(t, "go").Backend, construct.Witness{}, weights, 2, 2)
	if err != nil {
		t.Fatal(err)
	}
	tasks, err := construct.NewDistillation("witness", weights, n, answer)
	if err != nil {
		t.Fatal(err)
	}
	b, err := tasks.Sample(datasets.Rand(0, "lessons"), count)
	if err != nil {
		t.Fatal(err)
	}
	answers, err := tasks.SoftTargets(b)
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
	if variance < count/20 {
		t.Errorf("the teacher is nearly always certain (variance %g), which tests nothing", variance/count)
	}
	if _, err := construct.NewDistillation("witness", nil, 1, answer); err == nil {
		t.Error("tasks of one point are no error")
	}
}
