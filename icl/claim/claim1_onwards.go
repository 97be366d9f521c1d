package claim

import (
	"context"
	"math"
	"slices"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/construct"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/metalearner"
	"github.com/goicl/goicl/icl/train"
)

// Onwards is the log-loss on the paper's mixture of a transformer that is trained on
// from a construction, and of the same transformer from a random start.
type Onwards struct {
	Learner string  `json:"learner"` // that is written down
	Start   string  `json:"start"`   // "installed" or "random"
	Rate    float64 `json:"rate"`    // the better of two, on validation tasks
	Steps   []int   `json:"steps"`
	// Loss is the mean over test tasks and numbers of examples, after each of the steps;
	// step 0 is the start.
	Loss []eval.Estimate `json:"loss"`

	groups [][][]float64 // by step, seed and task
}

// onwardsLearners are one of each class.
func onwardsLearners() []learner.Learner {
	return []learner.Learner{metalearner.ANIL{}, metalearner.ProtoNet{}, metalearner.CNP{}}
}

// onwardsNoise is added to installed weights: zeros that stay zero may never learn.
const onwardsNoise = 1e-3

// onwardsRecipes are what each start has to choose from: a transformer that is
// something already wants smaller steps.
func (e *expressiveness) onwardsRecipes(installed bool) []train.Recipe {
	rates := []float64{1e-3, 3e-3}
	if installed {
		rates = []float64{3e-4, 1e-3}
	}
	var recipes []train.Recipe
	for _, rate := range rates {
		r := train.Fast(e.size.Onwards)
		r.Batch, r.Rate = 32, rate
		recipes = append(recipes, r)
	}
	return recipes
}

// onwards trains each construction on, and the same transformer from a random start.
// Each chooses its rate on the validation tasks of the first seed.
func (e *expressiveness) onwards(ctx context.Context, teachers map[string][]teacher) error {
	learners := onwardsLearners()
	e.result.Onwards = make([]Onwards, 2*len(learners))
	return e.inLine(ctx, 2*len(learners), func(ctx context.Context, i int) (string, error) {
		l, installed := learners[i/2], i%2 == 0
		o, err := e.trainOn(ctx, l, teachers[l.Name()], installed)
		e.result.Onwards[i] = o
		return l.Name() + " trained onwards", err
	})
}

func (e *expressiveness) trainOn(ctx context.Context, l learner.Learner, taught []teacher, installed bool) (Onwards, error) {
	o := Onwards{Learner: l.Name(), Start: "random", Steps: append([]int{0}, train.LogSpaced(max(1, e.size.Onwards/20), e.size.Onwards, 6)...)}
	if installed {
		o.Start = "installed"
	}
	recipes := e.onwardsRecipes(installed)
	best, lowest := recipes[0], math.Inf(1)
	for _, r := range recipes {
		f, err := e.trainOnSeed(ctx, taught[0], 0, installed, r, o.Steps)
		if err != nil {
			return o, err
		}
		if f.Score.Loss < lowest {
			best, lowest = r, f.Score.Loss
		}
	}
	o.Rate = best.Rate
	o.groups = make([][][]float64, len(o.Steps))
	for seed := range e.size.Seeds {
		f, err := e.trainOnSeed(ctx, taught[seed], uint64(seed), installed, best, o.Steps)
		if err != nil {
			return o, err
		}
		losses, err := lossesAt(ctx, f, o.Steps, e.size.Tests/4)
		if err != nil {
			return o, err
		}
		for k := range o.Steps {
			o.groups[k] = append(o.groups[k], losses[k])
		}
	}
	for _, g := range o.groups {
		o.Loss = append(o.Loss, eval.Interval(g))
	}
	return o, nil
}

// trainOnSeed trains for one seed.
func (e *expressiveness) trainOnSeed(ctx context.Context, t teacher, seed uint64, installed bool, r train.Recipe, steps []int) (*train.Fitted, error) {
	c, err := construct.Of(t.learner, t.weights, 2, 2)
	if err != nil {
		return nil, err
	}
	tasks, err := trainingTasks(mixture)
	if err != nil {
		return nil, err
	}
	cfg := train.Config{Learner: c.Circuit, Tasks: tasks, Recipe: r, Seed: seed}
	if installed {
		cfg.Learner = c.WarmStart(onwardsNoise)
	}
	return train.Train(ctx, cfg, append(slices.Clone(e.opts), train.WithSnapshots(steps...))...)
}

// lossesAt tests a learner as it was at each of the steps: the log-loss of each task,
// a mean over numbers of examples.
func lossesAt(ctx context.Context, f *train.Fitted, steps []int, tests int) ([][]float64, error) {
	b, err := f.Config.Tasks.Sample(datasets.Rand(f.Config.Seed, "test onwards"), tests)
	if err != nil {
		return nil, err
	}
	var losses [][]float64
	for _, step := range steps {
		then, err := f.At(step)
		if err != nil {
			return nil, err
		}
		scores, err := eval.Evaluate(ctx, then, mixture, b, []int{2, 5, 10, 20, 49})
		if err != nil {
			return nil, err
		}
		losses = append(losses, scores.Summarize(fromExamples).Of(eval.LogLoss).PerTask)
	}
	return losses, nil
}

// What onwardsGroups compares.
const (
	installedStart = iota
	installedEnd
	randomEnd
)

// onwardsGroups are differences of losses, by seed and task: a less b, of one learner
// or, with "", of all of them.
func (e *expressiveness) onwardsGroups(a, b int, name string) [][]float64 {
	groups := make([][]float64, e.size.Seeds)
	for _, l := range onwardsLearners() {
		if name != "" && name != l.Name() {
			continue
		}
		for seed, g := range eval.Differences(e.lossGroups(l.Name(), a), e.lossGroups(l.Name(), b)) {
			groups[seed] = append(groups[seed], g...)
		}
	}
	return groups
}

func (e *expressiveness) lossGroups(name string, what int) [][]float64 {
	start := "installed"
	if what == randomEnd {
		start = "random"
	}
	i := slices.IndexFunc(e.result.Onwards, func(o Onwards) bool { return o.Learner == name && o.Start == start })
	groups := e.result.Onwards[i].groups
	if what == installedStart {
		return groups[0]
	}
	return groups[len(groups)-1]
}

// largestRise is the greatest increase of the mean loss between two looks at a
// transformer that is trained on from a construction; negative if it only falls.
func (e *expressiveness) largestRise(name string) float64 {
	rise := math.Inf(-1)
	for _, o := range e.result.Onwards {
		for i := 1; i < len(o.Loss) && o.Learner == name && o.Start == "installed"; i++ {
			rise = max(rise, o.Loss[i].Mean-o.Loss[i-1].Mean)
		}
	}
	return rise
}
