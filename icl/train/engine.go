package train

import (
	"fmt"

	"github.com/gomlx/compute"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/lanes"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/transformer"
)

// Engine computes a learner's loss, gradient and logits for one flat vector of
// weights. All engines give the same numbers up to rounding; they differ in speed.
type Engine interface {
	// Name tells which engine it is: "lanes", or "gomlx" with its backend.
	Name() string
	// LossGrad returns the mean cross-entropy of the queries at [T·M] (see
	// [learner.Engine]) and overwrites grad with its gradient.
	LossGrad(params []float32, b *datasets.Batch, at []int32, grad []float32) (float64, error)
	// Logits returns [T, M, K].
	Logits(params []float32, b *datasets.Batch, at []int32) ([]float32, error)
}

// EngineKind chooses an engine.
type EngineKind string

// The engines: lanes where the learner and the machine allow it, else GoMLX; or
// one of them by name.
const (
	Auto  EngineKind = ""
	Lanes EngineKind = "lanes"
	GoMLX EngineKind = "gomlx"
)

// newEngine makes the engine for l on tasks with d inputs and c classes. open is
// called only if a GoMLX backend is needed.
func newEngine(kind EngineKind, open func() (compute.Backend, error), l learner.Learner, d, c int) (Engine, error) {
	switch kind {
	case Auto, Lanes, GoMLX:
	default:
		return nil, fmt.Errorf("train: unknown engine %q; want %q or %q", kind, Lanes, GoMLX)
	}
	if kind != GoMLX {
		e, err := newLanes(l, d, c)
		if err == nil {
			return e, nil
		}
		if kind == Lanes {
			return nil, fmt.Errorf("train: no lanes engine for %s: %w; leave the engine out to use GoMLX", l.Name(), err)
		}
	}
	backend, err := open()
	if err != nil {
		return nil, err
	}
	e, err := learner.NewEngine[float32](backend, l, d, c)
	if err != nil {
		return nil, err
	}
	return gomlxEngine{e, backend.Name()}, nil
}

type gomlxEngine struct {
	*learner.Engine[float32]
	backend string
}

func (e gomlxEngine) Name() string { return "gomlx on " + e.backend }

type lanesEngine struct {
	*lanes.Engine
	classes int
}

func newLanes(l learner.Learner, d, c int) (Engine, error) {
	p, ok := l.(transformer.Paper)
	if !ok {
		return nil, fmt.Errorf("it serves the paper's ICL transformer only")
	}
	p = p.WithDefaults()
	e, err := lanes.New(lanes.Config{Depth: p.Depth, D: d, C: c, Expand: p.Expand}, 0)
	if err != nil {
		return nil, err
	}
	return lanesEngine{e, c}, nil
}

func (lanesEngine) Name() string { return "lanes" }

func (e lanesEngine) Logits(params []float32, b *datasets.Batch, at []int32) ([]float32, error) {
	out := make([]float32, len(at)*2*e.classes)
	return out, e.Engine.Logits(params, b, at, out)
}
