// Package icl is the library's public API: train a learner on tasks, evaluate it, compare
// ways of training, run a study, reproduce a claim. Every function takes a context and can be repeated
// at no cost: what was trained before is loaded.
//
// The parts are packages of their own: tasks in datasets, learners in icl/transformer and
// icl/metalearner, predictors that need no training in icl/bayes and icl/baseline, figures
// in icl/figure, and a look inside of models in icl/inspect.
package icl

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/regression"
	"github.com/goicl/goicl/icl/bayes"
	"github.com/goicl/goicl/icl/claim"
	"github.com/goicl/goicl/icl/compare"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/landmark"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/pictures"
	"github.com/goicl/goicl/icl/study"
	"github.com/goicl/goicl/icl/tabular"
	"github.com/goicl/goicl/icl/train"
	"github.com/goicl/goicl/internal/usercode"
)

// Bar shows progress; notebook.NewProgress makes one. It may be nil. Update gets how
// much is done, the loss now, 0 where there is none, and what else is worth knowing.
type Bar interface {
	Update(done, total int, loss float64, note string)
	Done()
}

// Train fits l to tasks by a recipe, such as [train.Fast] with 5,000 steps, with seed 0,
// and returns the weights with the lowest validation loss. The same call again loads
// them. Interrupted, it saves its state and goes on from there next time.
func Train(ctx context.Context, l learner.Learner, tasks datasets.Sampler, recipe train.Recipe, bar Bar, opts ...train.Option) (*train.Fitted, error) {
	if bar != nil {
		defer bar.Done()
		opts = append(opts, train.WithProgress(func(s train.Step) {
			note := ""
			if s.Loss == 0 && s.Memory > 0 {
				note = fmt.Sprintf("a step takes up to %s", humanize.Bytes(uint64(s.Memory)))
			}
			bar.Update(s.Step, s.Steps, s.Loss, note)
		}))
	}
	return train.Train(ctx, train.Config{Learner: l, Tasks: tasks, Recipe: recipe}, opts...)
}

// Tabular trains a transformer that reads tables in context, or loads it if it was trained
// before: zero settings take some twenty minutes on two cores. Its Predict answers for the
// rows of one table from those of another, of the same columns.
func Tabular(ctx context.Context, s tabular.Settings, bar Bar, opts ...train.Option) (*tabular.Model, error) {
	if bar != nil {
		defer bar.Done()
		opts = append(opts, train.WithProgress(func(s train.Step) { bar.Update(s.Step, s.Steps, s.Loss, "") }))
	}
	return tabular.Train(ctx, s, opts...)
}

// Evaluate tests predictors on count fresh tasks, the same for all, and returns one curve
// each by number of in-context examples: the accuracy, or the squared error of real
// targets. Where tasks are a [regression.Family], errors are relative to that of predicting
// 0, which [bayes.BestFor] knows, together with the best predictor.
func Evaluate(ctx context.Context, tasks datasets.Sampler, count int, of ...eval.Predictor) ([]eval.Curve, error) {
	name, err := usercode.NameOf("sampler", tasks)
	if err != nil {
		return nil, fmt.Errorf("icl: %w", err)
	}
	var b *datasets.Batch
	err = usercode.Try("Sample of "+usercode.Of("sampler", tasks), func() (err error) {
		if b, err = tasks.Sample(datasets.Rand(0, "test/"+name), count); err == nil {
			err = b.Validate()
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	unit := 1.
	if family, ok := tasks.(regression.Family); ok {
		if best, err := bayes.BestFor(family); err == nil && best.Scale > 0 {
			unit = best.Scale
		}
	}
	var curves []eval.Curve
	for _, p := range of {
		scores, err := eval.Evaluate(ctx, p, name, b, eval.AllLengths(b.N), eval.WithUnit(unit))
		if err != nil {
			return nil, err
		}
		curves = append(curves, eval.CurveOf(eval.Metrics(b)[0], scores.Summarize(0)))
	}
	return curves, nil
}

// Speed times training steps of l on tasks, as a recipe asks for them, on GoMLX's backends in
// turn, such as "lanes" and "xla", and returns a table: the first step with all that has to
// be compiled, a later one, and how many times as long it takes as on the first backend.
func Speed(ctx context.Context, l learner.Learner, tasks datasets.Sampler, recipe train.Recipe, backends ...string) (eval.Table, error) {
	if len(backends) == 0 {
		return eval.Table{}, errors.New("icl: no backends to time; name some, such as \"lanes\" and \"xla\"")
	}
	speeds, err := train.Speeds(ctx, train.Config{Learner: l, Tasks: tasks, Recipe: recipe}, backends...)
	if err != nil {
		return eval.Table{}, err
	}
	t := eval.Table{
		Title:  fmt.Sprintf("A training step of %s on %d tasks of %s", l.Name(), recipe.WithDefaults().Batch, tasks.Name()),
		Header: []string{"backend", "first step, ms", "a later step, ms", "times as long"},
	}
	for _, s := range speeds {
		ms := func(d time.Duration) string { return fmt.Sprintf("%.3g", d.Seconds()*1e3) }
		t.Rows = append(t.Rows, []string{s.Backend, ms(s.First), ms(s.Step), fmt.Sprintf("%.1f", s.Step.Seconds()/speeds[0].Step.Seconds())})
	}
	return t, nil
}

// Compare trains the arms of a hypothesis and reports the difference; see [compare.Run].
func Compare(ctx context.Context, h compare.Hypothesis, bar Bar, opts ...train.Option) (*compare.Result, error) {
	o, done := options(bar, opts)
	defer done()
	return compare.Run(ctx, h, o)
}

// Run makes a study and returns its result; see [study.Run].
func Run(ctx context.Context, s *study.Study, bar Bar, opts ...train.Option) (*study.Result, error) {
	o, done := options(bar, opts)
	defer done()
	return study.Run(ctx, s, o)
}

// Studies lists the studies that come with the library: the claims of the paper, other
// published results on in-context learning, and few-shot classification of images.
func Studies() study.Registry {
	return slices.Concat(claim.Registry(), landmark.Registry(), pictures.Registry())
}

// Reproduce runs a study of [Studies], such as "claim2", in a preset ("smoke",
// "quick", "paper") and returns its result, or loads it. If it was not made yet, the bar
// says what it costs in the preset quick.
func Reproduce(ctx context.Context, name, preset string, bar Bar, opts ...train.Option) (*study.Result, error) {
	s, err := Studies().New(name, preset)
	if err != nil {
		return nil, err
	}
	o, done := options(bar, opts)
	defer done()
	if made, err := study.Kept(ctx, s, o); made != nil || err != nil {
		return made, err
	}
	if preset == "quick" {
		o = announce(o, bar, coreMinutes(name))
	}
	return study.Run(ctx, s, o)
}

// Trained returns an arm of a study with its first seed, such as the ICL transformer that
// is trained on the mixture: Trained(ctx, "claim2", "quick", "ICL(mix)").
func Trained(ctx context.Context, name, preset, arm string, opts ...train.Option) (*train.Fitted, error) {
	s, err := Studies().New(name, preset)
	if err != nil {
		return nil, err
	}
	return study.Trained(ctx, s, arm, 0, study.Options{Train: opts})
}

// options are those of a study whose progress a bar shows.
func options(bar Bar, opts []train.Option) (o study.Options, done func()) {
	o.Train = opts
	if bar == nil {
		return o, func() {}
	}
	o.Progress = func(p study.Progress) { bar.Update(int(1000*p.Share), 1000, 0, p.Note()) }
	return o, bar.Done
}
