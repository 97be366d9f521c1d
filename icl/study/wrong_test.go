package study_test

import (
	"context"
	"math"
	"strings"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/synthetic"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/metalearner"
	"github.com/goicl/goicl/icl/study"
	"github.com/goicl/goicl/icl/train"
)

// sound is a study in which nothing is wrong.
func sound() *study.Study {
	return &study.Study{
		Name: "own", Seeds: 2,
		Arms:       []study.Arm{{Name: "mine", Learner: metalearner.ProtoNet{}, Tasks: synthetic.Proto{N: 6}, Recipe: train.Recipe{Steps: 2, Batch: 4, OnePrefix: true}}},
		Conditions: []study.Condition{study.On(synthetic.Proto{N: 6}, 4)},
	}
}

// TestPanicsInAStudy: a panic in any function of a study, also in those that run in goroutines,
// is an error that says which and where.
func TestPanicsInAStudy(t *testing.T) {
	boom := func() { panic("boom") }
	for want, change := range map[string]func(s *study.Study){
		`Sample of condition "proto" panicked: boom (at `: func(s *study.Study) {
			s.Conditions[0].Sample = func(uint64) (*datasets.Batch, error) { boom(); return nil, nil }
		},
		"the batch is nil": func(s *study.Study) {
			s.Conditions[0].Sample = func(uint64) (*datasets.Batch, error) { return nil, nil }
		},
		`Derive of condition "proto" panicked: boom (at `: func(s *study.Study) {
			s.Conditions[0].Derive = func(context.Context, *study.Session, uint64) ([]eval.Predictor, error) { boom(); return nil, nil }
		},
		`predictor 0 of Derive of condition "proto" is nil`: func(s *study.Study) {
			s.Conditions[0].Derive = func(context.Context, *study.Session, uint64) ([]eval.Predictor, error) {
				return []eval.Predictor{nil}, nil
			}
		},
		`Test of condition "proto" panicked: boom (at `: func(s *study.Study) {
			s.Conditions[0].Test = func(context.Context, eval.Predictor, uint64, *datasets.Batch, []int) (*eval.Scores, error) {
				boom()
				return nil, nil
			}
		},
		`Test of condition "proto" returned neither scores nor an error for ProtoNet`: func(s *study.Study) {
			s.Conditions[0].Test = func(context.Context, eval.Predictor, uint64, *datasets.Batch, []int) (*eval.Scores, error) {
				return nil, nil
			}
		},
		`Criterion of arm "mine" panicked: boom (at `: func(s *study.Study) {
			s.Arms[0].Rates = []float64{.1, .2}
			s.Arms[0].Criterion = func(context.Context, *train.Fitted) (float64, error) { boom(); return 0, nil }
		},
		`Criterion of arm "mine" is NaN`: func(s *study.Study) {
			s.Arms[0].Rates = []float64{.1, .2}
			s.Arms[0].Criterion = func(context.Context, *train.Fitted) (float64, error) { return math.NaN(), nil }
		},
		`Make of arm "mine" panicked: boom (at `: func(s *study.Study) {
			s.Arms[0].Make = func(context.Context, *study.Session, uint64, train.Config) (train.Config, error) {
				boom()
				return train.Config{}, nil
			}
		},
		`Do of part "sum" panicked: boom (at `: func(s *study.Study) {
			s.Parts = []study.Part{{Label: "sum", Do: func(context.Context, *study.Session) error { boom(); return nil }}}
		},
		`part "sum" has no Do`: func(s *study.Study) { s.Parts = []study.Part{{Label: "sum"}} },
		"Report panicked: boom (at ": func(s *study.Study) {
			s.Report = func(context.Context, *study.Data, *study.Result) error { boom(); return nil }
		},
		"own with 100000000 seeds; want at most 10000":    func(s *study.Study) { s.Seeds = 100_000_000 },
		`arm "mine" of own: train: Steps is 0`:            func(s *study.Study) { s.Arms[0].Recipe = train.Recipe{} },
		`arm "mine" of own: a test after step 5 of 2`:     func(s *study.Study) { s.Arms[0].TestAt = []int{5} },
		`arm "mine" of own: a rate of NaN to choose from`: func(s *study.Study) { s.Arms[0].Rates = []float64{math.NaN()} },
		`arm "mine" of own: -1 starts and 0 seeds`:        func(s *study.Study) { s.Arms[0].Starts = -1 },
		"the sampler is nil":                              func(s *study.Study) { s.Conditions = []study.Condition{study.On(nil, 3)} },
	} {
		s := sound()
		change(s)
		_, err := study.Run(t.Context(), s, study.Options{Dir: t.TempDir(), Backend: "go"})
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("error %v\nwant one line with %q", err, want)
		}
	}
	if _, err := study.Run(t.Context(), sound(), study.Options{Dir: t.TempDir(), Backend: "nosuch"}); err == nil || !strings.Contains(err.Error(), "unknown backend") {
		t.Errorf("error %v of a backend that does not exist", err)
	}
	o := study.Options{Dir: t.TempDir(), Backend: "go", Progress: func(study.Progress) { boom() }}
	if _, err := study.Run(t.Context(), sound(), o); err == nil || !strings.Contains(err.Error(), "panicked: boom (at ") {
		t.Errorf("error %v of a Progress that panics", err)
	}
	if _, err := (study.Registry{{Name: "own", New: func(string) (*study.Study, error) { return nil, nil }}}).New("own", "smoke"); err == nil {
		t.Error("a study that is nil is no error")
	}
}
