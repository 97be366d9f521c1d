package claim

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/train"
	"github.com/goicl/goicl/icl/transformer"
)

// The long run: the paper's transformer on the mixture for as long as its authors
// train, a million steps of 126 tasks. What does training 80 times longer than the
// quick experiments change, and what keeps a network without normalisation alive
// for so long?

// LongRun is the paper's transformer, trained on the mixture with one recipe for
// one seed, as it was after some of its steps.
type LongRun struct {
	Recipe string `json:"recipe"` // one of [LongRecipes]
	Steps  []int  `json:"steps"`
	// Accuracy is the mean accuracy on the test tasks of each family after each of the
	// steps: over the ten numbers of examples of claim 3, those from 10 for radius.
	Accuracy map[string][]eval.Estimate `json:"accuracy"`
	// Blows lists the steps, to a five-hundredth of the run, at which training was
	// thrown back: the mean gradient there was over 10 long.
	Blows []int `json:"blows"`
	// Diverged says why the run ended early, if it did; Steps end there, too.
	Diverged string  `json:"diverged,omitempty"`
	Best     int     `json:"best"` // the step with the lowest validation loss
	Hours    float64 `json:"hours"`
	Engine   string  `json:"engine"`
}

// longFamilies are those that a long run is tested on.
var longFamilies = append(slices.Clone(singles), radius.family)

// longRecipes differ in what holds the steps in check.
var longRecipes = map[string]train.Recipe{
	"authors": {Batch: 126, OnePrefix: true},
	"clipped": {Batch: 126, OnePrefix: true, Clip: 1},
	"decayed": {Batch: 126, OnePrefix: true, Clip: 1, Warmup: 500, Cosine: true},
}

// LongRecipes names the recipes of a long run. All take Adam at 3e-3, 126 tasks a
// step, one context length a task.
//
//	authors  a constant rate and nothing else
//	clipped  the same, with gradients clipped at length 1
//	decayed  clipped, with 500 steps of warm-up and cosine decay
func LongRecipes() []string { return slices.Sorted(maps.Keys(longRecipes)) }

// TrainLong makes or loads a long run of that many steps, and tests it on that many
// tasks of each family.
func TrainLong(ctx context.Context, recipe string, steps, tests int, o Options) (*LongRun, error) {
	how, ok := longRecipes[recipe]
	if !ok {
		return nil, fmt.Errorf("claim: unknown recipe %q for a long run; known: %s", recipe, strings.Join(LongRecipes(), ", "))
	}
	const least = 1000
	if steps < least {
		return nil, fmt.Errorf("claim: a long run of %d steps; want at least %d", steps, least)
	}
	how.Steps = steps
	tasks, err := trainingTasks(mixture)
	if err != nil {
		return nil, err
	}
	run := &LongRun{Recipe: recipe, Steps: train.LogSpaced(100, steps, 41), Accuracy: map[string][]eval.Estimate{}}
	opts := append([]train.Option{train.WithWorkers(1), train.WithSnapshots(run.Steps...)}, o.Train...)
	if o.Dir != "" {
		opts = append(opts, train.WithDir(o.Dir))
	}
	if o.Progress != nil {
		opts = append(opts, train.WithProgress(func(s train.Step) {
			o.Progress(Progress{Done: s.Step, Total: s.Steps, Step: s, Label: recipe})
		}))
	}
	f, err := run.train(ctx, train.Config{Learner: transformer.Paper{}, Tasks: tasks, Recipe: how}, opts)
	if err != nil {
		return nil, err
	}
	run.Best, run.Engine, run.Hours = f.Step, f.Engine, f.Seconds/3600
	return run, errors.Join(run.findBlows(f), run.test(ctx, f, tests))
}

// train makes the steps that are left. A run that diverges ends there.
func (r *LongRun) train(ctx context.Context, cfg train.Config, opts []train.Option) (*train.Fitted, error) {
	f, err := train.Train(ctx, cfg, opts...)
	if !errors.Is(err, train.ErrDiverged) {
		return f, err
	}
	r.Diverged = err.Error()
	open, err := train.Open(cfg, opts...)
	if err != nil {
		return nil, err
	}
	r.Steps = slices.DeleteFunc(r.Steps, func(step int) bool { return step > open.Step() })
	return open.Fitted(true), nil
}

// findBlows reads the log. An entry is a mean over a five-hundredth of the run.
func (r *LongRun) findBlows(f *train.Fitted) error {
	entries, err := f.Log()
	calm := true
	for _, e := range entries {
		const long = 10
		if calm && e.GradNorm > long {
			r.Blows = append(r.Blows, e.Step)
		}
		calm = e.GradNorm <= long
	}
	return err
}

// test measures each snapshot on each family.
func (r *LongRun) test(ctx context.Context, f *train.Fitted, tests int) error {
	for _, family := range longFamilies {
		first := fromExamples
		if family == radius.family {
			first = fromRadius
		}
		b, err := on(family).sample(0, tests)
		if err != nil {
			return err
		}
		for _, step := range r.Steps {
			then, err := f.At(step)
			if err != nil {
				return err
			}
			scores, err := eval.Evaluate(ctx, then, family, b, authorsAt)
			if err != nil {
				return err
			}
			perTask := scores.Summarize(first).Of(eval.Accuracy).PerTask
			r.Accuracy[family] = append(r.Accuracy[family], eval.Interval([][]float64{perTask}))
		}
	}
	return nil
}

// Curves lists the accuracy on each family by training step; their learner is the
// recipe.
func (r *LongRun) Curves() []eval.Curve {
	var curves []eval.Curve
	for _, family := range longFamilies {
		c := eval.Curve{Learner: r.Recipe, Family: family, Metric: eval.Accuracy, N: r.Steps}
		for _, e := range r.Accuracy[family] {
			c.Add(e)
		}
		curves = append(curves, c)
	}
	return curves
}

// LongTable is the accuracies of long runs, each by families, at every fifth of
// their steps.
func LongTable(runs ...*LongRun) (header []string, rows [][]string) {
	header = []string{"steps"}
	for _, r := range runs {
		for _, f := range longFamilies {
			header = append(header, r.Recipe+": "+f)
		}
	}
	var steps []int
	for _, r := range runs {
		if len(r.Steps) > len(steps) { // else it ended early
			steps = r.Steps
		}
	}
	for i := 0; i < len(steps); i += 5 {
		row := []string{fmt.Sprint(steps[i])}
		for _, r := range runs {
			for _, f := range longFamilies {
				cell := ""
				if i < len(r.Steps) {
					cell = plusMinus(r.Accuracy[f][i])
				}
				row = append(row, cell)
			}
		}
		rows = append(rows, row)
	}
	return header, rows
}
