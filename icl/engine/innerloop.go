package engine

import (
	"fmt"
	"slices"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/metalearner"
)

// innerLoop is an engine of M² without second derivatives: all it needs are gradients of
// its model, which another engine computes.
type innerLoop struct {
	Engine // of the model
	d, c   int
	m2     metalearner.M2
	rates  []float32 // of the inner loop, one a weight; 0 for what it leaves alone
}

// newInnerLoop makes the engine of m on lanes.
func newInnerLoop(m metalearner.M2, d, c, workers int) (Engine, error) {
	m = m.WithDefaults()
	if m.Order == "" || m.Rates != "" {
		return nil, fmt.Errorf("of M² it serves what needs no second derivatives: orders \"first\" and \"reptile\", at one rate")
	}
	layout, err := learner.NewLayout(m, d, c)
	if err != nil {
		return nil, err
	}
	e, err := NewLanes(m.Model, d, c, workers)
	if err != nil {
		return nil, err
	}
	return innerLoop{e, d, c, m, layout.InnerRates(m, nil)}, nil
}

// Loss is the mean over domains of the loss on their query tasks after the inner loop.
func (e innerLoop) Loss(params []float32, b *datasets.Batch, at []int32) (float64, error) {
	return e.LossGrad(params, b, at, make([]float32, len(params)))
}

// LossGrad is Loss with the outer gradient of Order.
func (e innerLoop) LossGrad(params []float32, b *datasets.Batch, at []int32, grad []float32) (float64, error) {
	if err := checkQueries(b, at, e.d, e.c); err != nil {
		return 0, err
	}
	if b.T%e.m2.Tasks != 0 {
		return 0, fmt.Errorf("engine: a batch of %d tasks with %d queries holds no whole number of domains of %d tasks; set Batch to a multiple", b.T, len(at), e.m2.Tasks)
	}
	if len(grad) != len(params) {
		return 0, fmt.Errorf("engine: a gradient of %d values for %d weights", len(grad), len(params))
	}
	clear(grad)
	sum, domains, outer := 0., b.T/e.m2.Tasks, make([]float32, len(params))
	for lo := 0; lo < b.T; lo += e.m2.Tasks {
		fast, err := e.adapt(params, b, at, lo, outer)
		if err != nil {
			return 0, err
		}
		loss, err := e.on(fast, b, at, lo+e.m2.Support, lo+e.m2.Tasks, outer)
		if err != nil {
			return 0, err
		}
		sum += loss
		for i, g := range outer {
			switch {
			case e.m2.Order == "first":
				grad[i] += g / float32(domains)
			case e.rates[i] != 0:
				grad[i] += (params[i] - fast[i]) / float32(domains)
			}
		}
	}
	return sum / float64(domains), nil
}

// adapt makes the inner loop on the support tasks of the domain that begins at task lo.
func (e innerLoop) adapt(params []float32, b *datasets.Batch, at []int32, lo int, grad []float32) ([]float32, error) {
	fast := slices.Clone(params)
	for range e.m2.Steps {
		if _, err := e.on(fast, b, at, lo, lo+e.m2.Support, grad); err != nil {
			return nil, err
		}
		for i, g := range grad {
			fast[i] -= e.rates[i] * g
		}
	}
	return fast, nil
}

// on is the model's loss and gradient on the tasks from lo to hi.
func (e innerLoop) on(params []float32, b *datasets.Batch, at []int32, lo, hi int, grad []float32) (float64, error) {
	queries := len(at) / b.T
	return e.Engine.LossGrad(params, b.Slice(lo, hi), at[lo*queries:hi*queries], grad)
}
