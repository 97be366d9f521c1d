package train

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/optim"
)

// Adaptation holds the settings of fine-tuning a trained learner on tasks of a domain, with
// the loss of the recipe that it was trained with.
type Adaptation struct {
	Optimizer optim.Optimizer `json:"optimizer,omitzero"` // zero is [optim.SGD]
	// Rate is the learning rate. 0 means the rates of the inner loop, which a learner that
	// was trained for one has for each parameter; they need gradient descent.
	Rate float64 `json:"rate,omitempty"`
	// Batch is the number of tasks a step, taken in turn; 0 means all. The last batch of an
	// epoch is smaller where Batch does not divide the number of tasks.
	Batch int `json:"batch,omitempty"`
	// Cosine decays the rates to 1 % over the steps, as in [Recipe].
	Cosine bool `json:"cosine,omitempty"`
}

// Base is the model inside a [learner.Adaptive] learner such as M2, with the trained
// weights, from which its inner loop starts. It is f itself for other learners.
func (f *Fitted) Base() (*Fitted, error) {
	if err := f.check(); err != nil {
		return nil, err
	}
	if l, ok := f.Config.Learner.(learner.Adaptive); ok {
		return f.As(l.Base())
	}
	return f, nil
}

// Adapt fine-tunes [Fitted.Base] on tasks and returns it as it was after each of the given
// numbers of steps, which rise. On an error it returns those before it; the error wraps
// [ErrDiverged] where the loss is no longer finite or a thousand times the first one.
func (f *Fitted) Adapt(ctx context.Context, tasks *datasets.Batch, a Adaptation, steps ...int) (after []*Fitted, err error) {
	if err := f.check(); err != nil {
		return nil, err
	}
	ad, err := f.newAdapter(ctx, tasks, a)
	if err != nil {
		return nil, err
	}
	if len(steps) == 0 || steps[0] < 1 || !slices.IsSorted(steps) {
		return nil, fmt.Errorf("train: adaptation read after steps %v; want rising numbers, at least 1", steps)
	}
	for step := 1; step <= steps[len(steps)-1]; step++ {
		if err := ctx.Err(); err != nil {
			return after, fmt.Errorf("train: adaptation stopped before step %d: %w", step, err)
		}
		if err := ad.step(step, steps[len(steps)-1]); err != nil {
			return after, err
		}
		if slices.Contains(steps, step) {
			then := *ad.base
			then.Params = slices.Clone(ad.base.Params)
			after = append(after, &then)
		}
	}
	return after, nil
}

// adapter is an adaptation in progress.
type adapter struct {
	Adaptation
	base  *Fitted // with the weights so far
	tasks *datasets.Batch
	rates []float32 // one for each weight, or nil: Rate
	grad  []float32
	state *optim.State[float32]
	limit float64 // beyond this loss the adaptation has diverged
}

// divergedAt times the first loss, and more than 1, counts as divergence.
const divergedAt = 1000

func (f *Fitted) newAdapter(ctx context.Context, tasks *datasets.Batch, a Adaptation) (*adapter, error) {
	base, err := f.Base()
	if err != nil {
		return nil, err
	}
	if err := checkPredict(base.run, tasks, []int{base.Config.Recipe.first()}); err != nil {
		return nil, err
	}
	a.Batch, a.Optimizer = cmp.Or(a.Batch, tasks.T), cmp.Or(a.Optimizer, optim.SGD)
	switch {
	case a.Batch < 1 || a.Batch > tasks.T:
		return nil, fmt.Errorf("train: adaptation to %d tasks a step, but there are %d; draw more, or ask for fewer", a.Batch, tasks.T)
	case a.Optimizer.Validate() != nil:
		return nil, fmt.Errorf("train: %w", a.Optimizer.Validate())
	case !(a.Rate >= 0) || math.IsInf(a.Rate, 1):
		return nil, fmt.Errorf("train: an adaptation rate of %g; want a positive number", a.Rate)
	}
	size := len(base.Params)
	ad := &adapter{Adaptation: a, tasks: tasks, grad: make([]float32, size), state: optim.New[float32](a.Optimizer, size)}
	if a.Rate == 0 {
		if ad.rates, err = f.ownRates(a.Optimizer); err != nil {
			return nil, err
		}
	}
	own := *base
	own.Params = slices.Clone(base.Params)
	ad.base = &own
	return ad, base.run.openEngine(ctx)
}

// ownRates are the rates of the inner loop, one for each weight of Base.
func (f *Fitted) ownRates(o optim.Optimizer) (rates []float32, err error) {
	l, ok := f.Config.Learner.(learner.Adaptive)
	if !ok || o != optim.SGD {
		return nil, fmt.Errorf("train: adapting %s by %s needs a Rate; only learners trained for an inner loop have rates, for gradient descent", f.Name(), o)
	}
	layout, err := learner.NewLayout(l.Base(), f.run.probe.D, f.run.probe.C)
	if err != nil {
		return nil, err
	}
	return layout.InnerRates(l, func(learned string) []float32 { return f.run.layout.Of(f.Params, learned) }), nil
}

// step makes step number step ≥ 1 of steps.
func (a *adapter) step(step, steps int) error {
	batches := (a.tasks.T + a.Batch - 1) / a.Batch
	lo := (step - 1) % batches * a.Batch
	b := a.tasks.Slice(lo, min(lo+a.Batch, a.tasks.T))
	recipe := a.base.Config.Recipe
	loss, err := a.base.run.engine.LossGrad(a.base.Params, b, recipe.queries(datasets.Rand(uint64(step), "adaptation"), b), a.grad)
	if err != nil {
		return err
	}
	if step == 1 {
		a.limit = max(1, divergedAt*loss)
	}
	if norm := optim.ClipNorm(a.grad, 0); !finite(loss+norm) || loss > a.limit {
		return fmt.Errorf("train: adapting %s %w at step %d (loss %g, gradient %g) with a rate of %g; try %g", a.base.Name(), ErrDiverged, step, loss, norm, a.rate(), a.rate()/2)
	}
	a.update(decay(a.Cosine, steps)(step - 1))
	return nil
}

// update makes a step along the gradient with the rates times a factor.
func (a *adapter) update(factor float64) {
	rate := factor * a.Rate
	switch {
	case a.rates != nil:
		for i, own := range a.rates {
			a.grad[i] *= own
		}
		rate = factor
	case a.Optimizer == optim.SGD: // the rate is rounded before it is multiplied
		rate = float64(float32(factor) * float32(a.Rate))
	}
	a.state.Update(a.base.Params, a.grad, rate)
}

// rate is the greatest rate.
func (a *adapter) rate() float64 {
	if a.rates != nil {
		return float64(slices.Max(a.rates))
	}
	return a.Rate
}
