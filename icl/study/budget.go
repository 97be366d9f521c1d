package study

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/goicl/goicl/icl/train"
)

// eachInTime does jobs side by side until the budget is up, if there is one.
func (x *runner) eachInTime(ctx context.Context, jobs []job) error {
	if x.opts.Budget == 0 {
		return between(x.each(ctx, jobs))
	}
	within, cancel := context.WithDeadline(ctx, x.start.Add(x.opts.Budget))
	defer cancel()
	for i, j := range jobs {
		jobs[i].do = func(ctx context.Context) (bool, error) {
			worked, err := j.do(ctx)
			if errors.Is(err, train.ErrInterrupted) && timeUp(ctx, within) {
				return worked, nil
			}
			return worked, err
		}
	}
	err := x.each(within, jobs)
	if within.Err() != nil && ctx.Err() == nil && (err == nil || errors.Is(err, context.DeadlineExceeded)) {
		return nil
	}
	return between(err)
}

// timeUp reports whether the budget's time is up, rather than that ctx was cancelled for
// another reason.
func timeUp(ctx, within context.Context) bool {
	return errors.Is(within.Err(), context.DeadlineExceeded) && !errors.Is(ctx.Err(), context.Canceled)
}

// between says in the words of a training run that a study was interrupted.
func between(err error) error {
	for _, cause := range []error{context.Canceled, context.DeadlineExceeded} {
		if errors.Is(err, cause) && !errors.Is(err, train.ErrInterrupted) {
			return fmt.Errorf("study: %w (%w) between two runs; run it again to go on", train.ErrInterrupted, cause)
		}
	}
	return err
}

// begins decides, once for each seed, whether to begin it: the first two in any case,
// others if what is left of a run, as long as the longest took, fits into the budget.
func (x *runner) begins(ctx context.Context, seed uint64) bool {
	if x.opts.Budget == 0 {
		return true
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	yes, decided := x.begun[seed]
	if !decided {
		needs := time.Duration(x.longest * x.left(ctx, seed) * float64(time.Second))
		yes = seed < 2 || time.Since(x.start)+needs <= x.opts.Budget
		x.begun[seed] = yes
	}
	return yes
}

// left is the share of a seed's steps that is not made yet, of the arm with most.
func (x *runner) left(ctx context.Context, seed uint64) (share float64) {
	for arm, a := range x.study.Arms {
		if !a.has(seed) {
			continue
		}
		if x.study.Arms[arm].Make != nil || len(x.study.Arms[arm].Rates) > 1 {
			return 1 // not known before its run is asked for
		}
		cfg, err := x.config(ctx, arm, seed, 0)
		if err != nil {
			return 1
		}
		r, err := train.Open(cfg, x.train...)
		if err != nil {
			return 1 // the run will tell
		}
		share = max(share, 1-float64(r.Step())/float64(cfg.Recipe.WithDefaults().Steps))
	}
	return share
}
