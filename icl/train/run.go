package train

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"path/filepath"
	"sync"
	"time"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/engine"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/optim"
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
	// Memory is how many bytes a step was predicted to take on a GoMLX backend at most:
	// those of all values alive at once, without fusing operations.
	Memory int64
	Score  *Score // the validation score, at steps that took one
}

// Run is one training run, open for going on or, once done, for its result.
type Run struct {
	cfg    Config
	opts   options
	key    string
	dir    runDir
	layout learner.Layout
	probe  *datasets.Batch // a few tasks, for their sizes

	opening sync.Mutex // guards engine
	engine  engine.Engine
	memory  int64 // see [Step.Memory]
	state   *checkpoint
}

// ErrInterrupted is what an interrupted run's error wraps: its state is saved and
// the same call goes on from there.
var ErrInterrupted = errors.New("interrupted")

// ErrDiverged is what the error of a run wraps whose loss or gradient is no longer
// finite. Its state is that of the last good step; the same call fails again.
var ErrDiverged = errors.New("diverged")

// Open finds or creates the run directory of cfg. It trains nothing.
func Open(cfg Config, opts ...Option) (*Run, error) {
	cfg, probe, err := cfg.resolve()
	if err != nil {
		return nil, err
	}
	r := &Run{cfg: cfg, opts: newOptions(opts), probe: probe}
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
	r.dir = runDir{filepath.Join(r.opts.dir, r.key)}
	if err := r.dir.prepare(id); err != nil {
		return nil, err
	}
	return r, r.reload()
}

// reload takes the state from the run directory, or starts afresh.
func (r *Run) reload() (err error) {
	if r.state, err = r.dir.load(r.layout, r.cfg.Recipe.Optimizer.Moments()); err != nil || r.state != nil {
		return err
	}
	params, err := r.start()
	if err != nil {
		return err
	}
	r.state = &checkpoint{
		Params: params, Best: append([]float32{}, params...),
		Moments:   optim.New[float32](r.cfg.Recipe.Optimizer, len(params)).Moments,
		BestScore: Score{Loss: math.MaxFloat64},
	}
	return nil
}

// start draws the starting weights, or takes them from another run.
func (r *Run) start() ([]float32, error) {
	params := r.layout.Init(datasets.Rand(r.cfg.Seed, fmt.Sprintf("weights/%d", r.cfg.Try)))
	if from := r.cfg.From; from != nil {
		if err := takeOver(r.layout, params, from); err != nil {
			return nil, err
		}
	}
	return params, nil
}

// Key is the name of the run's directory.
func (r *Run) Key() string { return r.key }

// Step is the number of steps made.
func (r *Run) Step() int { return r.state.Step }

// Done tells whether all steps are made.
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
	unlock, err := r.dir.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	// Another process may have gone on while this one waited.
	if err := r.reload(); err != nil || r.Done() {
		return err
	}
	if err := r.openEngine(ctx); err != nil {
		return err
	}
	if err := r.checkMemory(); err != nil {
		return err
	}
	r.opts.progress(Step{Run: r.key, Step: r.state.Step, Steps: r.cfg.Recipe.Steps, Memory: r.memory})
	loop, err := newLoop(r)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, loop.close()) }()
	for !r.Done() {
		if ctx.Err() != nil {
			return fmt.Errorf("train: %w: stopped at step %d of %d; run again to go on", ErrInterrupted, r.state.Step, r.cfg.Recipe.Steps)
		}
		step, err := loop.step()
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

// loop holds what the steps of one call share.
type loop struct {
	*Run
	optimizer *optim.State[float32]
	grad      []float32
	// device holds weights and moments of a large model; nil where they are in state.
	device engine.Resident[float32]
	ahead  ahead
	valid  *validation
	log    *logWriter
	saved  time.Time
	clock  time.Time // up to which time is booked
	dirty  bool      // steps made since the last save
}

// saveEvery is how much work a crash can lose at most.
const saveEvery = 20 * time.Second

func newLoop(r *Run) (*loop, error) {
	valid, err := newValidation(r.cfg)
	if err != nil {
		return nil, err
	}
	log, err := openLog(filepath.Join(r.dir.path, logFile), r.state.Step)
	if err != nil {
		return nil, err
	}
	device, err := r.onDevice()
	if err != nil {
		return nil, errors.Join(err, log.close())
	}
	r.state.Engine = r.engine.Name()
	return &loop{
		Run: r, device: device, valid: valid, log: log, saved: time.Now(), clock: time.Now(),
		optimizer: optim.Resume(r.cfg.Recipe.Optimizer, r.state.Step, r.state.Moments),
		grad:      make([]float32, r.layout.Size), ahead: ahead{cfg: r.cfg},
	}, nil
}

// step makes one step. On an error the state is that of the last good step.
func (l *loop) step() (Step, error) {
	recipe, s := l.cfg.Recipe, l.state.Step
	w := l.ahead.take(s)
	if w.err != nil {
		return Step{}, w.err
	}
	step := Step{Run: l.key, Step: s + 1, Steps: recipe.Steps, Tasks: w.batch.T, Rate: recipe.RateAt(s), Memory: l.memory}
	l.ahead.begin(s+1, l.engine)
	if err := l.update(&step, w.batch, w.at); err != nil {
		return step, err
	}
	if !finite(step.Loss + step.GradNorm) {
		return step, fmt.Errorf("train: %s %w at step %d (loss %g, gradient %g); lower the rate from %g%s or set Clip, step %d is saved",
			l.cfg.Learner.Name(), ErrDiverged, s+1, step.Loss, step.GradNorm, recipe.Rate, l.innerAdvice(), s)
	}
	l.state.Step, l.dirty = s+1, true
	return step, l.after(&step)
}

// leastBetween is the smallest number of steps between two validations: in a
// short run they would take longer than the steps.
const leastBetween = 50

// after keeps a snapshot, validates, logs and saves where it is time.
func (l *loop) after(step *Step) error {
	if err := l.snap(step.Step); err != nil {
		return err
	}
	due := step.Step%max(leastBetween, step.Steps/20) == 0 || l.Done()
	if due {
		if err := l.fetch(); err != nil {
			return err
		}
		score, err := l.valid.score(l.engine, l.state.Params, l.cfg)
		if err != nil {
			return err
		}
		step.Score = &score
		if score.Loss < l.state.BestScore.Loss {
			l.state.BestScore, l.state.BestStep = score, step.Step
			copy(l.state.Best, l.state.Params)
		}
	}
	l.log.add(*step)
	if due || time.Since(l.saved) > saveEvery {
		return l.save()
	}
	return nil
}

func (l *loop) save() error {
	if !l.dirty {
		return nil
	}
	if err := l.fetch(); err != nil {
		return err
	}
	now := time.Now()
	l.state.Seconds += now.Sub(l.clock).Seconds()
	l.saved, l.clock, l.dirty = now, now, false
	return errors.Join(l.log.flush(), l.dir.save(l.state, l.layout, l.cfg.Recipe.Optimizer.Moments()))
}

func (l *loop) close() error {
	l.ahead.close()
	err := errors.Join(l.save(), l.log.close())
	if l.device != nil {
		l.device.Close()
	}
	return err
}

// Train makes all steps that are left of cfg's run and returns the result: the
// weights with the lowest validation loss. For a finished run it only loads.
func Train(ctx context.Context, cfg Config, opts ...Option) (*Fitted, error) {
	r, err := Open(cfg, opts...)
	if err != nil {
		return nil, err
	}
	loaded := r.Done()
	for step, err := range r.Steps(ctx) {
		if err != nil {
			return nil, err
		}
		r.opts.progress(step)
	}
	if loaded {
		r.opts.progress(Step{Run: r.key, Step: r.state.Step, Steps: r.state.Step})
	}
	return r.Fitted(loaded), nil
}
