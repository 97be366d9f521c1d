package claim

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/engine"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/train"
)

// experiment trains cells over several seeds and tests each, and predictors that
// are made of them or need no training, under every condition.
type experiment struct {
	title      string
	preset     Preset
	cells      []cell
	conditions []condition
	at         []int // numbers of examples
	tasks      int   // test tasks for each condition and seed
	// derive makes the predictors without training of a condition. It may ask for
	// trained learners.
	derive func(c condition, trained func(subject) *train.Fitted) ([]eval.Predictor, error)
	// keep tells for which conditions single predictions are needed later.
	keep func(condition) bool
	// fill adds checks, headline and whatever else the claim tells to the result.
	fill func(r *Result)

	opts     []train.Option
	progress func(Progress)

	mu     sync.Mutex
	runs   []Run
	fitted map[subject]map[uint64]*train.Fitted
	scores map[scoreKey]*eval.Summary
	kept   map[scoreKey]*eval.Scores
	done   int
	tested float64 // seconds spent on tests, by all cores together
}

type scoreKey struct {
	subject
	condition
	seed uint64
}

// Progress reports how far an experiment is.
type Progress struct {
	Done, Total int        // runs, and tests of the predictors that need none
	Step        train.Step // the last step of one of the runs under way
	Label       string     // that run: "ICL(mix), seed 2"
}

// fromExamples is the smallest number of examples that counts in averages: the
// authors' loss starts there, too.
const fromExamples = 2

func (x *experiment) prepare(o Options) error {
	x.opts = o.manyRuns()
	x.progress = o.Progress
	x.fitted = map[subject]map[uint64]*train.Fitted{}
	x.scores, x.kept = map[scoreKey]*eval.Summary{}, map[scoreKey]*eval.Scores{}
	x.runs = make([]Run, len(x.cells)*x.preset.Seeds)
	for _, c := range x.cells {
		if x.fitted[c.subject()] != nil {
			return fmt.Errorf("claim: the experiment trains two learners called %s; give each its own name", c.subject())
		}
		x.fitted[c.subject()] = map[uint64]*train.Fitted{}
	}
	return nil
}

// train makes the runs for which mine is true, a few more at once than there are
// processors (a graph of few operations keeps none busy), each with one worker, and
// hands each to then. Runs that were finished
// before are loaded.
func (x *experiment) train(ctx context.Context, mine func(i int) bool, then func(ctx context.Context, f *train.Fitted, c cell, seed uint64) error) error {
	return inParallel(ctx, len(x.runs), mine, func(ctx context.Context, i int) error {
		seed, c := uint64(i/len(x.cells)), x.cells[i%len(x.cells)]
		f, err := x.one(ctx, c, seed, &x.runs[i])
		if err == nil && f != nil {
			err = then(ctx, f, c, seed)
		}
		x.report(train.Step{}, fmt.Sprintf("%s, seed %d", c.subject(), seed), 1)
		return err
	})
}

// inParallel calls do for each 0 ≤ i < n that is mine, see [engine.SideBySide].
func inParallel(ctx context.Context, n int, mine func(i int) bool, do func(ctx context.Context, i int) error) error {
	var all []int
	for i := range n {
		if mine(i) {
			all = append(all, i)
		}
	}
	return engine.SideBySide(ctx, len(all), func(ctx context.Context, k int) error { return do(ctx, all[k]) })
}

// one makes a run. A run that diverges is a result, too: it is nil, and the reason
// is noted.
func (x *experiment) one(ctx context.Context, c cell, seed uint64, out *Run) (*train.Fitted, error) {
	cfg, err := x.config(c, seed)
	if err != nil {
		return nil, err
	}
	*out = Run{Learner: c.learner.Name(), TrainedOn: c.trained, Seed: seed}
	label := fmt.Sprintf("%s, seed %d", c.subject(), seed)
	opts := append(slices.Clone(x.opts), train.WithProgress(func(s train.Step) { x.report(s, label, 0) }))
	f, starts, err := train.BestOf(ctx, cfg, x.preset.starts(c.learner), opts...)
	if errors.Is(err, train.ErrDiverged) {
		out.Failed = err.Error()
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("claim: %s: %w", label, err)
	}
	out.Key, out.Engine, out.Params, out.Score, out.Starts = f.Key(), f.Engine, len(f.Params), f.Score, starts
	return f, nil
}

func (x *experiment) config(c cell, seed uint64) (train.Config, error) {
	tasks, err := trainingTasks(c.trained)
	return train.Config{Learner: c.learner, Tasks: tasks, Recipe: x.preset.recipe(c.learner, c.trained), Seed: seed}, err
}

// identify writes the conditions, the keys of all runs and their numbers of starts.
func (x *experiment) identify(w io.Writer) error {
	fmt.Fprintln(w, x.conditions, x.at, x.tasks)
	for s := range x.preset.Seeds {
		for _, c := range x.cells {
			cfg, err := x.config(c, uint64(s))
			if err != nil {
				return err
			}
			key, err := cfg.Key()
			if err != nil {
				return err
			}
			fmt.Fprintln(w, key, x.preset.starts(c.learner))
		}
	}
	return nil
}

func (x *experiment) work(ctx context.Context, mine func(i int) bool) error {
	nothing := func(context.Context, *train.Fitted, cell, uint64) error { return nil }
	return x.train(ctx, mine, nothing)
}

// conclude trains and tests everything.
func (x *experiment) conclude(ctx context.Context) (*Result, error) {
	every := func(int) bool { return true }
	if err := x.train(ctx, every, x.testTrained); err != nil {
		return nil, err
	}
	if len(x.seeds()) < 2 {
		return nil, fmt.Errorf("claim: fewer than 2 seeds are left, which gives no interval; the first failure: %s", x.failures()[0].Failed)
	}
	if err := x.testDerived(ctx); err != nil {
		return nil, err
	}
	r := &Result{
		Title: x.title, Seeds: len(x.seeds()), Tasks: x.tasks,
		Curves: x.curves(), Runs: x.runs, CoreMinutes: x.coreMinutes(),
	}
	_, r.FailedSeeds = splitSeeds(x.preset.Seeds, x.runs)
	x.fill(r)
	return r, nil
}

// testTrained tests a trained learner under every condition.
func (x *experiment) testTrained(ctx context.Context, f *train.Fitted, c cell, seed uint64) error {
	x.mu.Lock()
	x.fitted[c.subject()][seed] = f
	x.mu.Unlock()
	for _, where := range x.conditions {
		b, err := where.sample(seed, x.tasks)
		if err == nil {
			err = x.test(ctx, f, c.trained, where, seed, b)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// testDerived tests what is not trained, on the seeds of which no run failed.
func (x *experiment) testDerived(ctx context.Context) error {
	for _, seed := range x.seeds() {
		trained := func(s subject) *train.Fitted { return x.fitted[s][seed] }
		for _, where := range x.conditions {
			b, err := where.sample(seed, x.tasks)
			if err != nil {
				return err
			}
			derived, err := x.derive(where, trained)
			if err != nil {
				return err
			}
			for _, p := range derived {
				x.report(train.Step{}, fmt.Sprintf("%s on %s, seed %d", p.Name(), where.family, seed), 0)
				if err := x.test(ctx, p, "", where, seed, b); err != nil {
					return err
				}
			}
			x.report(train.Step{}, fmt.Sprintf("oracles on %s, seed %d", where.family, seed), 1)
		}
	}
	return nil
}

func (x *experiment) test(ctx context.Context, p eval.Predictor, trained string, where condition, seed uint64, b *datasets.Batch) error {
	start, cores := time.Now(), coreShare()
	if trained == "" {
		cores = float64(runtime.GOMAXPROCS(0)) // oracles use all of them, one after the other
	}
	scores, err := eval.Evaluate(ctx, p, where.family, b, x.at)
	if err != nil {
		return err
	}
	key := scoreKey{subject{p.Name(), trained}, where, seed}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.tested += time.Since(start).Seconds() * cores
	x.scores[key] = scores.Summarize(fromExamples)
	if x.keep(where) {
		x.kept[key] = scores
	}
	return nil
}

func (x *experiment) report(s train.Step, label string, finished int) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.done += finished
	x.progress(Progress{Done: x.done, Total: len(x.runs) + x.preset.Seeds*len(x.conditions), Step: s, Label: label})
}

// coreMinutes is the time spent on all runs, whenever they were made, and on tests;
// of a run's time its share of the processors, since more runs are under way.
func (x *experiment) coreMinutes() float64 {
	sum := x.tested
	for _, r := range x.runs {
		sum += r.Starts.Seconds * coreShare()
	}
	return sum / 60
}

// coreShare is the share of a processor that each of the calls of [inParallel] gets.
func coreShare() float64 {
	return float64(runtime.GOMAXPROCS(0)) / float64(engine.AtOnce())
}

// failures lists the runs that diverged.
func (x *experiment) failures() []Run {
	return slices.DeleteFunc(slices.Clone(x.runs), func(r Run) bool { return r.Failed == "" })
}

// seeds lists those of which no run failed. The others take no part in any
// comparison, for comparisons are paired by seed.
func (x *experiment) seeds() []uint64 {
	whole, _ := splitSeeds(x.preset.Seeds, x.runs)
	return whole
}

// splitSeeds lists the seeds of which no run failed, and the others.
func splitSeeds(seeds int, runs []Run) (whole, failed []uint64) {
	for s := range uint64(seeds) {
		if slices.ContainsFunc(runs, func(r Run) bool { return r.Seed == s && r.Failed != "" }) {
			failed = append(failed, s)
		} else {
			whole = append(whole, s)
		}
	}
	return whole, failed
}

// summaries are a subject's scores under a condition, one a seed; nil where it
// was not tested.
func (x *experiment) summaries(s subject, where condition) []*eval.Summary {
	var all []*eval.Summary
	for _, seed := range x.seeds() {
		if sum := x.scores[scoreKey{s, where, seed}]; sum != nil {
			all = append(all, sum)
		}
	}
	return all
}

// perTask returns each seed's accuracies per task of a subject.
func (x *experiment) perTask(s subject, where condition) [][]float64 {
	var groups [][]float64
	for _, sum := range x.summaries(s, where) {
		groups = append(groups, sum.Of(eval.Accuracy).PerTask)
	}
	return groups
}

// subjects lists what was tested under a condition: the trained in their order,
// then the others by name.
func (x *experiment) subjects(where condition) []subject {
	var trained, others []subject
	for _, c := range x.cells {
		trained = append(trained, c.subject())
	}
	for key := range x.scores {
		if key.trained == "" && key.condition == where && key.seed == x.seeds()[0] {
			others = append(others, key.subject)
		}
	}
	slices.SortFunc(others, func(a, b subject) int { return strings.Compare(a.learner, b.learner) })
	return append(trained, others...)
}

// curves lists the accuracy of every subject under every condition.
func (x *experiment) curves() []Curve {
	var curves []Curve
	for _, where := range x.conditions {
		for _, s := range x.subjects(where) {
			sums := x.summaries(s, where)
			curves = append(curves, x.label(eval.CurveOf(eval.Accuracy, sums...), s, where, overall(sums)))
		}
	}
	return curves
}

// label tells what a curve belongs to.
func (x *experiment) label(c eval.Curve, s subject, where condition, overall map[eval.Metric]eval.Estimate) Curve {
	return Curve{Curve: c, TrainedOn: s.trained, Sigma: where.sigma, Overall: overall}
}

// overall is the mean of each metric over 2 and more examples.
func overall(sums []*eval.Summary) map[eval.Metric]eval.Estimate {
	all := map[eval.Metric]eval.Estimate{}
	for _, m := range eval.Metrics(&datasets.Batch{C: 2}) {
		groups := make([][]float64, len(sums))
		for i, s := range sums {
			groups[i] = s.Of(m).PerTask
		}
		all[m] = eval.Interval(groups)
	}
	return all
}

// validation is a subject's mean validation accuracy over seeds.
func (x *experiment) validation(s subject) float64 {
	sum, count := 0., 0.
	for _, r := range x.runs {
		if r.Learner == s.learner && r.TrainedOn == s.trained && slices.Contains(x.seeds(), r.Seed) {
			sum += r.Score.Accuracy
			count++
		}
	}
	return sum / count
}
