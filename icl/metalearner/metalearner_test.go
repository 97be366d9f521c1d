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
		learner learner.Learner
		params  int
	}{
		"ProtoNet":            {metalearner.ProtoNet{}, 12 + 1},
		"ProtoNet-64":         {metalearner.ProtoNet{Width: 64}, 0},
		"ProtoNet, published": {metalearner.ProtoNet{Parity: true}, 12},
		"MatchNet":            {metalearner.MatchNet{}, 12 + 2},
		"MatchNet-64":         {metalearner.MatchNet{Width: 64}, 0},
		"MatchNet-sum":        {metalearner.MatchNet{Sum: true}, 12 + 1},
		"MatchNet, published": {metalearner.MatchNet{Sum: true, Parity: true}, 12},
		"CNP":                 {metalearner.CNP{}, 250},
		"CNP-64":              {metalearner.CNP{Width: 64}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			learnertest.Run(t, test.learner, learnertest.Expect{Permutation: true, Params: test.params})
		})
	}
}

func TestWrongSettings(t *testing.T) {
	for name, test := range map[string]struct {
		learner learner.Learner
		want    string
	}{
		"negative width":       {metalearner.CNP{Width: -3}, "-3"},
		"parity of a wide net": {metalearner.ProtoNet{Width: 64, Parity: true}, "64"},
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
