package train

import (
	"context"
	"io"
	"os"

	"github.com/gomlx/compute"

	"github.com/goicl/goicl/icl/backend"
)

// Option sets a run-time matter: one that changes where or how fast a run is
// computed, but not what.
type Option func(*options)

type options struct {
	dir      string
	engine   EngineKind
	backend  string
	progress func(Step)
	status   io.Writer
}

// WithDir keeps runs under dir instead of [DefaultDir].
func WithDir(dir string) Option { return func(o *options) { o.dir = dir } }

// WithEngine chooses the engine; the default is [Auto].
func WithEngine(kind EngineKind) Option { return func(o *options) { o.engine = kind } }

// WithBackend names the GoMLX backend as [backend.Open] reads it; the default "",
// is XLA where it can be had.
func WithBackend(spec string) Option { return func(o *options) { o.backend = spec } }

// WithProgress calls f after every step, and once for a run that is loaded.
func WithProgress(f func(Step)) Option { return func(o *options) { o.progress = f } }

func newOptions(opts []Option) options {
	o := options{dir: DefaultDir(), progress: func(Step) {}, status: os.Stderr}
	for _, opt := range opts {
		opt(&o)
	}
	return o
}

// open opens the GoMLX backend, once per process.
func (o options) open(ctx context.Context) func() (compute.Backend, error) {
	return func() (compute.Backend, error) {
		b, err := backend.Shared(ctx, o.backend, backend.WithProgress(o.status))
		if err != nil {
			return nil, err
		}
		return b.Backend, nil
	}
}
