package train

import (
	"testing"

	"github.com/goicl/goicl/datasets/synthetic"
	"github.com/goicl/goicl/icl/metalearner"
)

// TestSpeeds times steps on Go's backend: a first one and a later one. A backend that does
// not exist, and a config that cannot be drawn from, are errors.
func TestSpeeds(t *testing.T) {
	cfg := Config{Learner: metalearner.ProtoNet{}, Tasks: synthetic.Proto{N: 5}, Recipe: Recipe{Steps: 1, Batch: 2}}
	speeds, err := Speeds(t.Context(), cfg, "go")
	if err != nil || len(speeds) != 1 || speeds[0].First <= 0 || speeds[0].Step <= 0 || speeds[0].Backend != "go" {
		t.Errorf("%+v, error %v; want the times of two steps", speeds, err)
	}
	if _, err := Speeds(t.Context(), cfg, "abacus"); err == nil {
		t.Error("a backend that does not exist is timed")
	}
	if _, err := Speeds(t.Context(), Config{Learner: cfg.Learner}, "go"); err == nil {
		t.Error("steps without tasks are timed")
	}
}
