// Package trainstep makes training steps on tasks that were drawn beforehand, to time them.
package trainstep

import (
	"context"
	"time"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/engine"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/optim"
)

// Tasks are what a step computes its loss on: tasks, and the queries at of each.
type Tasks struct {
	Batch *datasets.Batch
	At    []int32
}

// Draw draws the tasks of the first n steps.
func Draw(n int, step func(s int) (b *datasets.Batch, at []int32, err error)) ([]Tasks, error) {
	all := make([]Tasks, n)
	for s := range all {
		var err error
		if all[s].Batch, all[s].At, err = step(s); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// Rule says how weights are updated.
type Rule struct {
	Optimizer  optim.Optimizer
	Rate, Clip float64
}

// Stepper makes steps: loss and gradient, clipping and the update. It takes its tasks in
// turn, from the first one on.
type Stepper struct {
	engine       engine.Engine
	tasks        []Tasks
	rule         Rule
	params, grad []float32
	state        *optim.State[float32]
	steps        int
}

// New makes a stepper of a learner, with its weights as they are at the start of training.
func New(e engine.Engine, l learner.Learner, rule Rule, tasks []Tasks) (*Stepper, error) {
	layout, err := learner.NewLayout(l, tasks[0].Batch.D, tasks[0].Batch.C)
	if err != nil {
		return nil, err
	}
	return &Stepper{
		engine: e, tasks: tasks, rule: rule, params: layout.Init(datasets.Rand(0, "weights")), grad: make([]float32, layout.Size),
		state: optim.New[float32](rule.Optimizer, layout.Size),
	}, nil
}

// Step makes a step.
func (s *Stepper) Step() error {
	t := s.tasks[s.steps%len(s.tasks)]
	s.steps++
	if _, err := s.engine.LossGrad(s.params, t.Batch, t.At, s.grad); err != nil {
		return err
	}
	optim.ClipNorm(s.grad, s.rule.Clip)
	s.state.Update(s.params, s.grad, s.rule.Rate)
	return nil
}

// Timed makes steps for that long, after some that are not timed, and returns how long one takes.
func (s *Stepper) Timed(ctx context.Context, before int, atLeast time.Duration) (time.Duration, error) {
	for range before {
		if err := s.Step(); err != nil {
			return 0, err
		}
	}
	begin, steps := time.Now(), 0
	for ; time.Since(begin) < atLeast; steps++ {
		if ctx.Err() != nil {
			return 0, ctx.Err()
		}
		if err := s.Step(); err != nil {
			return 0, err
		}
	}
	return time.Since(begin) / time.Duration(steps), nil
}
