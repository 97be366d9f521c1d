package train

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/internal/own"
	"github.com/goicl/goicl/icl/optim"
	"github.com/goicl/goicl/internal/usercode"
)

// scheduled are the steps at which a user's schedule is looked at before training: all up to
// that number, and else as many, spread evenly.
const scheduled = 1 << 16

// eachScheduled calls f with the factor of Rate at those steps.
func (r Recipe) eachScheduled(f func(step int, factor float64) error) error {
	n := min(r.Steps, scheduled)
	return usercode.Try("the Schedule of the recipe", func() error {
		for i := range n {
			step := int(int64(i) * int64(r.Steps) / int64(n))
			if err := f(step, r.Schedule(step)); err != nil {
				return err
			}
		}
		return nil
	})
}

// checkSchedule reports a user's schedule that gives no rate, and what it leaves no room for.
func (r Recipe) checkSchedule() error {
	if r.Schedule == nil {
		return nil
	}
	if r.Warmup != 0 || r.Cosine {
		return errors.New("train: a Schedule besides Warmup or Cosine, in whose place it is; leave them out, or put them in: optim.Times(optim.Warmup(steps), optim.Cosine(steps, .01), yours)")
	}
	positive := false
	err := r.eachScheduled(func(step int, factor float64) error {
		if !(factor >= 0) || math.IsInf(factor, 1) {
			return fmt.Errorf("the Schedule is %g at step %d; want the factor of Rate there, 0 or a positive number", factor, step)
		}
		positive = positive || factor > 0
		return nil
	})
	if err == nil && !positive {
		err = errors.New("the Schedule is 0 at all steps; want the factor of Rate, such as 1")
	}
	if err != nil {
		return fmt.Errorf("train: %w", err)
	}
	return nil
}

// scheduleCode is a hash of the values of a user's schedule, "" without one.
func (r Recipe) scheduleCode() (string, error) {
	if r.Schedule == nil {
		return "", nil
	}
	sum := sha256.New()
	err := r.eachScheduled(func(_ int, factor float64) error {
		fmt.Fprintf(sum, "%x ", math.Float64bits(factor))
		return nil
	})
	if err != nil {
		return "", fmt.Errorf("train: %w", err)
	}
	return hex.EncodeToString(sum.Sum(nil)[:8]), nil
}

// shortened is the recipe for that many steps, over which a user's schedule runs as it does
// over all of them.
func (r Recipe) shortened(steps int) Recipe {
	if whole, all := r.Schedule, r.Steps; whole != nil {
		r.Schedule = func(step int) float64 { return whole(int(int64(step) * int64(all) / int64(steps))) }
	}
	r.Steps, r.Warmup = steps, min(r.Warmup, steps)
	return r
}

// optimizerCode is a hash of the settings of a user's update rule and of what it does to a
// few weights, "" for one of this module.
func (r Recipe) optimizerCode() (string, error) {
	rule := r.Optimizer.Own
	if rule == nil {
		return "", nil
	}
	settings, err := own.JSON("rule", rule)
	if err != nil {
		return "", fmt.Errorf("train: %w", err)
	}
	rng := datasets.Rand(0, "update rule")
	params, grad := make([]float64, 16), make([]float64, 16)
	for i := range params {
		params[i] = rng.NormFloat64()
	}
	state := optim.New[float64](r.Optimizer, len(params))
	err = usercode.Try("Update of "+usercode.Of("rule", rule), func() error {
		for range 4 {
			for i := range grad {
				grad[i] = rng.NormFloat64()
			}
			state.Update(params, grad, .01)
		}
		return nil
	})
	if err != nil {
		return "", fmt.Errorf("train: %w", err)
	}
	for _, w := range params {
		if !finite(w) {
			return "", fmt.Errorf("train: Update of the rule %s gave the weight %g, for normal weights and gradients at a rate of .01; want finite ones", rule.Name(), w)
		}
	}
	return hash(fmt.Appendf(nil, "%s %x %x", settings, params, state.Moments), 8), nil
}
