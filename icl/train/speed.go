package train

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/engine"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/optim"
)

// Speed is how long a training step takes on a backend of GoMLX.
type Speed struct {
	Backend string
	First   time.Duration // the first step, with all that has to be compiled
	Step    time.Duration // median of later ones
}

// The rounds in which backends take turns, and the time that each has for its steps in one.
const (
	speedRounds = 7
	speedTime   = 50 * time.Millisecond
)

// Speeds times training steps of a config, loss, gradient and update, on backends that take
// turns. The tasks are drawn before. Nothing is kept.
func Speeds(ctx context.Context, cfg Config, backends ...string) ([]Speed, error) {
	draws := make([]draw, 8)
	for i := range draws {
		if draws[i].batch, draws[i].at, draws[i].err = cfg.Draw(i); draws[i].err != nil {
			return nil, draws[i].err
		}
	}
	speeds, steppers := make([]Speed, len(backends)), make([]*stepper, len(backends))
	for i, spec := range backends {
		start := time.Now()
		s, err := newStepper(ctx, cfg, spec, draws)
		if err == nil {
			err = s.step()
		}
		if err != nil {
			return nil, fmt.Errorf("train: a step of %s on %q: %w", cfg.Learner.Name(), spec, err)
		}
		speeds[i], steppers[i] = Speed{Backend: spec, First: time.Since(start)}, s
	}
	times := make([][]time.Duration, len(backends))
	for range speedRounds {
		for i, s := range steppers {
			each, err := s.timed(ctx)
			if err != nil {
				return nil, err
			}
			times[i] = append(times[i], each)
		}
	}
	for i := range speeds {
		slices.Sort(times[i])
		speeds[i].Step = times[i][speedRounds/2]
	}
	return speeds, nil
}

// stepper makes training steps on tasks that were drawn before.
type stepper struct {
	engine       engine.Engine
	draws        []draw
	params, grad []float32
	optimizer    *optim.State[float32]
	recipe       Recipe
	steps        int
}

func newStepper(ctx context.Context, cfg Config, spec string, draws []draw) (*stepper, error) {
	b := draws[0].batch
	e, err := engine.New(ctx, cfg.Learner, b.D, b.C, "", engine.Options{Kind: "gomlx", Backend: spec})
	if err != nil {
		return nil, err
	}
	layout, err := learner.NewLayout(cfg.Learner, b.D, b.C)
	if err != nil {
		return nil, err
	}
	recipe := cfg.Recipe.WithDefaults()
	return &stepper{engine: e, draws: draws, params: layout.Init(datasets.Rand(cfg.Seed, "weights/0")), grad: make([]float32, layout.Size),
		optimizer: optim.New[float32](recipe.Optimizer, layout.Size), recipe: recipe}, nil
}

func (s *stepper) step() error {
	d := s.draws[s.steps%len(s.draws)]
	s.steps++
	if _, err := s.engine.LossGrad(s.params, d.batch, d.at, s.grad); err != nil {
		return err
	}
	optim.ClipNorm(s.grad, s.recipe.Clip)
	s.optimizer.Update(s.params, s.grad, s.recipe.Rate)
	return nil
}

// timed makes steps for a while, after one of each draw, and returns how long one takes.
func (s *stepper) timed(ctx context.Context) (time.Duration, error) {
	for range s.draws {
		if err := s.step(); err != nil {
			return 0, err
		}
	}
	begin, steps := time.Now(), 0
	for ; time.Since(begin) < speedTime; steps++ {
		if err := s.step(); err != nil {
			return 0, err
		}
		if ctx.Err() != nil {
			return 0, ctx.Err()
		}
	}
	return time.Since(begin) / time.Duration(steps), nil
}
