// Package adaptation is the study of claim 5 (paper, Fig. 5): a transformer that is
// meta-learned over domains, to be adapted to one (M²-ICL), adapts to an unseen domain from
// fewer of its tasks than one that was trained on tasks of all domains. The paper compares
// adaptation by M²'s own few steps; here each arm also adapts in the way that suits it best,
// chosen on other domains.
//
// Errors are squared errors divided by the domain's mean square of targets, so that
// predicting 0 has an error of about 1; means are over all numbers of examples, domains and
// seeds.
package adaptation

import (
	"context"
	"fmt"
	"sync"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/study"
	"github.com/goicl/goicl/icl/train"
)

// Claim is the study by name.
var Claim = study.Definition{
	Name: "claim5", Title: "a transformer meta-learned over domains adapts to a new one from fewer tasks", New: build,
}

// seeds in each preset.
var seeds = map[string]int{"smoke": 2, "quick": 5, "paper": 5}

func build(preset string) (*study.Study, error) {
	size, err := sizeOf(preset)
	if err != nil {
		return nil, err
	}
	return newStudy(seeds[preset], size), nil
}

// experiment holds what arms have chosen.
type experiment struct {
	size
	mu      sync.Mutex
	choices map[string][]way // how each arm adapts, by number of tasks
	places  []place          // on which it is chosen
	ways    map[string]way   // the best by run and number of tasks
}

// newStudy trains a base for each seed and each arm from there, has each arm choose how to
// adapt, and tests on domains that no choice has seen.
func newStudy(seeds int, size size) *study.Study {
	x := &experiment{size: size, choices: map[string][]way{}, ways: map[string]way{}}
	s := &study.Study{Seeds: seeds, Settings: size}
	s.Arms = append(s.Arms, study.Arm{
		Name: base, Learner: size.Model, Tasks: size.ordinary(), Recipe: size.recipe(size.Base, size.BaseRate),
	})
	for _, name := range arms() {
		s.Arms = append(s.Arms, x.arm(name))
		x.choices[name] = make([]way, len(size.Support))
		for k, tasks := range size.Support {
			s.Parts = append(s.Parts, study.Part{
				Label: fmt.Sprintf("%s chooses how to adapt to %d tasks", name, tasks),
				Do:    func(ctx context.Context, s *study.Session) error { return x.choose(ctx, s, name, k) },
			})
		}
	}
	for i := range size.Test {
		s.Conditions = append(s.Conditions, x.condition(i))
	}
	s.Report = func(_ context.Context, d *study.Data, r *study.Result) error { return x.report(d, r) }
	return s
}

// arm goes on from the base of its seed, at the rate after which it adapts best to the
// claim's number of tasks.
func (x *experiment) arm(name string) study.Arm {
	return study.Arm{
		Name: name, Rates: x.rates(name),
		Criterion: func(ctx context.Context, f *train.Fitted) (float64, error) {
			w, err := x.bestWay(ctx, f, x.choiceSupport())
			return w.validation, err
		},
		Make: func(ctx context.Context, s *study.Session, seed uint64, c train.Config) (train.Config, error) {
			from, err := s.Run(ctx, base, seed)
			if err != nil || from == nil {
				return train.Config{}, err
			}
			return x.config(name, c.Recipe.Rate, seed, from), nil
		},
	}
}

// condition is unseen domain number i of each seed. No arm is tested as it is: predictors
// are the arms before and after adaptation, and predictors that are told of the domain.
func (x *experiment) condition(i int) study.Condition {
	c := study.Condition{Name: domain(i), Family: "domains", Keep: true, Arms: []string{}}
	c.Sample = func(seed uint64) (*datasets.Batch, error) {
		p, err := x.at("test", seed, i)
		return p.test, err
	}
	c.Test = func(ctx context.Context, p eval.Predictor, seed uint64, b *datasets.Batch, at []int) (*eval.Scores, error) {
		domain, _, err := x.drawDomain("test", seed, i)
		if err != nil {
			return nil, err
		}
		return eval.Evaluate(ctx, p, domain.Name(), b, at, eval.WithUnit(domain.Square()))
	}
	c.Derive = func(ctx context.Context, s *study.Session, seed uint64) ([]eval.Predictor, error) {
		p, err := x.at("test", seed, i)
		if err != nil {
			return nil, err
		}
		told, err := x.told(ctx, p)
		if err != nil {
			return nil, err
		}
		for _, name := range arms() {
			f, err := s.Run(ctx, name, seed)
			if err != nil {
				return nil, err
			}
			adapted, err := x.adaptedTo(ctx, f, name, p)
			if err != nil {
				return nil, err
			}
			told = append(told, adapted...)
		}
		return told, nil
	}
	return c
}

func domain(i int) string { return fmt.Sprintf("domain %d", i) }

// Names of an arm's predictors.
func plainName(arm string) string { return arm + ", not adapted" }

func tunedName(arm string, tasks int) string {
	return fmt.Sprintf("%s, adapted to %d tasks", arm, tasks)
}

func ownName(arm string, tasks int) string {
	return fmt.Sprintf("%s, adapted to %d tasks by M²'s steps", arm, tasks)
}

// adaptedTo lists an arm as it is, and adapted to each number of a place's tasks in the way
// that it has chosen and in M²'s own. Where an adaptation diverges, what counts is the
// learner before it: nobody would use the other.
func (x *experiment) adaptedTo(ctx context.Context, f *train.Fitted, arm string, p place) ([]eval.Predictor, error) {
	plain, err := f.Base()
	if err != nil {
		return nil, err
	}
	all := []eval.Predictor{eval.Named{Predictor: plain, Label: plainName(arm)}}
	for k, tasks := range x.Support {
		w := x.choices[arm][k]
		for _, how := range []struct {
			label string
			train.Adaptation
			steps int
		}{
			{tunedName(arm, tasks), w.Adaptation, w.steps},
			{ownName(arm, tasks), x.ownWay(), x.ownSteps()},
		} {
			after, err := x.adapted(ctx, f, p, how.Adaptation, tasks, how.steps)
			if err != nil {
				return nil, err
			}
			if after == nil {
				after = plain
			}
			all = append(all, eval.Named{Predictor: orPlain{after, plain}, Label: how.label})
		}
	}
	return all, nil
}
