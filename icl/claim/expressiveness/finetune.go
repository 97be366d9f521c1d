package expressiveness

import (
	"context"
	"math"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/claim/internal/plane"
	"github.com/goicl/goicl/icl/construct"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/metalearner"
	"github.com/goicl/goicl/icl/study"
	"github.com/goicl/goicl/icl/train"
)

// tunedLearners are one of each class.
func tunedLearners() []learner.Learner {
	return []learner.Learner{metalearner.ANIL{}, metalearner.ProtoNet{}, metalearner.CNP{}}
}

// noise is added to constructed weights: zeros that stay zero may never learn.
const noise = 1e-3

// The starts of fine-tuning.
const (
	constructedStart = "constructed start"
	randomStart      = "random start"
)

func tunedName(learner, start string) string { return learner + ", " + start }

// fineTuning is the condition of the transformers that are trained on.
const fineTuning = "fine-tuning"

// tunedSteps are those after which a transformer is tested; step 0 is the start.
func (s size) tunedSteps() []int {
	return append([]int{0}, train.LogSpaced(max(1, s.FineTune/20), s.FineTune, 6)...)
}

// fineTuned trains each construction on, and the same transformer from a random start.
// A transformer that is something already wants smaller steps.
func (x *experiment) fineTuned() (arms []study.Arm, c study.Condition) {
	c = study.Condition{
		Name: fineTuning, Family: plane.Mixture, At: []int{2, 5, 10, 20, 49}, First: plane.FromExamples,
		Sample: func(seed uint64) (*datasets.Batch, error) {
			tasks, err := plane.Tasks(plane.Mixture)
			if err != nil {
				return nil, err
			}
			return tasks.Sample(datasets.Rand(seed, "test onwards"), x.Tests/4)
		},
	}
	for _, l := range tunedLearners() {
		for _, start := range []string{constructedStart, randomStart} {
			rates := []float64{1e-3, 3e-3}
			if start == constructedStart {
				rates = []float64{3e-4, 1e-3}
			}
			arm := x.tuned(l.Name(), start)
			arm.Rates = rates
			arms, c.Arms = append(arms, arm), append(c.Arms, arm.Name)
		}
	}
	return arms, c
}

func (x *experiment) tuned(name, start string) study.Arm {
	recipe := train.Fast(x.FineTune)
	recipe.Batch = 32
	return study.Arm{
		Name: tunedName(name, start), Recipe: recipe, TestAt: x.tunedSteps(),
		Make: func(ctx context.Context, s *study.Session, seed uint64, c train.Config) (train.Config, error) {
			t, err := x.teacher(ctx, s, name, seed)
			if err != nil || t.predict == nil {
				return train.Config{}, err
			}
			written, err := construct.Of(t.learner, t.weights, 2, 2)
			if err != nil {
				return c, err
			}
			c.Learner = written.Circuit
			if start == constructedStart {
				c.Learner = written.WarmStart(noise)
			}
			c.Tasks, err = plane.Tasks(plane.Mixture)
			return c, err
		},
	}
}

// losses are a transformer's log-losses by seed and task after a step.
func losses(d *study.Data, learner, start string, step int) [][]float64 {
	var groups [][]float64
	for _, s := range d.Summaries(tunedName(learner, start), fineTuning, step) {
		groups = append(groups, s.Of(eval.LogLoss).PerTask)
	}
	return groups
}

// gain is the loss after fine-tuning less another: that of the construction or, with
// random, of the same transformer after as many steps from a random start. It is over all
// of the learners.
func (x *experiment) gain(d *study.Data, random bool, learners ...learner.Learner) eval.Estimate {
	groups := make([][]float64, len(d.Seeds()))
	for _, l := range learners {
		other := losses(d, l.Name(), constructedStart, 0)
		if random {
			other = losses(d, l.Name(), randomStart, x.FineTune)
		}
		for seed, g := range eval.Differences(losses(d, l.Name(), constructedStart, x.FineTune), other) {
			groups[seed] = append(groups[seed], g...)
		}
	}
	return eval.Interval(groups)
}

// curves are the losses of a transformer by training steps, for each learner and start.
func (x *experiment) fineTuningCurves(d *study.Data) []eval.Curve {
	var curves []eval.Curve
	for _, l := range tunedLearners() {
		for _, start := range []string{constructedStart, randomStart} {
			c := eval.Curve{Learner: start, Family: l.Name(), N: x.tunedSteps()}
			for _, step := range c.N {
				c.Add(eval.Interval(losses(d, l.Name(), start, step)))
			}
			curves = append(curves, c)
		}
	}
	return curves
}

// largestRise is the greatest increase of the mean loss between two looks at a
// transformer that is fine-tuned from a construction; negative if it only falls.
func largestRise(curves []eval.Curve, learner string) float64 {
	rise := math.Inf(-1)
	for _, c := range curves {
		for i := 1; i < len(c.Mean) && c.Family == learner && c.Learner == constructedStart; i++ {
			rise = max(rise, c.Mean[i]-c.Mean[i-1])
		}
	}
	return rise
}
