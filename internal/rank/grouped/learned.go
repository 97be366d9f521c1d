package grouped

import (
	"context"

	"github.com/goicl/goicl/datasets/tables"
	"github.com/goicl/goicl/icl"
	"github.com/goicl/goicl/icl/metalearner"
	"github.com/goicl/goicl/icl/train"
	"github.com/goicl/goicl/icl/transformer"
)

// Settings say what transformers are trained, on synthetic grouped tables alone, and how they
// are adapted to the training groups of a real one.
type Settings struct {
	Learner transformer.PreNorm
	Domains tables.Domains
	Base    int     // steps of ordinary training
	Rate    float64 // of it
	Meta    int     // steps of M² from there
	// Ratio is how many ordinary steps take as long as one of M²: the transformer that is not
	// meta-learned goes on for Meta · Ratio steps.
	Ratio    int
	MoreRate float64 // of its further steps
	MetaRate float64 // of the steps of M²
	Inner    metalearner.Inner
	Adapt    Adaptation
	Seed     uint64
}

// Default are the settings of the ranking. They were decided on synthetic tables of
// [tables.Domains] and on the tables LookedAt. Training takes about five minutes of processor time: 24,000
// ordinary steps, and then 1,000 of M² or the 9,000 ordinary ones that take as long.
func Default() Settings {
	return Settings{
		Learner: transformer.PreNorm{Width: 32, Depth: 3, Heads: 4},
		Base:    24_000, Rate: 3e-3, Meta: 1000, Ratio: 9, MoreRate: 1e-3, MetaRate: 1e-3,
		Adapt: Adaptation{Rate: 2e-3, Steps: []int{5, 10, 20, 40, 80, 160}, Tasks: 4096, Batch: 32},
	}
}

// ordinaryBatch is the number of tasks of an ordinary step, ordinaryTasks how many are of one domain.
const (
	ordinaryBatch = 64
	ordinaryTasks = 4
)

// recipe is that of all trainings.
func recipe(steps, batch int, rate float64) train.Recipe {
	return train.Recipe{Steps: steps, Batch: batch, Rate: rate, First: train.NoExamples, Warmup: steps / 20, Cosine: true, Clip: 1}
}

// Learned trains the transformers, or loads them: one by ordinary training in two parts, and
// one that goes on by M² after the first part, for as long. It returns three methods: the first
// as it is, and both adapted. A bar is made for each training.
func (s Settings) Learned(ctx context.Context, bar func(title string) icl.Bar, opts ...train.Option) ([]Method, error) {
	fit := func(title string, cfg train.Config) (*train.Fitted, error) {
		cfg.Seed += s.Seed
		return follow(ctx, cfg, bar(title), opts)
	}
	ordinary, grouped := s.Domains, s.Domains.WithDefaults()
	ordinary.Tasks = ordinaryTasks
	base, err := fit("training on grouped tables", train.Config{Learner: s.Learner, Tasks: ordinary, Recipe: recipe(s.Base, ordinaryBatch, s.Rate)})
	if err != nil {
		return nil, err
	}
	more, err := fit("going on by ordinary training", train.Config{Learner: s.Learner, Tasks: ordinary, Recipe: recipe(s.Meta*s.Ratio, ordinaryBatch, s.MoreRate), From: base, Seed: moreTasks})
	if err != nil {
		return nil, err
	}
	m2 := metalearner.M2{Model: s.Learner, Tasks: grouped.Tasks, Inner: s.Inner}
	meta, err := fit("going on by M²", train.Config{Learner: m2, Tasks: grouped, Recipe: recipe(s.Meta, grouped.Tasks, s.MetaRate), From: base, Seed: moreTasks})
	if err != nil {
		return nil, err
	}
	return []Method{asItIs{more}, adapted{"ICL, adapted", more, s.Adapt}, adapted{"M²-ICL, adapted", meta, s.Adapt}}, nil
}

// moreTasks keeps the tasks of further training apart from those of the base.
const moreTasks = 1 << 20

// follow trains and shows how far it is.
func follow(ctx context.Context, cfg train.Config, bar icl.Bar, opts []train.Option) (*train.Fitted, error) {
	if bar != nil {
		defer bar.Done()
		opts = append(opts[:len(opts):len(opts)], train.WithProgress(func(s train.Step) { bar.Update(s.Step, s.Steps, s.Loss, "") }))
	}
	return train.Train(ctx, cfg, opts...)
}
