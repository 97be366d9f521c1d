package train

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"path/filepath"
	"sync"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/engine"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/optim"
	"github.com/goicl/goicl/icl/train/internal/rundir"
	"github.com/goicl/goicl/internal/usercode"
)

// Step reports one training step.
type Step struct {
	Run      string  // key of the run
	Step     int     // steps made
	Steps    int     // steps in all
	Loss     float64 // mean loss of this step's batch, as in [Score]
	GradNorm float64 // length of the gradient before clipping
	Rate     float64
	Tasks    int // tasks in the batch
	// Memory is the predicted peak of a step's memory on a GoMLX backend, in bytes: that of
	// all values alive at once, without fusing operations.
	Memory int64
	Score  *Score // validation score, at steps that were validated
}

// Run is one training run: to continue or, once it is done, to read its result.
type Run struct {
	cfg    Config
	opts   options
	key    string
	dir    rundir.Dir
	layout learner.Layout
	probe  *datasets.Batch // a few tasks, for their sizes

	opening sync.Mutex // guards engine
	engine  engine.Engine
	memory  int64 // see [Step.Memory]
	state   *rundir.Checkpoint
}

// ErrInterrupted is wrapped by the error of an interrupted run, besides that of its context,
// [context.Canceled] or [context.DeadlineExceeded]: its state is saved and the same call
// resumes it.
var ErrInterrupted = errors.New("interrupted")

// ErrDiverged is wrapped by the error of a run whose loss or gradient is no longer finite.
// Its state is that of a good step; the same call fails again.
var ErrDiverged = errors.New("diverged")

// Open finds or creates the run directory of cfg. It trains nothing.
func Open(cfg Config, opts ...Option) (*Run, error) {
	cfg, probe, err := cfg.resolve()
	if err != nil {
		return nil, err
	}
	r := &Run{cfg: cfg, opts: newOptions(opts), probe: probe}
	if err := r.opts.check(cfg.Recipe.Steps); err != nil {
		return nil, err
	}
	if first := cfg.Recipe.first(); first >= r.probe.N {
		return nil, fmt.Errorf("train: the loss starts at %d examples, but tasks have %d points; want First < N", first, r.probe.N)
	}
	if err := learner.CheckLength(cfg.Learner, r.probe.N); err != nil {
		return nil, err
	}
	if r.layout, err = learner.NewLayout(cfg.Learner, r.probe.D, r.probe.C); err != nil {
		return nil, err
	}
	id, err := cfg.identity(r.probe)
	if err != nil {
		return nil, err
	}
	if r.key, err = id.key(); err != nil {
		return nil, err
	}
	r.dir = rundir.Dir{Path: filepath.Join(r.opts.dir, r.key)}
	if err := r.dir.Prepare(id, format); err != nil {
		return nil, err
	}
	return r, r.reload()
}

// reload reads the state from the run directory, or makes that of a new run.
func (r *Run) reload() (err error) {
	if r.state, err = r.dir.Load(r.layout, r.cfg.Recipe.Optimizer.Moments(), r.cfg.Recipe.Steps); err != nil || r.state != nil {
		return err
	}
	params, err := r.start()
	if err != nil {
		return err
	}
	r.state = &rundir.Checkpoint{
		Params: params, Best: append([]float32{}, params...),
		Moments:   optim.New[float32](r.cfg.Recipe.Optimizer, len(params)).Moments,
		BestScore: rundir.Score{Loss: math.MaxFloat64},
	}
	return nil
}

// start returns the starting weights: random ones, and those of Config.From.
func (r *Run) start() ([]float32, error) {
	params, err := r.layout.Start(r.cfg.Learner.Name(), datasets.Rand(r.cfg.Seed, fmt.Sprintf("weights/%d", r.cfg.Try)))
	if err != nil {
		return nil, err
	}
	if from := r.cfg.From; from != nil {
		if err := warmStart(r.layout, params, from); err != nil {
			return nil, err
		}
	}
	return params, nil
}

// Key is the name of the run's directory.
func (r *Run) Key() string { return r.key }

// Step is the number of steps made.
func (r *Run) Step() int { return r.state.Step }

// Done reports whether all steps are made.
func (r *Run) Done() bool { return r.state.Step >= r.cfg.Recipe.Steps }

// Steps makes the steps that are left and yields each. Where the loop is left
// early, ctx ends or a step fails, the state of the last good step is saved.
func (r *Run) Steps(ctx context.Context) iter.Seq2[Step, error] {
	return func(yield func(Step, error) bool) {
		if r.Done() {
			return
		}
		left := false // the caller left the loop and must not be called again
		err := r.steps(ctx, func(s Step) bool {
			left = !yield(s, nil)
			return !left
		})
		if err != nil && !left {
			yield(Step{Run: r.key, Step: r.state.Step, Steps: r.cfg.Recipe.Steps}, err)
		}
	}
}

func (r *Run) steps(ctx context.Context, yield func(Step) bool) (err error) {
	if err := usercode.WantContext(ctx); err != nil {
		return fmt.Errorf("train: %w", err)
	}
	unlock, err := r.dir.Lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	// Another process may have made steps while this one waited.
	if err := r.reload(); err != nil || r.Done() {
		return err
	}
	if err := r.openEngine(ctx); err != nil {
		return err
	}
	if err := r.checkMemory(); err != nil {
		return err
	}
	if err := cmp.Or(r.tryCustom(r.engine), r.opts.report(Step{Run: r.key, Step: r.state.Step, Steps: r.cfg.Recipe.Steps, Memory: r.memory})); err != nil {
		return err
	}
	loop, err := newLoop(r)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, loop.close()) }()
	for !r.Done() {
		if ctx.Err() != nil {
			return fmt.Errorf("train: %w (%w): stopped at step %d of %d; run again to go on", ErrInterrupted, ctx.Err(), r.state.Step, r.cfg.Recipe.Steps)
		}
		step, err := loop.guarded()
		if err != nil {
			return err
		}
		if !yield(step) {
			return nil
		}
	}
	return nil
}

func (r *Run) openEngine(ctx context.Context) (err error) {
	r.opening.Lock()
	defer r.opening.Unlock()
	if r.engine != nil {
		return nil
	}
	code, err := r.cfg.learnerCode(r.probe)
	if err != nil {
		return err
	}
	r.engine, err = engine.New(ctx, r.cfg.Learner, r.probe.D, r.probe.C, code, r.opts.engine)
	return err
}

// Train makes all steps that are left of cfg's run and returns the result: the
// weights with the lowest validation loss. For a finished run it only loads.
func Train(ctx context.Context, cfg Config, opts ...Option) (*Fitted, error) {
	if err := usercode.WantContext(ctx); err != nil {
		return nil, fmt.Errorf("train: %w", err)
	}
	r, err := Open(cfg, opts...)
	if err != nil {
		return nil, err
	}
	loaded := true // by this call nothing was trained, be it that it waited for another process
	for step, err := range r.Steps(ctx) {
		if err != nil {
			return nil, err
		}
		loaded = false
		if err := r.opts.report(step); err != nil {
			return nil, err
		}
	}
	if loaded {
		if err := r.opts.report(Step{Run: r.key, Step: r.state.Step, Steps: r.state.Step}); err != nil {
			return nil, err
		}
	}
	return r.Fitted(loaded), nil
}
