// Package adaptation is the study of claim 5 (paper, Fig. 5): a transformer that is
// meta-learned over domains, to be adapted to one (M²-ICL), adapts to an unseen domain from
// fewer of its tasks than one that was trained on tasks of all domains. The paper compares
// adaptation by a few plain steps; here each arm also adapts in the way that suits it best,
// chosen on other domains.
//
// Errors are squared errors divided by the domain's mean square of targets, so that
// predicting 0 has an error of about 1. They are averaged over numbers of examples and the
// domains of a seed; intervals are over seeds.
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
	Name: "claim5", CoreMinutes: 20, Title: "a transformer meta-learned over domains adapts to a new one from fewer tasks", New: build,
}

// looks of each preset.
var looks = map[string][]study.Look{"smoke": study.LooksAt(2), "quick": study.LooksAt(5, 10), "paper": study.LooksAt(5, 10)}

// The statements of the claim.
const (
	few  = "few"
	many = "many"
)

func statements() []study.Statement {
	return []study.Statement{
		{ID: few, Text: "adapted to few tasks of an unseen domain, M² has a lower error than ordinary training of equal compute, adapted as suits it best"},
		{ID: many, Text: "the lead of M² shrinks with more tasks and does not turn"},
	}
}

func build(preset string) (*study.Study, error) {
	size, err := sizeOf(preset)
	if err != nil {
		return nil, err
	}
	return newStudy(looks[preset], size), nil
}

// experiment holds what arms have chosen.
type experiment struct {
	size
	mu      sync.Mutex
	choices map[string][]choice   // how each arm adapts, by number of tasks
	places  []place               // on which it is chosen
	tried   map[attempt][]float64 // errors by validation domain; +Inf where it diverged
}

func newExperiment(s size) *experiment {
	return &experiment{size: s, choices: map[string][]choice{}, tried: map[attempt][]float64{}}
}

// newStudy trains a base for each seed and both forms of M² from there, and from scratch an
// ordinary run for as long as base and M² together. It has each arm choose how to adapt, and
// tests on domains that no choice has seen.
func newStudy(looks []study.Look, size size) *study.Study {
	x := newExperiment(size)
	s := &study.Study{Looks: looks, Statements: statements(), Settings: size}
	s.Arms = append(s.Arms, study.Arm{
		Name: base, Learner: size.Model, Tasks: size.ordinary(), Recipe: size.recipe(size.Base, size.BaseRate),
	})
	for _, name := range arms() {
		s.Arms = append(s.Arms, x.arm(name))
		x.choices[name] = make([]choice, len(size.Support))
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
	s.Report = func(_ context.Context, d *study.Data, r *study.Result) error { x.report(d, r); return nil }
	return s
}

// arm is trained at the rate after which it adapts best to the claim's number of tasks.
func (x *experiment) arm(name string) study.Arm {
	a := study.Arm{Name: name, Rates: x.rates(name), RateSeeds: choiceSeeds}
	a.Criterion = func(ctx context.Context, f *train.Fitted) (float64, error) {
		c, err := x.bestWay(ctx, []*train.Fitted{f}, x.choiceSupport())
		return c.loss, err
	}
	a.Make = func(ctx context.Context, s *study.Session, seed uint64, c train.Config) (train.Config, error) {
		if name == armICL {
			return x.config(name, c.Recipe.Rate, seed, nil), nil
		}
		from, err := s.Run(ctx, base, seed)
		if err != nil || from == nil {
			return train.Config{}, err
		}
		return x.config(name, c.Recipe.Rate, seed, from), nil
	}
	return a
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
		w := x.choices[arm][k].way
		for _, how := range []struct {
			label string
			train.Adaptation
			steps int
		}{
			{tunedName(arm, tasks), w.Adaptation, w.Steps},
			{ownName(arm, tasks), x.ownWay().Adaptation, x.ownWay().Steps},
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
