package train

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"sync"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/backend"
	"github.com/goicl/goicl/icl/lanes"
	"github.com/goicl/goicl/icl/learner"
)

// Engine computes a learner's loss, gradient and logits for one flat vector of
// weights. All engines give the same numbers up to rounding; they differ in speed.
type Engine interface {
	// Name tells which engine it is: "lanes", "gomlx/xla", "gomlx/go".
	Name() string
	// LossGrad returns the mean loss of the queries at [T·M], cross-entropy or
	// squared error (see [learner.Engine]), and overwrites grad with its gradient.
	LossGrad(params []float32, b *datasets.Batch, at []int32, grad []float32) (float64, error)
	// Logits returns [T, M, K], or predicted targets [T, M, 1].
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

// newEngine makes the engine of a run on tasks like those of probe. A GoMLX backend is
// opened only where one is needed.
func newEngine(ctx context.Context, o options, cfg Config, probe *datasets.Batch) (Engine, error) {
	kind, l, d, c := o.engine, cfg.Learner, probe.D, probe.C
	switch kind {
	case Auto, Lanes, GoMLX:
	default:
		return nil, fmt.Errorf("train: unknown engine %q; want %q or %q", kind, Lanes, GoMLX)
	}
	if kind != GoMLX {
		e, err := NewLanes(l, d, c, o.workers)
		if err == nil {
			return e, nil
		}
		if kind == Lanes {
			return nil, fmt.Errorf("train: no lanes engine for %s: %w; leave the engine out to use GoMLX", l.Name(), err)
		}
		if ok, reason := lanes.Available(); !ok && servedByLanes(l, d, c) {
			slower.Do(func() {
				fmt.Fprintf(os.Stderr, "train: %s trains on GoMLX, many times slower than on lanes: %s\n", l.Name(), reason)
			})
		}
	}
	code, err := cfg.learnerCode(probe)
	if err != nil {
		return nil, err
	}
	return o.graphs.engine(ctx, o.backend, l, d, c, code)
}

// slower is where the user is told, once, that there is no lanes engine here.
var slower sync.Once

// Graphs keeps compiled GoMLX graphs, so that runs of the same learner share them:
// compiling takes longer than a short run. Give it to every run by [WithGraphs].
type Graphs struct {
	open func(ctx context.Context, spec string, opts ...backend.Option) (*backend.Clients, error)

	mu      sync.Mutex
	clients map[string]*backend.Clients // by spec
	byKey   map[string]gomlxEngine
}

// NewGraphs returns an empty store. Runs that are made at the same time are better given
// [ManyRuns].
func NewGraphs() *Graphs { return newGraphs(backend.One) }

func newGraphs(open func(context.Context, string, ...backend.Option) (*backend.Clients, error)) *Graphs {
	return &Graphs{open: open, clients: map[string]*backend.Clients{}, byKey: map[string]gomlxEngine{}}
}

// startsElsewhere is a learner that differs from its architecture, another learner,
// only in the weights that it starts from. The two share compiled graphs.
type startsElsewhere interface{ Architecture() learner.Learner }

func (g *Graphs) engine(ctx context.Context, spec string, l learner.Learner, d, c int, code string) (Engine, error) {
	if s, ok := l.(startsElsewhere); ok {
		l = s.Architecture()
	}
	model, err := json.Marshal(l)
	if err != nil {
		return nil, fmt.Errorf("train: learner %s cannot be written as JSON: %w", l.Name(), err)
	}
	key := fmt.Sprintf("%s %T %s %s %d %d %s", spec, l, l.Name(), model, d, c, code)
	g.mu.Lock()
	defer g.mu.Unlock()
	if e, ok := g.byKey[key]; ok {
		return e, nil
	}
	clients, err := g.clientsOf(ctx, spec)
	if err != nil {
		return nil, err
	}
	e, err := newGomlxEngine(clients, l, d, c)
	if err == nil {
		g.byKey[key] = e
	}
	return e, err
}

// clientsOf opens the clients of a spec, once.
func (g *Graphs) clientsOf(ctx context.Context, spec string) (*backend.Clients, error) {
	if c, ok := g.clients[spec]; ok {
		return c, nil
	}
	c, err := g.open(ctx, spec, backend.WithProgress(os.Stderr))
	if err == nil {
		g.clients[spec] = c
	}
	return c, err
}

// gomlxEngine has an engine on each of the clients.
type gomlxEngine struct {
	*learner.Engine[float32] // on the first one
	on                       []*learner.Engine[float32]
	clients                  *backend.Clients
	trainer                  func() (*learner.Trainer[float32], error)
}

func newGomlxEngine(clients *backend.Clients, l learner.Learner, d, c int) (e gomlxEngine, err error) {
	e.clients = clients
	for _, b := range clients.All {
		on, err := learner.NewEngine[float32](b.Backend, l, d, c)
		if err != nil {
			return e, err
		}
		e.on = append(e.on, on)
	}
	e.Engine = e.on[0]
	e.trainer = sync.OnceValues(func() (*learner.Trainer[float32], error) { return e.Trainer(adamGraph) })
	return e, nil
}

func (e gomlxEngine) Name() string { return "gomlx/" + e.clients.All[0].Kind() }

func (e gomlxEngine) LossGrad(params []float32, b *datasets.Batch, at []int32, grad []float32) (loss float64, err error) {
	err = e.clients.Use(func(i int) error {
		loss, err = e.on[i].LossGrad(params, b, at, grad)
		return err
	})
	return loss, err
}

func (e gomlxEngine) Logits(params []float32, b *datasets.Batch, at []int32) (logits []float32, err error) {
	err = e.clients.Use(func(i int) error {
		logits, err = e.on[i].Logits(params, b, at)
		return err
	})
	return logits, err
}

func (e gomlxEngine) start(params, m, v []float32) (*learner.Resident[float32], error) {
	trainer, err := e.trainer()
	if err != nil {
		return nil, err
	}
	return trainer.Start(params, m, v), nil
}
