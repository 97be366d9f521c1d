// Package study runs experiments that are written down as values: arms (a learner, the
// tasks it is trained on and a recipe) for several seeds, conditions under which they are
// tested, and a report that turns scores into curves, tables, checks and findings.
//
// [Run] trains what is missing, side by side, loads what was trained before, tests
// everything and judges the checks. The five claims of the paper are studies, as is each
// comparison of package compare; a user-defined study uses the same types.
package study

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/train"
	"github.com/goicl/goicl/internal/usercode"
)

// Study is an experiment. Name is required, Seeds or Looks, and Arms, Parts or a Condition with
// Derive. The functions in it may be called from several goroutines at once.
type Study struct {
	Name   string // names the study, such as "claim2"
	Title  string // the statement that it tests, in words
	Preset string // its size, such as "quick"
	// Seeds is the number of seeds: every arm is trained with seeds 0 to Seeds − 1, and
	// comparisons are paired by seed. With one seed, intervals are over test tasks, and
	// checks are refused.
	Seeds int
	// Looks, in place of Seeds, are the numbers of seeds after which checks are judged, until
	// none is open; see [LooksAt].
	Looks []Look
	// Statements are what the study tests, each with checks of its own; see [Check.For]. None
	// means the one of Title.
	Statements []Statement
	Arms       []Arm
	// Conditions are what arms are tested under.
	Conditions []Condition
	// Parts are computations besides training and testing, made side by side with it.
	Parts []Part
	// Report fills in the result once everything is trained and tested.
	Report func(ctx context.Context, d *Data, r *Result) error
	// Settings is whatever the result depends on besides arms and conditions, written as
	// JSON. A study with Settings keeps its result under a hash of them and of its runs, so
	// that the same study is only loaded. Without, it is reported anew each time.
	Settings any
}

// Arm is one way of training a learner.
type Arm struct {
	Name    string // unique in the study, such as "ICL(mix)"; "" means the learner's
	Learner learner.Learner
	Tasks   datasets.Sampler
	Recipe  train.Recipe
	// From is a trained learner whose weights training starts from, see [train.Config].
	From *train.Fitted
	// Seeds is the number of seeds that the arm is made with, the first ones; 0 means all. For
	// what is told and not checked, few are enough.
	Seeds int
	// Last takes the weights after the last step, not those of least validation loss: at the
	// end of a falling rate they are as good, and vary less from seed to seed.
	Last bool
	// Starts is the number of random starts of each run, see [train.BestOf]; 0 means 1.
	Starts int
	// Rates are learning rates to choose from: the one of least Criterion, in the mean over
	// the seeds that try it, is taken for all seeds. None means that of Recipe.
	Rates []float64
	// RateSeeds is the number of seeds that try each rate, from 0 on; 0 means 2.
	RateSeeds int
	// Criterion is what a rate is chosen by, on validation data; nil means the validation
	// loss. It returns +Inf for a learner that is of no use.
	Criterion func(ctx context.Context, f *train.Fitted) (float64, error)
	// TestAt are the steps after which the arm is tested. None means the end alone: the
	// weights of least validation loss.
	TestAt []int
	// MayDiverge has a run that diverges count like others, as it was after the steps of TestAt
	// that it reached; else its seed is left out of the study.
	MayDiverge bool
	// Make, where it is set, changes the run's config for a seed: for arms that need other
	// runs of the session. A nil error and a config without a learner mean that such a run
	// diverged.
	Make func(ctx context.Context, s *Session, seed uint64, c train.Config) (train.Config, error)
}

// Condition is a distribution of test tasks. All predictors see the same tasks of a seed.
type Condition struct {
	Name   string // unique in the study
	Family string // of tasks, as curves name it; "" means Name
	// Sample draws the test tasks of a seed.
	Sample func(seed uint64) (*datasets.Batch, error)
	At     []int // numbers of examples, see [eval.Evaluate]; none means all
	// First is the smallest number of examples that counts in a task's mean over numbers
	// of examples.
	First int
	// Unit divides squared errors, see [eval.WithUnit]; 0 means 1.
	Unit float64
	// Keep keeps every single prediction, see [Data.Scores].
	Keep bool
	// Arms are the names of the arms that are tested; nil means all.
	Arms []string
	// Derive makes predictors that are not trained, or are made of trained ones: it is
	// called for each seed whose runs all succeeded.
	Derive func(ctx context.Context, s *Session, seed uint64) ([]eval.Predictor, error)
	// Test scores a predictor on tasks; nil means [eval.Evaluate].
	Test func(ctx context.Context, p eval.Predictor, seed uint64, b *datasets.Batch, at []int) (*eval.Scores, error)
}

// Part is a computation of a study.
type Part struct {
	Label string
	Do    func(ctx context.Context, s *Session) error
}

// On is the condition of tasks fresh tasks of a family for each seed, at all numbers of
// examples.
func On(family datasets.Sampler, tasks int) Condition {
	if _, err := usercode.NameOf("sampler", family); err != nil {
		return Condition{Name: "no family", Sample: func(uint64) (*datasets.Batch, error) { return nil, err }}
	}
	return Condition{
		Name: family.Name(),
		Sample: func(seed uint64) (*datasets.Batch, error) {
			return family.Sample(datasets.Rand(seed, "test/"+family.Name()), tasks)
		},
	}
}

func (a Arm) name() string {
	if a.Name != "" || usercode.Nil(a.Learner) {
		return a.Name
	}
	name, _ := usercode.NameOf("learner", a.Learner) // none is reported by Validate
	return name
}

func (c Condition) family() string {
	if c.Family == "" {
		return c.Name
	}
	return c.Family
}

// covers reports whether an arm is tested under the condition.
func (c Condition) covers(a Arm) bool { return c.Arms == nil || slices.Contains(c.Arms, a.name()) }

// trying is the number of seeds that try each rate of an arm.
func (s *Study) trying(a Arm) uint64 {
	most := min(s.most(), cmp.Or(a.Seeds, s.most()))
	return uint64(min(most, cmp.Or(a.RateSeeds, 2)))
}

// has reports whether the arm is made with a seed.
func (a Arm) has(seed uint64) bool { return a.Seeds == 0 || seed < uint64(a.Seeds) }

// testedAt are the steps after which an arm is tested, or end alone.
func (a Arm) testedAt() []int {
	if len(a.TestAt) == 0 {
		return []int{end}
	}
	return a.TestAt
}

// Validate reports the first thing that is wrong with a study.
func (s *Study) Validate() error {
	switch {
	case s == nil:
		return errors.New("study: no study; want a *study.Study")
	case s.Name == "":
		return errors.New("study: the study has no Name; give it one, such as \"depth\"")
	case len(s.Arms)+len(s.Parts) == 0 && !slices.ContainsFunc(s.Conditions, func(c Condition) bool { return c.Derive != nil }):
		return fmt.Errorf("study: %s has neither Arms to train nor Parts to compute, nor Conditions with Derive", s.Name)
	}
	if err := s.validateLooks(); err != nil {
		return err
	}
	arms := map[string]bool{}
	for i, a := range s.Arms {
		switch name := a.name(); {
		case name == "":
			return fmt.Errorf("study: arm %d of %s has neither Name nor Learner", i, s.Name)
		case arms[name]:
			return fmt.Errorf("study: %s has two arms called %q; give each its own Name", s.Name, name)
		case a.Seeds < 0:
			return fmt.Errorf("study: arm %q of %s has %d seeds; want a positive number, or 0 for all", name, s.Name, a.Seeds)
		case a.Make == nil && (usercode.Nil(a.Learner) || usercode.Nil(a.Tasks)):
			return fmt.Errorf("study: arm %q of %s needs a Learner and Tasks, or Make", name, s.Name)
		}
		if err := a.validate(); err != nil {
			return fmt.Errorf("study: arm %q of %s: %w", a.name(), s.Name, err)
		}
		arms[a.name()] = true
	}
	return s.validateConditions(arms)
}

// validate reports settings of an arm that no run has. What Make changes is checked later.
func (a Arm) validate() error {
	if a.Starts < 0 || a.RateSeeds < 0 {
		return fmt.Errorf("%d starts and %d seeds for each rate; want positive numbers, or 0 for the defaults", a.Starts, a.RateSeeds)
	}
	for _, rate := range a.Rates {
		if !(rate > 0) || math.IsInf(rate, 1) {
			return fmt.Errorf("a rate of %g to choose from; want positive numbers", rate)
		}
	}
	if a.Make != nil {
		return nil
	}
	if err := a.Recipe.Validate(); err != nil {
		return err
	}
	for _, step := range a.TestAt {
		if step < 0 || step > a.Recipe.Steps {
			return fmt.Errorf("a test after step %d of %d; want TestAt within the steps", step, a.Recipe.Steps)
		}
	}
	return nil
}

func (s *Study) validateConditions(arms map[string]bool) error {
	seen := map[string]bool{}
	for _, c := range s.Conditions {
		if c.Sample == nil || c.Name == "" || seen[c.Name] {
			return fmt.Errorf("study: condition %q of %s needs Sample and a Name of its own", c.Name, s.Name)
		}
		seen[c.Name] = true
		for _, a := range c.Arms {
			if !arms[a] {
				return fmt.Errorf("study: condition %q of %s tests the unknown arm %q", c.Name, s.Name, a)
			}
		}
	}
	return nil
}

// arm returns an arm by its name.
func (s *Study) arm(name string) (int, error) {
	for i, a := range s.Arms {
		if a.name() == name {
			return i, nil
		}
	}
	return 0, fmt.Errorf("study: %s has no arm %q", s.Name, name)
}
