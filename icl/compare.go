package icl

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/synthetic"
	"github.com/goicl/goicl/icl/engine"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/train"
	"github.com/goicl/goicl/icl/transformer"
)

// Hypothesis is a question that training answers: does a change make a difference? Its
// zero values, but for the arms, are sensible.
type Hypothesis struct {
	// Title is the question in words; it heads the figures.
	Title string
	// Arms are two or more; each is compared with the first.
	Arms []Arm
	// Metric is eval.Accuracy, LogLoss or Brier for tasks with classes, and
	// eval.SquaredError for real targets; "" means the first or the last of them.
	Metric eval.Metric
	// Score is a metric of one's own, which Metric then names. Larger is better.
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
	// Budget is how long the comparison may take; 0 means as long as it does. Seeds that
	// are predicted not to fit are not begun, and a run is interrupted where time is up.
	Budget time.Duration
}

// Arm is one way of training. What it leaves out it shares with the first arm, and what
// the first leaves out is the paper's transformer on its mixture of families, for 2,000
// steps of [train.Fast].
type Arm struct {
	Name    string // "" means the learner's
	Learner learner.Learner
	Tasks   datasets.Sampler // a curriculum, too
	Recipe  train.Recipe
	From    *train.Fitted // a trained learner to start from
}

// Compare trains the arms of a hypothesis, paired by seed, tests them on the same tasks
// and tells what the difference is. Runs are made side by side and kept: the same call
// again only loads them, with more seeds it makes those that are new, and interrupted it
// goes on where it was. An arm that diverges for a seed is left out for that seed.
func Compare(ctx context.Context, h Hypothesis, bar Bar, opts ...train.Option) (*Comparison, error) {
	h, err := h.complete()
	if err != nil {
		return nil, err
	}
	if bar != nil {
		defer bar.Done()
	}
	x := &trial{Hypothesis: h, bar: bar, start: time.Now(), opts: append([]train.Option{train.ManyRuns()}, opts...)}
	x.begun, x.cells, x.steps = map[int]bool{}, make([]cell, h.Seeds*len(h.Arms)), make([]int, h.Seeds*len(h.Arms))
	if err := x.run(ctx); err != nil {
		return nil, err
	}
	return x.conclude()
}

// complete fills in what was left out and reports the first thing that is wrong.
func (h Hypothesis) complete() (Hypothesis, error) {
	h.Tests, h.Seeds = cmp.Or(h.Tests, 512), cmp.Or(h.Seeds, 5)
	switch {
	case len(h.Arms) < 2:
		return h, fmt.Errorf("icl: %d arms to compare; want at least 2, such as Arms: []icl.Arm{{}, {Name: \"shallow\", Learner: transformer.Paper{Depth: 2}}}", len(h.Arms))
	case h.Seeds < 2:
		return h, fmt.Errorf("icl: %d seeds; want at least 2, since one tells nothing about chance", h.Seeds)
	case h.Tests < 1:
		return h, fmt.Errorf("icl: %d test tasks a seed; want at least 1, or 0 for 512", h.Tests)
	case h.Budget < 0 || !(h.Margin >= 0):
		return h, fmt.Errorf("icl: budget %s and margin %g; want positive ones, or 0 for none", h.Budget, h.Margin)
	}
	h.Arms = completeArms(h.Arms)
	if h.Test == nil {
		h.Test = h.Arms[0].Tasks
	}
	b, err := h.Test.Sample(datasets.Rand(0, "probe"), 1)
	if err == nil {
		err = b.Validate()
	}
	if err != nil {
		return h, fmt.Errorf("icl: test tasks of %s: %w", h.Test.Name(), err)
	}
	if h.Metric, err = h.metric(b.C); err != nil {
		return h, err
	}
	if len(h.At) == 0 {
		h.At = eval.AllLengths(b.N)[min(2, b.N-1):]
	}
	if lo, hi := slices.Min(h.At), slices.Max(h.At); lo < 0 || hi >= b.N {
		return h, fmt.Errorf("icl: measured at %d to %d examples, but test tasks have %d points; want numbers from 0 to %d", lo, hi, b.N, b.N-1)
	}
	return h, h.checkArms(b)
}

// completeArms fills the first arm with defaults and the others with the first.
func completeArms(arms []Arm) []Arm {
	like := Arm{Learner: transformer.Paper{}, Tasks: synthetic.Mixture(1, 50), Recipe: train.Fast(2000)}
	all := make([]Arm, len(arms))
	for i, a := range arms {
		if a.Learner == nil {
			a.Learner = like.Learner
		}
		if a.Tasks == nil {
			a.Tasks = like.Tasks
		}
		a.Recipe, a.From = cmp.Or(a.Recipe, like.Recipe), cmp.Or(a.From, like.From)
		a.Name = cmp.Or(a.Name, a.Learner.Name())
		if i == 0 {
			like = a
		}
		all[i] = a
	}
	return all
}

// metric is the name of what is measured on tasks with c classes, or real targets for 0.
func (h Hypothesis) metric(c int) (eval.Metric, error) {
	known := []eval.Metric{eval.Accuracy, eval.LogLoss, eval.Brier}
	if c == 0 {
		known = []eval.Metric{eval.SquaredError}
	}
	switch {
	case h.Score != nil:
		return cmp.Or(h.Metric, "score"), nil
	case h.Metric == "":
		return known[0], nil
	case !slices.Contains(known, h.Metric):
		return "", fmt.Errorf("icl: metric %q is not for the tasks of %s; known: %q, or set Score to a function of your own", h.Metric, h.Test.Name(), known)
	}
	return h.Metric, nil
}

// checkArms reports arms that cannot be told apart, or tested on tasks like those of b.
func (h Hypothesis) checkArms(b *datasets.Batch) error {
	names, keys := map[string]bool{}, map[string]string{}
	for i, a := range h.Arms {
		if names[a.Name] {
			return fmt.Errorf("icl: two arms are called %q; give each a Name", a.Name)
		}
		names[a.Name] = true
		own, err := a.Tasks.Sample(datasets.Rand(0, "probe"), 1)
		if err != nil {
			return fmt.Errorf("icl: arm %q: %w", a.Name, err)
		}
		if own.D != b.D || own.C != b.C {
			return fmt.Errorf("icl: arm %q trains on tasks with %d inputs and %d classes (0: real targets), but the test tasks of %s have %d and %d; give both the same", a.Name, own.D, own.C, h.Test.Name(), b.D, b.C)
		}
		key, err := h.config(i, 0).Key()
		if err == nil {
			err = learner.CheckLength(a.Learner, b.N)
		}
		if err != nil {
			return fmt.Errorf("icl: arm %q: %w", a.Name, err)
		}
		if other, ok := keys[key]; ok {
			return fmt.Errorf("icl: arms %q and %q are the same run; change something in one of them", other, a.Name)
		}
		keys[key] = a.Name
	}
	return nil
}

// config is the run of an arm with a seed.
func (h Hypothesis) config(arm, seed int) train.Config {
	a := h.Arms[arm]
	return train.Config{Learner: a.Learner, Tasks: a.Tasks, Recipe: a.Recipe, From: a.From, Seed: uint64(seed)}
}

// trial is a comparison under way. Its runs are numbered seed by seed.
type trial struct {
	Hypothesis
	bar   Bar
	opts  []train.Option
	start time.Time

	mu      sync.Mutex
	begun   map[int]bool // by seed
	cells   []cell       // by run
	steps   []int        // made, by run
	longest float64      // seconds that a run took
}

// cell is what came of a run; both are zero if it was not finished.
type cell struct {
	scores   *eval.Scores
	diverged bool
}

func (x *trial) run(ctx context.Context) error {
	within := ctx
	if x.Budget > 0 {
		var cancel context.CancelFunc
		within, cancel = context.WithTimeout(ctx, x.Budget)
		defer cancel()
	}
	err := engine.SideBySide(within, len(x.cells), func(group context.Context, i int) error {
		err := x.one(group, i)
		if errors.Is(err, train.ErrInterrupted) && timeUp(ctx, within) {
			return nil
		}
		return err
	})
	switch {
	case timeUp(ctx, within) && errors.Is(err, context.DeadlineExceeded):
		return nil
	case errors.Is(err, context.Canceled):
		return fmt.Errorf("icl: %w between two runs; run it again to go on", train.ErrInterrupted)
	}
	return err
}

// timeUp tells whether the budget ended within, and nobody ended ctx.
func timeUp(ctx, within context.Context) bool { return within.Err() != nil && ctx.Err() == nil }

// one makes and tests run i.
func (x *trial) one(ctx context.Context, i int) error {
	seed, arm := i/len(x.Arms), i%len(x.Arms)
	if !x.begins(seed) {
		return nil
	}
	f, err := train.Train(ctx, x.config(arm, seed), append(slices.Clone(x.opts), train.WithProgress(func(s train.Step) { x.report(i, s) }))...)
	if errors.Is(err, train.ErrDiverged) {
		x.cells[i].diverged = true
		return nil
	}
	if err != nil {
		return fmt.Errorf("icl: arm %q, seed %d: %w", x.Arms[arm].Name, seed, err)
	}
	x.mu.Lock()
	x.longest = max(x.longest, f.Seconds)
	x.mu.Unlock()
	x.cells[i].scores, err = x.test(ctx, f, x.Arms[arm].Name, seed)
	return err
}

// begins decides, once for each seed, whether to begin it: the first two in any case,
// others if what is left of a run, as long as the longest took, fits into the budget.
func (x *trial) begins(seed int) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	yes, decided := x.begun[seed]
	if !decided {
		needs := time.Duration(x.longest * x.left(seed) * float64(time.Second))
		yes = seed < 2 || x.Budget == 0 || time.Since(x.start)+needs <= x.Budget
		x.begun[seed] = yes
	}
	return yes
}

// left is the share of a seed's steps that is not made yet, of the arm with most.
func (x *trial) left(seed int) (share float64) {
	for arm := range x.Arms {
		r, err := train.Open(x.config(arm, seed), x.opts...)
		if err != nil {
			return 1 // the run will tell
		}
		share = max(share, 1-float64(r.Step())/float64(x.Arms[arm].Recipe.WithDefaults().Steps))
	}
	return share
}

func (x *trial) report(i int, s train.Step) {
	if x.bar == nil {
		return
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.steps[i] = s.Step
	done, total := 0, 0
	for k, steps := range x.steps {
		done += steps
		total += x.Arms[k%len(x.Arms)].Recipe.WithDefaults().Steps
	}
	x.bar.Update(done, total, 0, fmt.Sprintf("%s, seed %d: loss %.3f", x.Arms[i%len(x.Arms)].Name, i/len(x.Arms), s.Loss))
}

// test scores a run on its seed's test tasks.
func (x *trial) test(ctx context.Context, f *train.Fitted, arm string, seed int) (*eval.Scores, error) {
	b, err := x.Test.Sample(datasets.Rand(uint64(seed), "test/"+x.Test.Name()), x.Tests)
	if err != nil {
		return nil, fmt.Errorf("icl: test tasks of %s: %w", x.Test.Name(), err)
	}
	var opts []eval.Option
	if x.Score != nil {
		opts = append(opts, eval.WithScore(x.Metric, x.Score))
	}
	s, err := eval.Evaluate(ctx, f, x.Test.Name(), b, x.At, opts...)
	if ctx.Err() != nil {
		return nil, fmt.Errorf("icl: %w: testing %s, seed %d, which is trained; run it again to go on", train.ErrInterrupted, arm, seed)
	}
	if err == nil {
		s.Learner = arm
	}
	return s, err
}
