package engine

import (
	"context"
	"fmt"
	"os"
	"sync"

	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/internal/lanes"
)

// Options say where and how fast an engine computes, but not what. The zero value is valid.
type Options struct {
	// Kind is "lanes", "gomlx" or "": lanes where the learner and the machine allow it,
	// else GoMLX.
	Kind    string
	Backend string  // of GoMLX, as backend.Open reads it; "" is XLA where it can be had
	Workers int     // goroutines of lanes; 0 is one a processor
	Graphs  *Graphs // to share with other engines; nil shares nothing
	// Custom makes a user-defined engine in place of Kind's.
	Custom func(l learner.Learner, d, c int) (Engine, error)
}

// New makes the engine of a learner on tasks with d inputs and c classes, 0 for real
// targets. It opens a GoMLX backend only where one is needed. code tells apart learners
// whose settings are the same, see [Code].
func New(ctx context.Context, l learner.Learner, d, c int, code string, o Options) (Engine, error) {
	if o.Custom != nil {
		return o.Custom(l, d, c)
	}
	switch o.Kind {
	case "", "lanes", "gomlx":
	default:
		return nil, fmt.Errorf("engine: unknown kind %q; want \"lanes\" or \"gomlx\"", o.Kind)
	}
	if o.Kind != "gomlx" {
		e, err := NewLanes(l, d, c, o.Workers)
		if err == nil {
			return e, nil
		}
		if o.Kind == "lanes" {
			return nil, fmt.Errorf("engine: no lanes engine for %s: %w; leave the engine out to use GoMLX", l.Name(), err)
		}
		if ok, reason := lanes.Available(); !ok && servedByLanes(l, d, c) {
			warnSlow.Do(func() {
				fmt.Fprintf(os.Stderr, "engine: %s trains on GoMLX, many times slower than on lanes: %s\n", l.Name(), reason)
			})
		}
	}
	if o.Graphs == nil {
		o.Graphs = &Graphs{}
	}
	return o.Graphs.engine(ctx, o.Backend, l, d, c, code)
}

// warnSlow tells the user once per process that there is no lanes engine here.
var warnSlow sync.Once
