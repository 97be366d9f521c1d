package engine

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"slices"

	"github.com/gomlx/compute"

	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/internal/backend"
	"github.com/goicl/goicl/internal/usercode"
)

// Options say where and how fast an engine computes, but not what. The zero value is valid.
type Options struct {
	// Kind is "lanes", "gomlx" or "": lanes where the learner and the machine allow it,
	// else GoMLX on another backend.
	Kind    string
	Backend string  // of GoMLX, as backend.Open reads it; "" is lanes for small learners, else XLA
	Workers int     // threads of lanes; 0 is one a processor
	Graphs  *Graphs // to share with other engines; nil shares nothing
	// Custom makes a user-defined engine in place of Kind's.
	Custom func(l learner.Learner, d, c int) (Engine, error)
}

// onLanes is the spec of the GoMLX backend that has one task in each lane.
const onLanes = "lanes"

// New makes the engine of a learner on tasks with d inputs and c classes, 0 for real
// targets. It opens a GoMLX backend only where one is needed. code tells apart learners
// whose settings are the same, see [Code].
func New(ctx context.Context, l learner.Learner, d, c int, code string, o Options) (Engine, error) {
	if err := checkNew(ctx, l, o); err != nil {
		return nil, err
	}
	if o.Custom != nil {
		return customEngine(l, d, c, o)
	}
	if o.Graphs == nil {
		o.Graphs = &Graphs{}
	}
	switch o.Kind {
	case "gomlx":
		return o.Graphs.engine(ctx, o.Backend, l, d, c, code)
	case "", "lanes":
		return newOnLanes(ctx, l, d, c, code, o)
	}
	return nil, o.Check()
}

// checkNew reports what no engine can be made of.
func checkNew(ctx context.Context, l learner.Learner, o Options) error {
	err := usercode.WantContext(ctx)
	if err == nil {
		_, err = usercode.NameOf("learner", l)
	}
	if err != nil {
		return fmt.Errorf("engine: %w", err)
	}
	return o.Check()
}

// Check reports options that no engine has, without making one.
func (o Options) Check() error {
	switch {
	case o.Custom != nil:
		return nil
	case o.Workers < 0 || o.Workers > maxWorkers:
		return fmt.Errorf("engine: %d workers; want 1 to %d, or 0 for one a processor", o.Workers, maxWorkers)
	case !slices.Contains([]string{"", "lanes", "gomlx"}, o.Kind):
		return fmt.Errorf("engine: unknown kind %q; want \"lanes\" or \"gomlx\"", o.Kind)
	}
	return backend.CheckSpec(o.Backend)
}

// maxWorkers is far more than there are processors.
const maxWorkers = 1024

// newOnLanes takes the kernels that are written for the learner, else its graph on lanes,
// else, unless lanes is asked for, its graph on another backend.
func newOnLanes(ctx context.Context, l learner.Learner, d, c int, code string, o Options) (Engine, error) {
	e, err := NewLanes(l, d, c, o.Workers)
	if err == nil {
		return e, nil
	}
	asked := cmp.Or(o.Backend, os.Getenv(compute.ConfigEnvVar))
	if o.Kind == "" && asked != "" && asked != onLanes {
		return o.Graphs.engine(ctx, o.Backend, l, d, c, code)
	}
	if o.Kind == "" && asked != onLanes && offLanes(l) {
		return o.Graphs.engine(ctx, "", l, d, c, code)
	}
	e, err = o.Graphs.onLanes(ctx, l, d, c, code, o.Workers)
	if err == nil {
		return e, nil
	}
	if o.Kind == "lanes" {
		return nil, fmt.Errorf("engine: %s cannot be computed on lanes: %w; leave the engine out to use another backend", l.Name(), err)
	}
	e, other := o.Graphs.engine(ctx, elsewhere(asked), l, d, c, code)
	if other == nil {
		tell(l, e.Name(), err)
	}
	return e, other
}

// offLanes reports whether a learner, or the one that it adapts, says that lanes is not for it.
func offLanes(l learner.Learner) bool {
	if warm, ok := l.(warmStart); ok {
		l = warm.Architecture()
	}
	if around, ok := l.(interface{ Base() learner.Learner }); ok {
		l = around.Base()
	}
	_, off := l.(learner.OffLanes)
	return off
}

// elsewhere is the spec of the backend for what lanes refuses.
func elsewhere(asked string) string {
	if asked == onLanes {
		return "xla"
	}
	return ""
}
