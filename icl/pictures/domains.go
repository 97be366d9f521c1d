package pictures

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"gonum.org/v1/gonum/stat"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/images"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/metalearner"
	"github.com/goicl/goicl/icl/study"
	"github.com/goicl/goicl/icl/train"
	"github.com/goicl/goicl/icl/transformer"
	"github.com/goicl/goicl/icl/vision"
)

// Domains is the experiment of the paper's Appendix H in spirit: few-shot classification of images
// across domains. A domain is an alphabet, a task has five of its characters with one example
// each. An in-context-learning transformer on learned features is meta-learned for adaptation to
// a domain (M²) or trained as long on the same tasks; both are adapted to few or many tasks of an
// unseen alphabet by gradient descent, for whose rate and steps each chooses what suits it best
// on other unseen alphabets. Tests are on characters that no task of the adaptation has.
var Domains = study.Definition{Name: "alphabets", Data: "omniglot", Title: "M²-ICL adapts to an unseen alphabet from few tasks better than fine-tuned ICL", New: newDomains}

// domainsSize is the size of the study.
type domainsSize struct {
	Encoder vision.Conv
	Head    transformer.PreNorm
	Inner   metalearner.Inner
	Steps   int // of ordinary training, from which M² starts
	Meta    int // of M²
	Ratio   int // how many ordinary steps take as long as one of M²
	Tasks   int // of a domain in a step; half of them are adapted to
	Queries int // of each class
	Rate    float64
	Support []int // numbers of tasks to adapt to, few and many
	// The ways to adapt that there are to choose from.
	Rates      []float64
	AdaptSteps []int
	Validation int // alphabets to choose on
	Test       int // alphabets to test on
	Tests      int // tasks of each
	Looks      []study.Look
	sets       func() (sets, error)
}

func newDomains(preset string) (*study.Study, error) {
	inner := metalearner.Inner{Steps: 3, Rate: .03, Order: "first"}
	sizes := map[string]domainsSize{
		"smoke": {vision.Conv{Channels: 8}, transformer.PreNorm{Width: 16, Depth: 1}, inner, 20, 5, 2, 4, 2, 3e-3, []int{2, 4}, []float64{.003, .03}, []int{1, 2}, 1, 2, 10, study.LooksAt(2), small},
		"quick": {vision.Conv{Channels: 32}, transformer.PreNorm{Width: 64, Depth: 2, Heads: 4}, inner, 2000, 400, 2, 8, 5, 1e-3, []int{4, 64}, []float64{.003, .01, .03, .1}, []int{5, 20, 80}, 4, 8, 100, study.LooksAt(4, 8), omniglot},
		"paper": {vision.Conv{}, transformer.PreNorm{Width: 128, Depth: 4, Heads: 8}, inner, 20000, 4000, 2, 16, 5, 1e-3, []int{4, 64}, []float64{.001, .003, .01, .03, .1}, []int{5, 20, 80, 320}, 5, 20, 200, study.LooksAt(5, 10), omniglot},
	}
	z, err := size(preset, sizes)
	if err != nil {
		return nil, err
	}
	s, err := z.sets()
	if err != nil {
		return nil, err
	}
	return z.study(s)
}

// The arms: base is ordinary training, from which M² starts.
const (
	base    = "base"
	armM2   = "M²-ICL"
	armICL  = "ICL, equal compute"
	fromFew = "few"
)

// crossing is the study in progress.
type crossing struct {
	domainsSize
	training *images.Set
	choosing []place
	testing  []place
	mu       sync.Mutex
	choices  map[string]choice // by arm and number of tasks
}

// place is an alphabet: its characters for adaptation, and those for tests.
type place struct {
	name           string
	support, tests *images.Set
}

// choice is how an arm adapts, with the accuracy that it has so on the alphabets to choose on.
type choice struct {
	rate     float64
	steps    int
	accuracy float64
}

func (z domainsSize) study(s sets) (*study.Study, error) {
	x := &crossing{domainsSize: z, choices: map[string]choice{}}
	kept := len(s.train.Domains) - z.Validation
	var err error
	if x.training, err = s.train.In(s.train.Name+", to train on", s.train.Domains[:kept]...); err != nil {
		return nil, err
	}
	if x.choosing, err = places(s.train, s.train.Domains[kept:]); err != nil {
		return nil, err
	}
	if x.testing, err = places(s.test, s.test.Domains[:min(z.Test, len(s.test.Domains))]); err != nil {
		return nil, err
	}
	out := &study.Study{
		Looks: z.Looks, Settings: z, Arms: x.arms(),
		Statements: []study.Statement{{ID: fromFew, Text: fmt.Sprintf("adapted to %d tasks of an unseen alphabet, M²-ICL is right more often than ICL that was trained as long, each adapted as suits it best", z.Support[0])}},
		Report:     func(_ context.Context, d *study.Data, r *study.Result) error { x.report(d, r); return nil },
	}
	for _, arm := range []string{armM2, armICL} {
		for _, tasks := range z.Support {
			out.Parts = append(out.Parts, study.Part{
				Label: fmt.Sprintf("%s chooses how to adapt to %d tasks", arm, tasks),
				Do:    func(ctx context.Context, s *study.Session) error { return x.choose(ctx, s, arm, tasks) },
			})
		}
	}
	for _, p := range x.testing {
		out.Conditions = append(out.Conditions, x.condition(p))
	}
	return out, nil
}

// places divides alphabets: every second character is for adaptation.
func places(s *images.Set, alphabets []string) (all []place, err error) {
	for _, name := range alphabets {
		of, err := s.In(name, name)
		if err != nil {
			return nil, err
		}
		p := place{name: name}
		if p.support, err = of.Only(name+", to adapt to", func(class int) bool { return class%2 == 0 }); err != nil {
			return nil, err
		}
		if p.tests, err = of.Only(name, func(class int) bool { return class%2 == 1 }); err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return all, nil
}

// ways is the number of classes of a task: five, or as many as the smallest half of an alphabet has.
func (x *crossing) ways() int {
	ways := 5
	for _, p := range slices.Concat(x.choosing, x.testing) {
		ways = min(ways, len(p.support.Classes), len(p.tests.Classes))
	}
	return ways
}

func (x *crossing) episodes(s *images.Set) images.Episodes {
	return images.Episodes{Set: s, Ways: x.ways(), Queries: x.Queries}
}

func (x *crossing) model() learner.Learner {
	return encoded(x.Head, x.Encoder, x.episodes(x.training).Context())
}

// arms are the base, M² from there, and ordinary training for as long as both.
func (x *crossing) arms() []study.Arm {
	tasks := x.episodes(x.training)
	tasks.Rotations, tasks.Tasks = true, x.Tasks
	ordinary := func(steps int) train.Recipe { return recipe(steps, x.Tasks, tasks.Context(), x.Rate) }
	return []study.Arm{
		{Name: base, Learner: x.model(), Tasks: tasks, Recipe: ordinary(x.Steps)},
		{
			Name: armM2, Learner: metalearner.M2{Model: x.model(), Tasks: x.Tasks, Inner: x.Inner}, Tasks: tasks, Recipe: recipe(x.Meta, x.Tasks, tasks.Context(), x.Rate/3),
			Make: func(ctx context.Context, s *study.Session, seed uint64, c train.Config) (_ train.Config, err error) {
				if c.From, err = s.Run(ctx, base, seed); err != nil || c.From == nil {
					return train.Config{}, err
				}
				c.Seed += 1 << 20 // other tasks than those of the base
				return c, nil
			},
		},
		{Name: armICL, Learner: x.model(), Tasks: tasks, Recipe: ordinary(x.Steps + x.Ratio*x.Meta)},
	}
}

// draw are the tasks of a place for a seed: to adapt to, and to test on.
func (x *crossing) draw(p place, kind string, seed uint64) (support, tests *datasets.Batch, err error) {
	support, err = x.episodes(p.support).Sample(datasets.Rand(seed, kind+"/support/"+p.name), slices.Max(x.Support))
	if err != nil {
		return nil, nil, err
	}
	tests, err = x.episodes(p.tests).Sample(datasets.Rand(seed, kind+"/tests/"+p.name), x.Tests)
	return support, tests, err
}

// adapted is a run after steps on the first tasks of a place; the run as it is where they diverge.
func (x *crossing) adapted(ctx context.Context, f *train.Fitted, support *datasets.Batch, tasks int, rate float64, steps ...int) ([]*train.Fitted, error) {
	plain, err := f.Base()
	if err != nil {
		return nil, err
	}
	after, err := f.Adapt(ctx, support.Slice(0, tasks), train.Adaptation{Rate: rate, Batch: min(tasks, x.Tasks)}, steps...)
	if err != nil && !errors.Is(err, train.ErrDiverged) {
		return nil, err
	}
	for len(after) < len(steps) {
		after = append(after, plain)
	}
	return after, nil
}

// choiceSeeds is the number of seeds whose runs a choice is made with.
const choiceSeeds = 2

// choose has an arm choose how to adapt to a number of tasks.
func (x *crossing) choose(ctx context.Context, s *study.Session, arm string, tasks int) error {
	best := choice{accuracy: -1}
	for _, rate := range x.Rates {
		sums := make([]float64, len(x.AdaptSteps))
		for seed := range uint64(choiceSeeds) {
			f, err := s.Run(ctx, arm, seed)
			if err != nil {
				return err
			}
			if f == nil {
				continue // it diverged
			}
			for _, p := range x.choosing {
				if err := x.try(ctx, f, p, tasks, rate, seed, sums); err != nil {
					return err
				}
			}
		}
		for i, sum := range sums {
			if sum > best.accuracy {
				best = choice{rate, x.AdaptSteps[i], sum}
			}
		}
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.choices[tuned(arm, tasks)] = best
	return nil
}

// try adds to sums the accuracies on a place after each number of steps.
func (x *crossing) try(ctx context.Context, f *train.Fitted, p place, tasks int, rate float64, seed uint64, sums []float64) error {
	support, tests, err := x.draw(p, "validation", seed)
	if err != nil {
		return err
	}
	after, err := x.adapted(ctx, f, support, tasks, rate, x.AdaptSteps...)
	if err != nil {
		return err
	}
	for i, then := range after {
		scores, err := eval.Evaluate(ctx, then, p.name, tests, x.asked(tests))
		if err != nil {
			return err
		}
		sums[i] += stat.Mean(scores.Values(eval.Accuracy), nil)
	}
	return nil
}

// asked are the queries of tasks.
func (x *crossing) asked(b *datasets.Batch) []int { return eval.AllLengths(b.N)[x.ways():] }

// tuned is the name of an arm that was adapted to that many tasks.
func tuned(arm string, tasks int) string { return fmt.Sprintf("%s, adapted to %d tasks", arm, tasks) }

// plain is the name of an arm that was not.
func plain(arm string) string { return arm + ", not adapted" }

// condition is an unseen alphabet. Predictors are the arms before and after adaptation.
func (x *crossing) condition(p place) study.Condition {
	at := eval.AllLengths(x.ways() * (1 + x.Queries))[x.ways():]
	c := study.Condition{Name: p.name, Family: "alphabets", Arms: []string{}, At: at}
	c.Sample = func(seed uint64) (*datasets.Batch, error) {
		_, tests, err := x.draw(p, "test", seed)
		return tests, err
	}
	c.Derive = func(ctx context.Context, s *study.Session, seed uint64) (all []eval.Predictor, err error) {
		support, _, err := x.draw(p, "test", seed)
		if err != nil {
			return nil, err
		}
		for _, arm := range []string{armM2, armICL} {
			f, err := s.Run(ctx, arm, seed)
			if err != nil {
				return nil, err
			}
			start, err := f.Base()
			if err != nil {
				return nil, err
			}
			all = append(all, eval.Named{Predictor: start, Label: plain(arm)})
			for _, tasks := range x.Support {
				how := x.choices[tuned(arm, tasks)]
				after, err := x.adapted(ctx, f, support, tasks, how.rate, how.steps)
				if err != nil {
					return nil, err
				}
				all = append(all, eval.Named{Predictor: after[0], Label: tuned(arm, tasks)})
			}
		}
		return append(all, nearest{x.ways()}), nil
	}
	return c
}
