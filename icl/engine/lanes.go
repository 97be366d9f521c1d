package engine

import (
	"fmt"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/metalearner"
	"github.com/goicl/goicl/icl/transformer"
	"github.com/goicl/goicl/internal/lanes"
)

// lanesModel is the shape of l on tasks with d inputs and c classes, where there is a
// kernel for it.
func lanesModel(l learner.Learner, d, c int) (lanes.Model, error) {
	switch m := l.(type) {
	case transformer.Paper:
		if c == 0 {
			return nil, fmt.Errorf("of the paper's transformer it serves classes, and the tasks have real targets")
		}
		if m.Changed() {
			return nil, fmt.Errorf("it serves the paper's transformer as it is, and in %s a part is changed", m.Name())
		}
		m = m.WithDefaults()
		return lanes.Config{Depth: m.Depth, D: d, C: c, Expand: m.Expand}, nil
	case transformer.Decoder:
		m = m.WithDefaults()
		return lanes.Decoder{Depth: m.Depth, Width: m.Width, Heads: m.Heads, Points: m.Points, D: d, C: c}, nil
	}
	return nil, fmt.Errorf("it serves the paper's ICL transformer and small decoders")
}

// lanesEngine implements [Engine] on lanes. Each goroutine that calls it has an evaluator.
type lanesEngine struct {
	prefetched
	model      lanes.Model
	evaluators lanes.FreeList[*lanes.Evaluator]
}

// NewLanes makes the lanes engine for l on tasks with d inputs and c classes, 0 for real
// targets. It is an error where l is neither the paper's transformer nor a small decoder,
// nor M² over one without second derivatives, or the machine has no kernel.
func NewLanes(l learner.Learner, d, c, workers int) (Engine, error) {
	if m, ok := l.(metalearner.M2); ok {
		return newInnerLoop(m, d, c, workers)
	}
	if _, err := learner.NewLayout(l, d, c); err != nil {
		return nil, err
	}
	if workers < 0 || workers > maxWorkers {
		return nil, fmt.Errorf("engine: %d workers; want 1 to %d, or 0 for one a processor", workers, maxWorkers)
	}
	m, err := lanesModel(l, d, c)
	if err != nil {
		return nil, err
	}
	first, err := lanes.New(m, workers)
	if err != nil {
		return nil, err
	}
	e := &lanesEngine{model: m}
	e.evaluators.New = func() (*lanes.Evaluator, error) { return lanes.New(m, workers) }
	e.evaluators.Give(first)
	return e, nil
}

func (*lanesEngine) Name() string { return "lanes" }

func (e *lanesEngine) LossGrad(params []float32, b *datasets.Batch, at []int32, grad []float32) (float64, error) {
	work := e.takeWork()
	defer work()
	own, err := e.evaluators.Take()
	if err != nil {
		return 0, err
	}
	defer e.evaluators.Give(own)
	own.Prefetch(work)
	return own.LossGrad(params, b, at, grad)
}

func (e *lanesEngine) Logits(params []float32, b *datasets.Batch, at []int32) ([]float32, error) {
	own, err := e.evaluators.Take()
	if err != nil {
		return nil, err
	}
	defer e.evaluators.Give(own)
	out := make([]float32, len(at)*e.model.Outputs())
	return out, own.Logits(params, b, at, out)
}
