package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"

	"github.com/gomlx/compute"

	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/internal/backend"
	"github.com/goicl/goicl/internal/lanegraph"
	"github.com/goicl/goicl/internal/usercode"
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
	byKey   map[string]made
}

// made is an engine, or why there is none.
type made struct {
	engine Engine
	err    error
}

// lanesUpTo is the number of weights up to which a learner is small: lanes is not made for
// wide matrices.
const lanesUpTo = 1 << 17

// onLanes is the engine of a learner's graph on lanes. It is an error where lanes cannot
// compute the graph.
func (g *Graphs) onLanes(ctx context.Context, l learner.Learner, d, c int, code string, workers int) (Engine, error) {
	layout, err := learner.NewLayout(l, d, c)
	if err != nil {
		return nil, err
	}
	if layout.Size > lanesUpTo {
		return nil, fmt.Errorf("lanes is for learners of up to %d weights, and this one has %d", lanesUpTo, layout.Size)
	}
	spec := onLanes
	if workers > 0 {
		spec = fmt.Sprintf("%s:%d", onLanes, workers)
	}
	return g.engine(ctx, spec, l, d, c, code)
}

// told are the lines that the user of this process has been told.
var told sync.Map

// tell says once on standard error why a learner is not computed on lanes.
func tell(l learner.Learner, engine string, why error) {
	var thrown *usercode.Panic
	if compute.IsNotImplemented(why) && errors.As(why, &thrown) && thrown.Unwrap() != nil {
		why = thrown.Unwrap() // what lanes lacks, and not where the learner asks for it
	}
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
	var model []byte
	err := usercode.Try("MarshalJSON of "+usercode.Of("learner", l), func() (err error) {
		model, err = json.Marshal(l)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("engine: learner %s cannot be written as JSON: %w", l.Name(), err)
	}
	key := fmt.Sprintf("%s %T %s %s %d %d %s", spec, l, l.Name(), model, d, c, code)
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.byKey == nil {
		g.byKey, g.clients = map[string]made{}, map[string]*backend.Clients{}
	}
	if m, ok := g.byKey[key]; ok {
		return m.engine, m.err
	}
	clients, err := g.clientsOf(ctx, spec)
	if err != nil {
		return nil, err
	}
	e, err := newEngine(clients, l, d, c)
	g.byKey[key] = made{e, err}
	return e, err
}

// newEngine makes the engine of a learner's graphs.
func newEngine(clients *backend.Clients, l learner.Learner, d, c int) (Engine, error) {
	e, err := compile[float32](clients, l, d, c)
	if err != nil {
		return nil, err
	}
	if on, ok := clients.All[0].Backend.(*lanegraph.Backend); ok {
		return newBlockEngine(e, on)
	}
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
