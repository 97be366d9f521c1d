package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"sync"

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
