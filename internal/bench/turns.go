package bench

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/goicl/goicl/internal/lanes"
)

// contender is one side of a comparison.
type contender struct {
	name string
	// run makes that many steps and returns how long they took.
	run func(ctx context.Context, steps int) (time.Duration, error)
	// flops are the floating-point operations of a step's matrix products; 0 if they aren't
	// counted.
	flops float64
	block int64 // bytes of what is computed at once; 0 if the engine does not say
}

// loop makes a contender of a function that makes one step.
func loop(name string, step func() error) contender {
	return contender{name: name, run: func(ctx context.Context, steps int) (time.Duration, error) {
		start := time.Now()
		for range steps {
			if ctx.Err() != nil {
				return 0, ctx.Err()
			}
			if err := step(); err != nil {
				return 0, err
			}
		}
		return time.Since(start), nil
	}}
}

// atPeak makes a contender of floating-point operations: a step makes that many, as fast as
// the processor can.
func atPeak(flops float64) contender {
	return contender{name: "arithmetic at peak", run: func(_ context.Context, steps int) (time.Duration, error) {
		start := time.Now()
		err := lanes.Arithmetic(flops*float64(steps), 0)
		return time.Since(start), err
	}}
}

// peak is the contender's arithmetic at the processor's peak, where both can be measured.
func (c contender) peak() []contender {
	if ok, _ := lanes.Available(); !ok || c.flops == 0 {
		return nil
	}
	return []contender{atPeak(c.flops)}
}

const (
	minRounds, maxRounds = 3, 15
	// runsPerBudget makes a timed run short enough for a dozen of each contender,
	// and long enough to hold many steps of a fast one.
	runsPerBudget = 40
)

// medians returns the milliseconds a step of each contender: the median over runs
// that are taken in turn, A B A B …, at least 3 of each and as many up to 15 as
// the budget has time for. A run takes a fortieth of the budget, or one step where
// that is longer. Some steps before each run are not timed: they find in the caches,
// and in the way, what the other contender has left, and processors that sleep.
func medians(ctx context.Context, budget time.Duration, contenders ...contender) ([]float64, error) {
	steps := make([]int, len(contenders))
	var round time.Duration
	for i, c := range contenders {
		one, err := timed(ctx, c, 1)
		if err != nil {
			return nil, fmt.Errorf("bench: %s: %w", c.name, err)
		}
		steps[i] = perRun(budget, one)
		round += one * time.Duration(untimed(steps[i])+steps[i])
	}
	times := make([][]float64, len(contenders))
	for range min(max(int(budget/max(round, 1)), minRounds), maxRounds) {
		for i, c := range contenders {
			took, err := timed(ctx, c, steps[i])
			if err != nil {
				return nil, fmt.Errorf("bench: %s: %w", c.name, err)
			}
			times[i] = append(times[i], float64(took)/float64(time.Millisecond)/float64(steps[i]))
			// The single step at the start may have been much slower than the others.
			steps[i] = perRun(budget, took/time.Duration(steps[i]))
		}
	}
	middle := make([]float64, len(contenders))
	for i, t := range times {
		middle[i] = median(t)
	}
	return middle, nil
}

// perRun is the number of steps in a run.
func perRun(budget, step time.Duration) int {
	return max(1, int(budget/runsPerBudget/max(step, 1)))
}

// untimed is the number of steps before a run that are not timed.
func untimed(steps int) int { return 1 + steps/10 }

// timed returns how long that many steps take after some that are not timed.
func timed(ctx context.Context, c contender, steps int) (time.Duration, error) {
	if _, err := c.run(ctx, untimed(steps)); err != nil {
		return 0, err
	}
	return c.run(ctx, steps)
}

// median sorts t and returns its median.
func median(t []float64) float64 {
	slices.Sort(t)
	half := len(t) / 2
	if len(t)%2 == 1 {
		return t[half]
	}
	return (t[half-1] + t[half]) / 2
}
