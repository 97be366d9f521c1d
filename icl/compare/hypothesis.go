// Package compare tests a hypothesis: it trains variants of a learner, its tasks or its
// recipe, paired by seed, and reports the difference with an interval over seeds.
package compare

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/synthetic"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/internal/own"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/study"
	"github.com/goicl/goicl/icl/train"
	"github.com/goicl/goicl/icl/transformer"
	"github.com/goicl/goicl/internal/usercode"
)

// Hypothesis is a question that training answers: does a change make a difference? It is a
// study of arms under one condition. Its zero values, but for the arms, are sensible.
type Hypothesis struct {
	// Title is the question in words; it heads the figures.
	Title string
	// Arms are two or more; each is compared with the first or, with Pairs, with every other. What one leaves out it shares
	// with the first, and what the first leaves out is the paper's transformer on its
	// mixture of families, for 2,000 steps of [train.Fast].
	Arms []study.Arm
	// Pairs compares every two arms.
	Pairs bool
	// Simultaneous widens the intervals of several comparisons so that all of them hold at once
	// with a probability of 95 %: each leaves out .05 divided by their number (Bonferroni). Else
	// each holds with 95 % by itself, so that one of twenty comparisons of equals errs.
	Simultaneous bool
	// Metric is eval.Accuracy, LogLoss or Brier for tasks with classes, and
	// eval.SquaredError for real targets; "" means the first or the last of them.
	Metric eval.Metric
	// Score is a user-defined metric, which Metric then names. Larger is better.
	Score eval.Score
	// At are the numbers of examples over which the metric is averaged; none means all
	// from 2 on.
	At []int
	// Test draws the test tasks, the same for every arm; nil means those of the first
	// arm. Tests is their number for each seed; 0 means 512.
	Test  datasets.Sampler
	Tests int
	// Seeds is the number of seeds; 0 means 5. A seed fixes starting weights, training
	// tasks and test tasks.
	Seeds int
	// Margin is the greatest difference that does not matter: with one, the arms can be
	// found to do equally well.
	Margin float64
	// Budget is how long the comparison may take, see [study.Options].
	Budget time.Duration
}

// Run trains the arms of a hypothesis, paired by seed, tests them on the same tasks and
// reports the difference. Runs are made side by side and kept: the same call again only
// loads them, with more seeds it makes those that are new, and interrupted it goes on where
// it was. An arm that diverges for a seed is left out for that seed.
func Run(ctx context.Context, h Hypothesis, o study.Options) (*Result, error) {
	h, err := h.complete()
	if err != nil {
		return nil, err
	}
	o.Budget = cmp.Or(h.Budget, o.Budget)
	d, err := study.Collect(ctx, h.study(), o)
	if err != nil {
		return nil, err
	}
	return h.conclude(d)
}

// study is the hypothesis as a study.
func (h Hypothesis) study() *study.Study {
	c := study.On(h.Test, h.Tests)
	c.At = h.At
	if h.Score != nil {
		c.Test = func(ctx context.Context, p eval.Predictor, _ uint64, b *datasets.Batch, at []int) (*eval.Scores, error) {
			return eval.Evaluate(ctx, p, h.Test.Name(), b, at, eval.WithScore(h.Metric, h.Score))
		}
	}
	return &study.Study{Name: "comparison", Title: h.Title, Seeds: h.Seeds, Arms: h.Arms, Conditions: []study.Condition{c}}
}

// probe is a test task.
func (h Hypothesis) probe() (b *datasets.Batch, err error) {
	name, err := usercode.NameOf("sampler", h.Test)
	if err != nil {
		return nil, fmt.Errorf("compare: Test: %w", err)
	}
	if b, err = own.Tasks(h.Test, datasets.Rand(0, "probe"), 1); err != nil {
		return nil, fmt.Errorf("compare: test tasks of %s: %w", name, err)
	}
	return b, nil
}

// complete fills in what was left out and reports the first thing that is wrong.
func (h Hypothesis) complete() (Hypothesis, error) {
	h.Tests, h.Seeds = cmp.Or(h.Tests, 512), cmp.Or(h.Seeds, 5)
	switch {
	case len(h.Arms) < 2:
		return h, fmt.Errorf("compare: %d arms to compare; want at least 2, such as Arms: []study.Arm{{}, {Name: \"shallow\", Learner: transformer.Paper{Depth: 2}}}", len(h.Arms))
	case h.Seeds < 2:
		return h, fmt.Errorf("compare: %d seeds; want at least 2, since one tells nothing about chance", h.Seeds)
	case h.Tests < 1:
		return h, fmt.Errorf("compare: %d test tasks a seed; want at least 1, or 0 for 512", h.Tests)
	case h.Budget < 0 || !(h.Margin >= 0):
		return h, fmt.Errorf("compare: budget %s and margin %g; want positive ones, or 0 for none", h.Budget, h.Margin)
	}
	var err error
	if h.Arms, err = completeArms(h.Arms); err != nil {
		return h, err
	}
	if h.Test == nil {
		h.Test = h.Arms[0].Tasks
	}
	b, err := h.probe()
	if err != nil {
		return h, err
	}
	if h.Metric, err = h.metric(b); err != nil {
		return h, err
	}
	if len(h.At) == 0 {
		h.At = eval.AllLengths(b.N)[min(2, b.N-1):]
	}
	if lo, hi := slices.Min(h.At), slices.Max(h.At); lo < 0 || hi >= b.N {
		return h, fmt.Errorf("compare: measured at %d to %d examples, but test tasks have %d points; want numbers from 0 to %d", lo, hi, b.N, b.N-1)
	}
	return h, h.checkArms(b)
}

// completeArms fills the first arm with defaults and the others with the first.
func completeArms(arms []study.Arm) ([]study.Arm, error) {
	like := study.Arm{Learner: transformer.Paper{}, Tasks: synthetic.Mixture(1, 50), Recipe: train.Fast(2000)}
	all := make([]study.Arm, len(arms))
	for i, a := range arms {
		if a.Learner == nil {
			a.Learner = like.Learner
		}
		if a.Tasks == nil {
			a.Tasks = like.Tasks
		}
		if a.Recipe.IsZero() {
			a.Recipe = like.Recipe
		}
		a.From = cmp.Or(a.From, like.From)
		name, err := usercode.NameOf("learner", a.Learner)
		if err == nil {
			_, err = usercode.NameOf("sampler", a.Tasks)
		}
		if err != nil {
			return nil, fmt.Errorf("compare: arm %d: %w", i, err)
		}
		a.Name = cmp.Or(a.Name, name)
		if i == 0 {
			like = a
		}
		all[i] = a
	}
	return all, nil
}

// metric is the name of what is measured on tasks like those of b.
func (h Hypothesis) metric(b *datasets.Batch) (eval.Metric, error) {
	known := []eval.Metric{eval.Accuracy, eval.LogLoss, eval.Brier}
	if b.Regression() {
		known = []eval.Metric{eval.SquaredError}
	}
	switch {
	case h.Score != nil:
		return cmp.Or(h.Metric, "score"), nil
	case h.Metric == "":
		return known[0], nil
	case !slices.Contains(known, h.Metric):
		return "", fmt.Errorf("compare: metric %q is not for the tasks of %s; known: %q, or set Score to a function of your own", h.Metric, h.Test.Name(), known)
	}
	return h.Metric, nil
}

// checkArms reports arms that cannot be told apart, or tested on tasks like those of b.
func (h Hypothesis) checkArms(b *datasets.Batch) error {
	names, keys := map[string]bool{}, map[string]string{}
	for _, a := range h.Arms {
		if names[a.Name] {
			return fmt.Errorf("compare: two arms are called %q; give each a Name", a.Name)
		}
		names[a.Name] = true
		trained, err := own.Tasks(a.Tasks, datasets.Rand(0, "probe"), 1)
		if err != nil {
			return fmt.Errorf("compare: arm %q: %w", a.Name, err)
		}
		if trained.D != b.D || trained.C != b.C {
			return fmt.Errorf("compare: arm %q trains on tasks with %d inputs and %d classes (0: real targets), but the test tasks of %s have %d and %d; give both the same", a.Name, trained.D, trained.C, h.Test.Name(), b.D, b.C)
		}
		key, err := train.Config{Learner: a.Learner, Tasks: a.Tasks, Recipe: a.Recipe, From: a.From}.Key()
		if err == nil {
			err = learner.CheckLength(a.Learner, b.N)
		}
		if err != nil {
			return fmt.Errorf("compare: arm %q: %w", a.Name, err)
		}
		if other, ok := keys[key]; ok {
			return fmt.Errorf("compare: arms %q and %q are the same run; change something in one of them", other, a.Name)
		}
		keys[key] = a.Name
	}
	return nil
}
