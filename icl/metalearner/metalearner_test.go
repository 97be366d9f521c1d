package metalearner_test

import (
	"strings"
	"testing"

	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/learnertest"
	"github.com/goicl/goicl/icl/metalearner"
)

// TestBattery runs the battery on every learner. The parameter counts are the
// paper's, plus one for each prior and temperature.
func TestBattery(t *testing.T) {
	for name, test := range map[string]struct {
		learner    learner.Learner
		params     int
		regression bool
	}{
		"ProtoNet":            {metalearner.ProtoNet{}, 12 + 1, false},
		"ProtoNet-64":         {metalearner.ProtoNet{Width: 64}, 0, false},
		"ProtoNet, direct":    {metalearner.ProtoNet{Direct: true}, 1 + 1, false},
		"MatchNet, direct":    {metalearner.MatchNet{Direct: true}, 2, false},
		"ProtoNet, published": {metalearner.ProtoNet{Parity: true}, 12, false},
		"MatchNet":            {metalearner.MatchNet{}, 12 + 2, false},
		"MatchNet-64":         {metalearner.MatchNet{Width: 64}, 0, false},
		"MatchNet-sum":        {metalearner.MatchNet{Sum: true}, 12 + 1, false},
		"MatchNet, published": {metalearner.MatchNet{Sum: true, Parity: true}, 12, false},
		"CNP":                 {metalearner.CNP{}, 250, true},
		"CNP-64":              {metalearner.CNP{Width: 64}, 0, true},
		"GD, one step":        {metalearner.GradientDescent{}, 4 + 1, true},
		"GD, four steps":      {metalearner.GradientDescent{Steps: 4}, 4 + 4, true},
		"ANIL":                {metalearner.ANIL{}, 12 + 6 + 5, false},
		"ANIL of 8":           {metalearner.ANIL{Steps: 2, Width: 8}, 0, false},
		"kernel":              {metalearner.Kernel{}, 1, true},
	} {
		t.Run(name, func(t *testing.T) {
			learnertest.Run(t, test.learner, learnertest.Expect{Permutation: true, Regression: test.regression, Params: test.params})
		})
	}
}

// TestClassifiersRefuseRegression: the error names the learner and what to use.
func TestClassifiersRefuseRegression(t *testing.T) {
	for _, l := range []learner.Learner{metalearner.ProtoNet{}, metalearner.MatchNet{}, metalearner.MatchNet{Sum: true}} {
		_, err := l.Params(2, 0)
		if err == nil || !strings.Contains(err.Error(), l.Name()) || !strings.Contains(err.Error(), "CNP") {
			t.Errorf("%s: error %v; want one that says what to use", l.Name(), err)
		}
	}
}

func TestWrongSettings(t *testing.T) {
	for name, test := range map[string]struct {
		learner learner.Learner
		want    string
	}{
		"negative width":       {metalearner.CNP{Width: -3}, "-3"},
		"parity of a wide net": {metalearner.ProtoNet{Width: 64, Parity: true}, "64"},
		"direct with a width":  {metalearner.ProtoNet{Width: 64, Direct: true}, "64"},
		"direct parity":        {metalearner.MatchNet{Sum: true, Direct: true, Parity: true}, "Direct"},
		"parity without sum":   {metalearner.MatchNet{Parity: true}, "Sum"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := test.learner.Params(2, 2)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v; want one with %q", err, test.want)
			}
		})
	}
}
