package train

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"reflect"

	"github.com/goicl/goicl/icl/optim"
)

// Recipe holds the settings of the optimization. [Fast] is the one to use. Zeros, but for
// Steps, are the paper's settings for the mixture: Adam at a constant rate over all context
// lengths; see [Paper].
type Recipe struct {
	Steps int     `json:"steps"` // at least 1
	Batch int     `json:"batch"` // tasks a step; 0 means 128
	Rate  float64 `json:"rate"`  // peak learning rate; 0 means 3e-3
	// Warmup is the number of steps over which the rate grows linearly from 0.
	Warmup int `json:"warmup"`
	// Cosine decays the rate along half a cosine to 1 % at the last step.
	Cosine bool `json:"cosine"`
	// Clip bounds the Euclidean norm of the gradient; 0 means no bound.
	Clip float64 `json:"clip"`
	// OnePrefix takes one context length per task and step, stratified over the batch,
	// instead of all: the same expected loss at a fraction of the cost.
	OnePrefix bool `json:"one_prefix"`
	// First is the smallest context length in the loss; 0 means 2, the paper's, and
	// [NoExamples] means 0.
	First int `json:"first"`
	// LogPrefix, with OnePrefix, draws context lengths uniform in their logarithm: as many
	// between 3 and 10 as between 30 and 100. It is another loss, in which short contexts count
	// for more.
	LogPrefix bool `json:"log_prefix,omitempty"`
	// Optimizer, if it is zero, is [optim.Adam]. Others are [optim.SGD], [optim.Momentum],
	// [optim.AdamW] and [optim.Own], a rule of your own, and each may have weight decay or an L2
	// penalty; see [optim.Optimizer].
	Optimizer optim.Optimizer `json:"optimizer,omitzero"`
	// Schedule, if it is not nil, is the factor of Rate at each step from 0 on, in place of
	// Warmup and Cosine, such as optim.Times(optim.Warmup(100), optim.Cosine(5000, .01)). It
	// may depend on the step only: the key of a run hashes its values.
	Schedule optim.Schedule `json:"-"`
}

// IsZero reports whether nothing is set.
func (r Recipe) IsZero() bool { return reflect.ValueOf(r).IsZero() }

// NoExamples is the Recipe.First of a loss that includes the prediction made before any
// example is seen.
const NoExamples = -1

// first is the smallest context length in the loss of a recipe with defaults.
func (r Recipe) first() int { return max(0, r.First) }

// Fast is the recipe of this project: one context length per task and step, warm-up, cosine decay
// and clipping at norm 1.
func Fast(steps int) Recipe {
	return Recipe{Steps: steps, Warmup: min(500, steps/10), Cosine: true, Clip: 1, OnePrefix: true}
}

// Paper is the recipe of the paper's authors for the mixture of families: a million steps of
// 128 tasks.
func Paper() Recipe { return Recipe{Steps: 1_000_000} }

// MaxSteps is the greatest number of steps of a run.
const MaxSteps = 1<<31 - 1

// WithDefaults replaces zeros by the paper's settings, but for Steps.
func (r Recipe) WithDefaults() Recipe {
	r.Batch = cmp.Or(r.Batch, 128)
	r.Rate = cmp.Or(r.Rate, 3e-3)
	r.First = cmp.Or(r.First, 2)
	if r.Optimizer == optim.Adam {
		r.Optimizer = optim.Optimizer{}
	}
	return r
}

// Validate reports the first setting that is out of range.
func (r Recipe) Validate() error {
	r = r.WithDefaults()
	switch {
	case r.Steps == 0:
		return errors.New("train: Steps is 0; want a positive number, such as that of train.Fast(5000) or train.Paper()")
	case r.Steps < 1:
		return fmt.Errorf("train: %d steps; want at least 1", r.Steps)
	case r.Steps > MaxSteps:
		return fmt.Errorf("train: %d steps; want at most %d", r.Steps, MaxSteps)
	case r.Batch < 1:
		return fmt.Errorf("train: batch of %d tasks; want at least 1", r.Batch)
	case !(r.Rate > 0) || math.IsInf(r.Rate, 0):
		return fmt.Errorf("train: learning rate %g; want a positive number", r.Rate)
	case r.Warmup < 0 || r.Warmup > r.Steps:
		return fmt.Errorf("train: warm-up of %d steps; want 0..%d", r.Warmup, r.Steps)
	case !(r.Clip >= 0):
		return fmt.Errorf("train: gradient clipped at length %g; want a positive number, or 0 for no bound", r.Clip)
	case r.LogPrefix && !r.OnePrefix:
		return errors.New("train: LogPrefix without OnePrefix, whose context lengths it draws; set both")
	case r.First < NoExamples:
		return fmt.Errorf("train: smallest context length %d; want a positive number, 0 for the authors' 2, or NoExamples", r.First)
	}
	if err := r.Optimizer.Validate(); err != nil {
		return fmt.Errorf("train: %w", err)
	}
	return r.checkSchedule()
}

// RateAt is the learning rate of step 0 ≤ s < Steps.
func (r Recipe) RateAt(s int) float64 {
	if r.Schedule != nil {
		return r.Rate * r.Schedule(s)
	}
	return optim.Times(optim.Constant(r.Rate), optim.Warmup(r.Warmup), decay(r.Cosine, r.Steps))(s)
}

// decay is the factor of the rate by Recipe.Cosine.
func decay(cosine bool, steps int) optim.Schedule {
	if cosine {
		return optim.Cosine(steps, .01)
	}
	return optim.Constant(1)
}
