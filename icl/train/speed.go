package train

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/goicl/goicl/icl/engine"
	"github.com/goicl/goicl/internal/trainstep"
	"github.com/goicl/goicl/internal/usercode"
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
	if err := cmp.Or(usercode.WantContext(ctx), cfg.checkNames(), cfg.Recipe.validSteps()); err != nil {
		return nil, err
	}
	tasks, err := trainstep.Draw(8, cfg.Draw)
	if err != nil {
		return nil, err
	}
	speeds, steppers := make([]Speed, len(backends)), make([]*trainstep.Stepper, len(backends))
	for i, spec := range backends {
		begin := time.Now()
		if steppers[i], err = firstStep(ctx, cfg, spec, tasks); err != nil {
			return nil, fmt.Errorf("train: a step of %s on %q: %w", cfg.Learner.Name(), spec, err)
		}
		speeds[i] = Speed{Backend: spec, First: time.Since(begin)}
	}
	times := make([][]time.Duration, len(backends))
	for range speedRounds {
		for i, s := range steppers {
			each, err := s.Timed(ctx, len(tasks), speedTime)
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

// validSteps reports what is wrong with a recipe apart from the number of steps.
func (r Recipe) validSteps() error {
	r.Steps = max(1, r.Steps, r.Warmup)
	return r.Validate()
}

// firstStep makes an engine on a backend, and a step on it.
func firstStep(ctx context.Context, cfg Config, spec string, tasks []trainstep.Tasks) (*trainstep.Stepper, error) {
	b, recipe := tasks[0].Batch, cfg.Recipe.WithDefaults()
	e, err := engine.New(ctx, cfg.Learner, b.D, b.C, "", engine.Options{Kind: "gomlx", Backend: spec})
	if err != nil {
		return nil, err
	}
	s, err := trainstep.New(e, cfg.Learner, trainstep.Rule{Optimizer: recipe.Optimizer, Rate: recipe.Rate, Clip: recipe.Clip}, tasks)
	if err != nil {
		return nil, err
	}
	return s, s.Step()
}
