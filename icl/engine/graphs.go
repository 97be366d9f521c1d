package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"sync"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph files dot-import graph

	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/internal/backend"
)

// Graphs caches compiled GoMLX graphs, so that runs of the same learner share them:
// compiling takes longer than a short run. The zero value is empty. It may be used from
// several goroutines at once.
type Graphs struct {
	// Parallel is for runs made at the same time, as by [SideBySide]: their calls are
	// shared out to the clients of [backend.SideBySide].
	Parallel bool

	mu      sync.Mutex
	clients map[string]*backend.Clients // by spec
	byKey   map[string]*Compiled[float32]
	refused map[*Compiled[float32]]error // by lanes; nil for what it can compute
}

// lanesUpTo is the number of weights up to which a learner is small: lanes is not made for
// wide matrices.
const lanesUpTo = 1 << 17

// onLanes is the engine of a learner's graph on lanes. It is an error where lanes cannot
// compute the graph.
func (g *Graphs) onLanes(ctx context.Context, l learner.Learner, d, c int, code string, workers int) (Engine, error) {
	spec := onLanes
	if workers > 0 {
		spec = fmt.Sprintf("%s:%d", onLanes, workers)
	}
	e, err := g.engine(ctx, spec, l, d, c, code)
	if err != nil {
		return nil, err
	}
	own := e.(*Compiled[float32])
	g.mu.Lock()
	defer g.mu.Unlock()
	reason, known := g.refused[own]
	if !known {
		reason = own.checkOnLanes()
		if g.refused == nil {
			g.refused = map[*Compiled[float32]]error{}
		}
		g.refused[own] = reason
	}
	return e, reason
}

// checkOnLanes compiles the graph of the loss's gradient for a few short tasks.
func (e *Compiled[T]) checkOnLanes() error {
	if e.Layout.Size > lanesUpTo {
		return fmt.Errorf("lanes is for learners of up to %d weights, and this one has %d", lanesUpTo, e.Layout.Size)
	}
	tasks, points := 2, 4
	if a, ok := e.l.(learner.Adaptive); ok {
		tasks = a.Group()
	}
	if b, ok := e.l.(learner.Bounded); ok {
		points = min(points, b.MaxPoints())
	}
	return e.build(tasks, points, 1, func(params *Node, ep learner.Episode) {
		loss, grad := e.lossGradGraph(params, ep)
		params.Graph().Compile(loss, grad)
	})
}

// told are the lines that the user of this process has been told.
var told sync.Map

// tell says once on standard error why a learner is not computed on lanes.
func tell(l learner.Learner, engine string, why error) {
	line := fmt.Sprintf("%s is computed by %s: %s", l.Name(), engine, firstLine(why))
	if _, known := told.LoadOrStore(line, true); !known {
		fmt.Fprintln(os.Stderr, line)
	}
}

// firstLine is an error's text without a trace of the stack.
func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}

func (g *Graphs) engine(ctx context.Context, spec string, l learner.Learner, d, c int, code string) (Engine, error) {
	if warm, ok := l.(warmStart); ok {
		l = warm.Architecture()
	}
	model, err := json.Marshal(l)
	if err != nil {
		return nil, fmt.Errorf("engine: learner %s cannot be written as JSON: %w", l.Name(), err)
	}
	key := fmt.Sprintf("%s %T %s %s %d %d %s", spec, l, l.Name(), model, d, c, code)
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.byKey == nil {
		g.byKey, g.clients = map[string]*Compiled[float32]{}, map[string]*backend.Clients{}
	}
	if e, ok := g.byKey[key]; ok {
		return e, nil
	}
	clients, err := g.clientsOf(ctx, spec)
	if err != nil {
		return nil, err
	}
	e, err := compile[float32](clients, l, d, c)
	if err != nil {
		return nil, err
	}
	g.byKey[key] = e
	return e, nil
}

// clientsOf opens the clients of a spec, once.
func (g *Graphs) clientsOf(ctx context.Context, spec string) (*backend.Clients, error) {
	if c, ok := g.clients[spec]; ok {
		return c, nil
	}
	open := backend.One
	if g.Parallel {
		open = backend.SideBySide
	}
	c, err := open(ctx, spec, backend.WithProgress(os.Stderr))
	if err == nil {
		g.clients[spec] = c
	}
	return c, err
}
