package claim

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/synthetic"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/train"
)

// mixture names the third of each family as a training set.
const mixture = "mix"

// cell is one learner trained on one family.
type cell struct {
	learner learner.Learner
	trained string
}

// experiment trains cells over several seeds and tests each on every family.
type experiment struct {
	preset   Preset
	cells    []cell
	families []string // tested on
	opts     []train.Option
	progress func(Progress)

	mu     sync.Mutex
	runs   []Run
	scores map[scoreKey]*eval.Summary
	tests  map[testKey]*datasets.Batch
	done   int
}

type scoreKey struct {
	learner, trained, family string
	seed                     uint64
}

type testKey struct {
	family string
	seed   uint64
}

// Progress reports how far an experiment is.
type Progress struct {
	Done, Total int        // runs
	Step        train.Step // the last step of one of the runs under way
	Label       string     // that run: "ICL on mix, seed 2"
}

// fromExamples is the smallest number of examples that counts in averages: the
// authors' loss starts there, too.
const fromExamples = 2

// run trains and tests everything, as many runs at once as there are processors,
// each with one worker. Runs that were finished before are loaded.
func (x *experiment) run(ctx context.Context) error {
	x.opts = append([]train.Option{train.WithGraphs(train.NewGraphs()), train.WithWorkers(1)}, x.opts...)
	if err := x.checkNames(); err != nil {
		return err
	}
	x.scores, x.tests = map[scoreKey]*eval.Summary{}, map[testKey]*datasets.Batch{}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	x.runs = make([]Run, len(x.cells)*x.preset.Seeds)
	for s := range x.preset.Seeds {
		for i, c := range x.cells {
			group.Go(func() error {
				if ctx.Err() != nil {
					return ctx.Err()
				}
				return x.one(ctx, c, uint64(s), &x.runs[s*len(x.cells)+i])
			})
		}
	}
	return group.Wait()
}

// checkNames keeps two learners of one name apart: scores go by name.
func (x *experiment) checkNames() error {
	seen := map[string]bool{}
	for _, c := range x.cells {
		key := c.learner.Name() + " on " + c.trained
		if seen[key] {
			return fmt.Errorf("claim: the experiment trains two learners called %s; give each its own name", key)
		}
		seen[key] = true
	}
	return nil
}

// one trains and tests a cell for one seed.
func (x *experiment) one(ctx context.Context, c cell, seed uint64, out *Run) error {
	cfg, err := x.config(c, seed)
	if err != nil {
		return err
	}
	label := fmt.Sprintf("%s on %s, seed %d", c.learner.Name(), c.trained, seed)
	opts := append(slices.Clone(x.opts), train.WithProgress(func(s train.Step) { x.report(s, label, 0) }))
	fitted, starts, err := train.BestOf(ctx, cfg, x.preset.starts(c.learner), opts...)
	if err != nil {
		return fmt.Errorf("claim: %s: %w", label, err)
	}
	*out = Run{
		Learner: c.learner.Name(), TrainedOn: c.trained, Seed: seed, Key: fitted.Key(),
		Engine: fitted.Engine, Params: len(fitted.Params), Score: fitted.Score, Starts: starts,
	}
	for _, family := range x.families {
		if err := x.test(ctx, fitted, c.trained, family, seed); err != nil {
			return err
		}
	}
	x.report(train.Step{}, label, 1)
	return nil
}

func (x *experiment) config(c cell, seed uint64) (train.Config, error) {
	sampler, err := synthetic.ByName(c.trained, 1, points)
	return train.Config{Learner: c.learner, Tasks: sampler, Recipe: x.preset.recipe(c.learner, c.trained), Seed: seed}, err
}

// points is the number of points of a task.
const points = 50

func (x *experiment) test(ctx context.Context, p eval.Predictor, trained, family string, seed uint64) error {
	batch, err := x.testTasks(family, seed)
	if err != nil {
		return err
	}
	scores, err := eval.Evaluate(ctx, p, family, batch, eval.AllLengths(batch.N))
	if err != nil {
		return err
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.scores[scoreKey{p.Name(), trained, family, seed}] = scores.Summarize(fromExamples)
	return nil
}

// testTasks are the same for every learner, so that comparisons pair by task;
// each seed has its own.
func (x *experiment) testTasks(family string, seed uint64) (*datasets.Batch, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	key := testKey{family, seed}
	if x.tests[key] == nil {
		sampler, err := synthetic.ByName(family, 1, points)
		if err != nil {
			return nil, err
		}
		if x.tests[key], err = sampler.Sample(datasets.Rand(seed, "test/"+family), x.preset.Tasks); err != nil {
			return nil, err
		}
	}
	return x.tests[key], nil
}

func (x *experiment) report(s train.Step, label string, finished int) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.done += finished
	x.progress(Progress{Done: x.done, Total: len(x.runs), Step: s, Label: label})
}

// perTask returns each seed's accuracies per task of a learner.
func (x *experiment) perTask(learner, trained, family string) [][]float64 {
	groups := make([][]float64, x.preset.Seeds)
	for s := range groups {
		groups[s] = x.scores[scoreKey{learner, trained, family, uint64(s)}].PerTask
	}
	return groups
}

// curves lists the accuracy of every cell on every family.
func (x *experiment) curves() []Curve {
	var curves []Curve
	for _, c := range x.cells {
		name := c.learner.Name()
		for _, family := range x.families {
			seeds := make([]*eval.Summary, x.preset.Seeds)
			for s := range seeds {
				seeds[s] = x.scores[scoreKey{name, c.trained, family, uint64(s)}]
			}
			curves = append(curves, Curve{
				Curve: eval.CurveOf(seeds...), TrainedOn: c.trained,
				Overall: eval.Interval(x.perTask(name, c.trained, family)),
			})
		}
	}
	return curves
}

// validation is a learner's mean validation accuracy over seeds.
func (x *experiment) validation(learner, trained string) float64 {
	sum, count := 0., 0.
	for _, r := range x.runs {
		if r.Learner == learner && r.TrainedOn == trained {
			sum += r.Score.Accuracy
			count++
		}
	}
	return sum / count
}
