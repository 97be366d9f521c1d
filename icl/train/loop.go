package train

import (
	"fmt"
	"time"

	"github.com/goicl/goicl/icl/engine"
	"github.com/goicl/goicl/icl/optim"
	"github.com/goicl/goicl/icl/train/internal/rundir"
	"github.com/goicl/goicl/internal/process"
)

// loop holds what the steps of one call share.
type loop struct {
	*Run
	optimizer *optim.State[float32]
	grad      []float32
	// device holds weights and moments of a large model; nil where they are in state.
	device   engine.Resident[float32]
	prefetch prefetcher
	valid    *validation
	log      *rundir.Log
	saved    time.Time     // of the last save; Seconds counts up to it
	used     time.Duration // as saved, by [process.JobTime]
	dirty    bool          // steps were made since then
}

// saveEvery is the time between two checkpoints.
const saveEvery = 20 * time.Second

func newLoop(r *Run) (*loop, error) {
	valid, err := newValidation(r.cfg, r.probe)
	if err != nil {
		return nil, err
	}
	log, err := r.dir.OpenLog(r.state.Step, r.state.Log)
	if err != nil {
		return nil, err
	}
	device, err := r.onDevice()
	if err != nil {
		return nil, err
	}
	r.state.Engine, r.state.Inputs = r.engine.Name(), rundir.InputsOf(valid.batch)
	optimizer := optim.New[float32](r.cfg.Recipe.Optimizer, 0)
	optimizer.Step, optimizer.Moments = r.state.Step, r.state.Moments
	return &loop{
		Run: r, device: device, valid: valid, log: log, saved: time.Now(), used: process.JobTime(),
		optimizer: optimizer,
		grad:      make([]float32, r.layout.Size), prefetch: prefetcher{cfg: r.cfg},
	}, nil
}

// step makes one step. On an error the state is that of the last good step.
func (l *loop) step() (Step, error) {
	recipe, s := l.cfg.Recipe, l.state.Step
	d := l.prefetch.take(s)
	if d.err != nil {
		return Step{}, d.err
	}
	step := Step{Run: l.key, Step: s + 1, Steps: recipe.Steps, Tasks: d.batch.T, Rate: recipe.RateAt(s), Memory: l.memory}
	l.prefetch.start(s+1, l.engine)
	if err := l.update(&step, d.batch, d.at); err != nil {
		return step, err
	}
	if !finite(step.Loss + step.GradNorm) {
		return step, l.diverged(fmt.Sprintf("step %d (loss %g, gradient %g)", s+1, step.Loss, step.GradNorm))
	}
	if s == 0 {
		l.state.FirstLoss = step.Loss
	}
	l.state.Step, l.dirty = s+1, true
	return step, l.after(&step)
}

// validateEvery is the smallest number of steps between two validations: in a short run
// they would take longer than the steps.
const validateEvery = 50

// after keeps a snapshot, validates, logs and saves where it is due.
func (l *loop) after(step *Step) error {
	if err := l.snap(step.Step); err != nil {
		return err
	}
	due := step.Step%max(validateEvery, step.Steps/20) == 0 || l.Done()
	if due {
		if err := l.fetch(); err != nil {
			return err
		}
		score, err := l.validate(step.Step)
		if err != nil {
			return err
		}
		step.Score = &score
		if score.Loss < l.state.BestScore.Loss {
			l.state.BestScore, l.state.BestStep = rundir.Score(score), step.Step
			copy(l.state.Best, l.state.Params)
		}
	}
	addToLog(l.log, *step)
	if due || time.Since(l.saved) > saveEvery {
		return l.save()
	}
	return nil
}

// validate returns the validation score. A run has diverged where it is no number, or where
// the loss is a thousand times that of the first step, and more than 1. The steps since the
// last checkpoint are then not saved: the same call fails again.
func (l *loop) validate(step int) (Score, error) {
	score, err := l.valid.score(l.engine, l.state.Params, l.cfg)
	first := l.state.FirstLoss
	if err == nil && (!finite(score.Loss) || first > 0 && score.Loss > max(1, divergedAt*first)) {
		l.dirty = false
		err = l.diverged(fmt.Sprintf("step %d (validation loss %g, first loss %g)", step, score.Loss, first))
	}
	return score, err
}

// diverged is the error of a run that has diverged at that place.
func (l *loop) diverged(where string) error {
	return fmt.Errorf("train: %s, seed %d, %w at %s; lower the rate from %g%s or set Clip",
		l.cfg.Learner.Name(), l.cfg.Seed, ErrDiverged, where, l.cfg.Recipe.Rate, l.innerAdvice())
}

func (l *loop) save() error {
	if !l.dirty {
		return nil
	}
	if err := l.fetch(); err != nil {
		return err
	}
	now, used := time.Now(), process.JobTime()
	l.state.Seconds += now.Sub(l.saved).Seconds()
	l.state.Processor += (used - l.used).Seconds()
	l.saved, l.used, l.dirty = now, used, false
	log, err := l.log.Save()
	if err != nil {
		return err
	}
	l.state.Log = log
	return l.dir.Save(l.state, l.layout, l.cfg.Recipe.Optimizer.Moments())
}

func (l *loop) close() error {
	l.prefetch.wait()
	err := l.save()
	if l.device != nil {
		l.device.Close()
	}
	return err
}
