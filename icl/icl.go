// Package icl is the face of the library that a notebook imports: train a learner
// on tasks, evaluate it, judge a claim. Each function takes a context, says what
// it does in one call and can be repeated at no cost: what was trained before is
// loaded.
//
// The rooms behind it are packages of their own: tasks in datasets, learners in
// icl/transformer and icl/metalearner, predictors without training in icl/bayes and
// icl/baseline, figures in icl/figure.
package icl

import (
	"context"
	"fmt"

	"github.com/dustin/go-humanize"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/claim"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/figure"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/train"
)

// Bar shows progress; notebook.NewProgress makes one. It may be nil. Update gets how
// much is done, the loss now, 0 where there is none, and what else is worth knowing.
type Bar interface {
	Update(done, total int, loss float64, note string)
	Done()
}

// Train fits l to tasks in that many steps of [train.Fast], with seed 0, and
// returns the weights with the lowest validation loss. The same call again loads
// them. Interrupted, it saves its state and goes on from there next time.
func Train(ctx context.Context, l learner.Learner, tasks datasets.Sampler, steps int, bar Bar, opts ...train.Option) (*train.Fitted, error) {
	return TrainWith(ctx, l, tasks, train.Fast(steps), bar, opts...)
}

// TrainWith is [Train] with a recipe of one's own.
func TrainWith(ctx context.Context, l learner.Learner, tasks datasets.Sampler, recipe train.Recipe, bar Bar, opts ...train.Option) (*train.Fitted, error) {
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

// Evaluate is the accuracy of p, by number of in-context examples, on that many
// fresh tasks. Two predictors get the same tasks.
func Evaluate(ctx context.Context, p eval.Predictor, tasks datasets.Sampler, count int) (eval.Curve, error) {
	b, err := tasks.Sample(datasets.Rand(0, "test/"+tasks.Name()), count)
	if err != nil {
		return eval.Curve{}, err
	}
	scores, err := eval.Evaluate(ctx, p, tasks.Name(), b, eval.AllLengths(b.N))
	if err != nil {
		return eval.Curve{}, err
	}
	return eval.CurveOf(eval.Accuracy, scores.Summarize(0)), nil
}

// Reproduce runs the experiment of a claim ("claim2") in a preset ("smoke",
// "quick", "paper") and returns its result, or loads it.
func Reproduce(ctx context.Context, name, preset string, bar Bar, opts ...train.Option) (*claim.Result, error) {
	p, err := claim.PresetByName(preset)
	if err != nil {
		return nil, err
	}
	o := claim.Options{Train: opts}
	if bar != nil {
		defer bar.Done()
		o.Progress = func(p claim.Progress) { bar.Update(p.Done, p.Total, 0, p.Label) }
	}
	return claim.Reproduce(ctx, name, p, o)
}

// DecisionMap asks p about every point of the plane around task t, given the
// task's first n examples, and returns the scene to draw with [figure.Tasks].
func DecisionMap(ctx context.Context, p eval.Predictor, b *datasets.Batch, t, n int) (figure.Scene, error) {
	scene := figure.Scene{Title: p.Name(), Batch: b, Task: t, N: n}
	grid, err := figure.Grid(b, t, n, mapSide)
	if err != nil {
		return scene, err
	}
	scene.Probs, err = eval.Predict(ctx, p, grid, []int{n})
	return scene, err
}

// mapSide is the number of points along each side of a decision map.
const mapSide = 64

// LossCurve reads a trained learner's log as a curve for [figure.Loss].
func LossCurve(f *train.Fitted) (figure.Run, error) {
	entries, err := f.Log()
	run := figure.Run{Learner: f.Name()}
	for _, e := range entries {
		run.Step, run.Loss = append(run.Step, e.Step), append(run.Loss, e.Loss)
	}
	return run, err
}

// Trained returns a learner of a claim's experiment, such as the first seed's ICL
// transformer trained on the mixture: Trained(ctx, "claim2", "quick", "ICL", "mix").
func Trained(ctx context.Context, name, preset, learner, trainedOn string) (*train.Fitted, error) {
	p, err := claim.PresetByName(preset)
	if err != nil {
		return nil, err
	}
	return claim.Model(ctx, name, p, learner, trainedOn, 0, claim.Options{})
}
