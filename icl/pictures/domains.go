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
	"github.com/goicl/goicl/icl/metalearner"
	"github.com/goicl/goicl/icl/study"
	"github.com/goicl/goicl/icl/train"
	"github.com/goicl/goicl/icl/transformer"
	"github.com/goicl/goicl/icl/vision"
)

// Domains is the experiment of the paper's Appendix H in spirit: few-shot classification of images
// across domains. A domain is an alphabet or a group of emoji, a task has five of its classes with
// one example each. An in-context-learning transformer on learned features is meta-learned for
// adaptation to a domain (M²) or trained as long on the same tasks; both are adapted to few or many
// tasks of an unseen domain by gradient descent, for whose rate and steps each chooses what suits it
// best on other unseen domains. Tests are on classes that no task of the adaptation has.
var Domains = study.Definition{
	Name: "domains", CoreMinutes: 46, Title: "M²-ICL adapts to an unseen domain of images from few tasks better than fine-tuned ICL",
	Data: []string{"omniglot", "emoji", "mnist", "fashion-mnist"}, New: newDomains,
}

// domainsSize is the size of the study.
type domainsSize struct {
	Encoder vision.Conv
	Head    transformer.PreNorm
	Inner   metalearner.Inner
	Ways    int
	Queries int // of each class
	Tasks   int // of a domain in a step; in M² these follow on the few that are adapted to
	// Steps: of ProtoNet, whose encoder ICL starts from; of ICL on that encoder as it is; of M²
	// from there; and how many ordinary steps take as long as one of M².
	Prototypes, Steps, Meta, Ratio int
	TrainRates                     []float64 // to choose from, for M² and for ordinary training
	Support                        []int     // numbers of tasks to adapt to, few and many
	// The ways to adapt that there are to choose from.
	Rates      []float64
	AdaptSteps []int
	Tests      int // tasks of each domain
	Looks      []study.Look
	world      func() (world, error)
}

func newDomains(preset string) (*study.Study, error) {
	inner := metalearner.Inner{Steps: 3, Rate: .01, Order: "first"}
	sizes := map[string]domainsSize{
		"smoke": {
			Encoder: vision.Conv{Channels: 8, Blocks: 3}, Head: transformer.PreNorm{Width: 16, Depth: 1}, Inner: metalearner.Inner{Steps: 1, Order: "first"}, Ways: 3, Queries: 2, Tasks: 2,
			Prototypes: 20, Steps: 20, Meta: 5, Ratio: 3, TrainRates: []float64{1e-3}, Support: []int{2, 4}, Rates: []float64{.003, .03}, AdaptSteps: []int{1, 2},
			Tests: 10, Looks: study.LooksAt(2), world: smallWorld,
		},
		"quick": {
			Encoder: vision.Conv{Channels: 32}, Head: transformer.PreNorm{Width: 64, Depth: 2, Heads: 4}, Inner: inner, Ways: ways, Queries: 3, Tasks: 8,
			Prototypes: 2000, Steps: 1500, Meta: 500, Ratio: 3, TrainRates: []float64{3e-4, 1e-3}, Support: []int{4, 64}, Rates: []float64{.001, .003, .01, .03}, AdaptSteps: []int{5, 20, 60},
			Tests: 100, Looks: study.LooksAt(4, 8), world: func() (world, error) { return wholeWorld(3, 8) },
		},
		"paper": {
			Head: transformer.PreNorm{Width: 128, Depth: 4, Heads: 8}, Inner: inner, Ways: ways, Queries: 3, Tasks: 16,
			Prototypes: 10000, Steps: 10000, Meta: 5000, Ratio: 3, TrainRates: []float64{1e-4, 3e-4, 1e-3}, Support: []int{4, 64}, Rates: []float64{.001, .003, .01, .03, .1}, AdaptSteps: []int{5, 20, 80, 320},
			Tests: 200, Looks: study.LooksAt(5, 10), world: func() (world, error) { return wholeWorld(5, 20) },
		},
	}
	z, err := size(preset, sizes)
	if err != nil {
		return nil, err
	}
	w, err := z.world()
	if err != nil {
		return nil, err
	}
	return z.study(w), nil
}

// The arms: the encoder of prototypes is what base starts from, and base is what M² and ordinary
// training go on from.
const (
	base    = "ICL on the encoder of ProtoNet"
	armM2   = "M²-ICL"
	armICL  = icl
	fromFew = "few"
)

// crossing is the study in progress.
type crossing struct {
	domainsSize
	world
	mu      sync.Mutex
	choices map[string]choice // by arm and number of tasks
}

// choice is how an arm adapts, with the accuracy that it has so on the domains to choose on.
type choice struct {
	rate     float64
	steps    int
	accuracy float64
}

func (z domainsSize) study(w world) *study.Study {
	x := &crossing{domainsSize: z, world: w, choices: map[string]choice{}}
	out := &study.Study{
		Looks: z.Looks, Settings: z, Arms: x.arms(),
		Statements: []study.Statement{{ID: fromFew, Text: fmt.Sprintf("adapted to %d tasks of an unseen domain, M²-ICL is right more often than ICL that was trained as long, each adapted as suits it best", z.Support[0])}},
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
	return out
}

func (x *crossing) episodes(s *images.Set) images.Episodes {
	return images.Episodes{Set: s, Ways: x.Ways, Queries: x.Queries}
}

// arms are ProtoNet, ICL on its encoder, and M² and ordinary training from there.
func (x *crossing) arms() []study.Arm {
	tasks := x.episodes(x.training)
	tasks.Rotations, tasks.Tasks = true, x.Tasks
	proto := vision.Encoded{Encoder: x.Encoder, Head: metalearner.ProtoNet{Direct: true}, Context: tasks.Context(), Shared: true}
	model := vision.Encoded{Encoder: x.Encoder, Head: x.Head, Context: tasks.Context(), Centred: true}
	frozen := model
	frozen.Frozen = true
	m2 := metalearner.M2{Model: model, Tasks: x.Support[0] + x.Tasks, Support: x.Support[0], Inner: x.Inner}
	both := tasks
	both.Tasks = m2.Tasks
	recipe := func(steps, batch int, rate float64) train.Recipe { return recipe(steps, batch, tasks.Context(), rate) }
	return []study.Arm{
		{Name: protoNet, Learner: proto, Tasks: tasks, Recipe: recipe(x.Prototypes, x.Tasks, 1e-3)},
		{Name: base, Learner: frozen, Tasks: tasks, Recipe: recipe(x.Steps, 2*x.Tasks, 3e-3), Make: after(protoNet, 1)},
		{Name: armM2, Learner: m2, Tasks: both, Recipe: recipe(x.Meta, m2.Tasks, 0), Make: after(base, 2), Rates: x.TrainRates},
		{Name: armICL, Learner: model, Tasks: tasks, Recipe: recipe(x.Ratio*x.Meta, x.Tasks, 0), Make: after(base, 2), Rates: x.TrainRates},
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

// try adds to sums the share of a place in the mean accuracy after each number of steps.
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
		scores, err := eval.Evaluate(ctx, then, p.name, tests, x.asked())
		if err != nil {
			return err
		}
		sums[i] += stat.Mean(scores.Values(eval.Accuracy), nil) / float64(choiceSeeds*len(x.choosing))
	}
	return nil
}

// asked are the queries of tasks.
func (x *crossing) asked() []int { return eval.AllLengths(x.Ways * (1 + x.Queries))[x.Ways:] }

// tuned is the name of an arm that was adapted to that many tasks.
func tuned(arm string, tasks int) string {
	if arm == armICL {
		arm = "fine-tuned ICL"
	}
	return fmt.Sprintf("%s, %d tasks", arm, tasks)
}

// plain is the name of an arm that was not.
func plain(arm string) string { return arm + " as it is" }

// condition is an unseen domain. Predictors are the nearest in pixels, ProtoNet, and the arms before
// and after adaptation.
func (x *crossing) condition(p place) study.Condition {
	c := study.Condition{Name: p.name, Family: p.kind, Arms: []string{protoNet}, At: x.asked()}
	c.Sample = func(seed uint64) (*datasets.Batch, error) {
		_, tests, err := x.draw(p, "test", seed)
		return tests, err
	}
	c.Derive = func(ctx context.Context, s *study.Session, seed uint64) ([]eval.Predictor, error) {
		support, _, err := x.draw(p, "test", seed)
		if err != nil {
			return nil, err
		}
		all := []eval.Predictor{nearest{x.Ways}}
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
		return all, nil
	}
	return c
}
