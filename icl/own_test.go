package icl_test

import (
	"testing"

	"github.com/goicl/goicl/icl/learnertest"
)

// TestVotePassesTheBattery: the learner of the example is a sound one.
func TestVotePassesTheBattery(t *testing.T) {
	learnertest.Run(t, Vote{}, learnertest.Expect{Permutation: true, Params: 2})
}
