package train

import (
	"github.com/goicl/goicl/icl/engine"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/internal/userdir"
)

// Option sets where or how fast a run is computed, but not what.
type Option func(*options)

type options struct {
	dir      string
	dirGiven bool // by WithDir
	engine   engine.Options
	progress func(Step)
	// snapshots are the steps after which the weights are kept.
	snapshots    []int
	memory       int64 // bytes a step may take; 0 means what is available
	residentFrom int   // the constant of that name; tests lower it
	notice       func(string)
}

// DefaultDir is where runs are kept unless [WithDir] says otherwise; "" where a user has no
// home folder.
func DefaultDir() string { return userdir.Data("runs") }

// DirOf is where runs with these options are kept.
func DirOf(opts ...Option) string { return newOptions(opts).dir }

// WithDir keeps runs under dir instead of [DefaultDir].
func WithDir(dir string) Option { return func(o *options) { o.dir, o.dirGiven = dir, true } }

// WithEngine chooses the engine, "lanes" or "gomlx"; the default, "", is lanes where the
// learner and the machine allow it, else GoMLX on another backend.
func WithEngine(kind string) Option { return func(o *options) { o.engine.Kind = kind } }

// WithCustomEngine computes runs by a user-defined engine.
func WithCustomEngine(custom func(l learner.Learner, d, c int) (engine.Engine, error)) Option {
	return func(o *options) { o.engine.Custom = custom }
}

// WithBackend names the GoMLX backend as [backend.Open] reads it. The default, "", is lanes
// for small learners, and else XLA where it can be had.
func WithBackend(spec string) Option { return func(o *options) { o.engine.Backend = spec } }

// WithWorkers bounds the goroutines of the lanes engine; the default, 0, is one a
// processor. The numbers do not depend on it.
func WithWorkers(n int) Option { return func(o *options) { o.engine.Workers = n } }

// ManyRuns is for several runs, also at the same time, as by [engine.SideBySide]: each has
// one worker, and runs that are given the same option share compiled graphs.
func ManyRuns() Option {
	graphs := &engine.Graphs{Parallel: true}
	return func(o *options) { o.engine.Graphs, o.engine.Workers = graphs, 1 }
}

// WithProgress calls f before the first step, with the memory that a step is predicted to
// take, after every step, and once for a run that is loaded.
func WithProgress(f func(Step)) Option { return func(o *options) { o.progress = f } }

func newOptions(opts []Option) options {
	o := options{dir: DefaultDir(), progress: func(Step) {}, residentFrom: residentFrom, notice: toStderr}
	o.engine.Graphs = &engine.Graphs{}
	for _, opt := range opts {
		if opt != nil {
			opt(&o)
		}
	}
	if o.progress == nil {
		o.progress = func(Step) {}
	}
	return o
}
