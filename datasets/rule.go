package datasets

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/goicl/goicl/internal/usercode"
)

// Rule is a user-defined task family, given by how the rule of a task is drawn. Inputs are
// standard normal.
type Rule struct {
	Label   string `json:"label"` // the family's name
	N, D, C int    // points, inputs and classes of a task; C is 0 for real targets
	// Draw draws a task's rule: from an input it makes the label, 0..C−1, or the target.
	// All randomness of the rule comes from rng.
	Draw func(rng *rand.Rand) func(x []float32) float64 `json:"-"`
}

// Name is the label.
func (r Rule) Name() string { return r.Label }

// Sample draws that many tasks, each with its own rule.
func (r Rule) Sample(rng *rand.Rand, tasks int) (*Batch, error) {
	if err := CheckSize(tasks, r.N, r.D, r.C); err != nil {
		return nil, err
	}
	if r.Draw == nil || rng == nil {
		return nil, errors.New("datasets: a Rule without Draw, or without rng; set Draw, and make rng with datasets.Rand")
	}
	b := NewBatch(tasks, r.N, r.D, r.C)
	for i := range b.X {
		b.X[i] = float32(Normal(rng))
	}
	err := usercode.Try("the rule of "+r.Label, func() error { return r.draw(rng, b) })
	if err != nil {
		return nil, fmt.Errorf("datasets: %w", err)
	}
	return b, nil
}

// draw draws the tasks' rules and fills in what they answer.
func (r Rule) draw(rng *rand.Rand, b *Batch) error {
	for t := range b.T {
		rule := r.Draw(rng)
		if rule == nil {
			return fmt.Errorf("the Draw of %s returned no rule for task %d", r.Label, t)
		}
		for n := range r.N {
			if err := b.answer(t, n, rule(b.Point(t, n))); err != nil {
				return fmt.Errorf("the rule of %s gives %w", r.Label, err)
			}
		}
	}
	return nil
}

// answer writes the label or target of a point.
func (b *Batch) answer(t, n int, v float64) error {
	i := t*b.N + n
	if b.Regression() {
		b.Z[i] = float32(v)
		if !finite(b.Z[i]) {
			return fmt.Errorf("the target %g to %v; want a finite number in the range of float32", v, b.Point(t, n))
		}
		return nil
	}
	if v != math.Trunc(v) || v < 0 || v >= float64(b.C) {
		return fmt.Errorf("the label %g to %v; want a whole number from 0 to %d", v, b.Point(t, n), b.C-1)
	}
	b.Y[i] = int32(v)
	return nil
}
