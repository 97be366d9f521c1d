package train

import (
	"fmt"
	"math"
	"slices"
)

// WithSnapshots keeps the weights after each of these steps, to study how a learner
// changes: see [Fitted.At]. A run keeps none of steps that it made before.
func WithSnapshots(steps ...int) Option { return func(o *options) { o.snapshots = steps } }

// LogSpaced returns about count steps from first to last ≥ first ≥ 1, whose ratios are
// equal but for rounding.
func LogSpaced(first, last, count int) []int {
	steps, count := []int{first}, min(count, 100_000)
	for i := 1; i < count; i++ {
		ratio := float64(i) / float64(count-1)
		s := int(math.Round(float64(first) * math.Pow(float64(last)/float64(first), ratio)))
		if s > steps[len(steps)-1] {
			steps = append(steps, s)
		}
	}
	return steps
}

// At returns the learner as it was after a step of [WithSnapshots], or at the start for 0.
// Its Score is zero.
func (f *Fitted) At(step int) (*Fitted, error) {
	params, err := f.paramsAt(step)
	if err != nil {
		return nil, err
	}
	then := *f
	then.Params, then.Step, then.Score = params, step, Score{}
	return &then, nil
}

// Last returns the learner as it is after the last step that was made, with the validation
// score there.
func (f *Fitted) Last() (*Fitted, error) {
	if f.check() != nil || f.run.state == nil {
		return nil, fmt.Errorf("train: %s has no run, and so no last step", f.Name())
	}
	log, err := f.Log()
	if err != nil {
		return nil, err
	}
	last := *f
	last.Params, last.Step, last.Score = slices.Clone(f.run.state.Params), f.run.state.Step, Score{}
	if len(log) > 0 && log[len(log)-1].Score != nil {
		last.Score = *log[len(log)-1].Score
	}
	return &last, nil
}

// Done reports whether all steps of the run were made.
func (f *Fitted) Done() bool { return f.check() == nil && f.run.state != nil && f.run.Done() }

func (f *Fitted) paramsAt(step int) ([]float32, error) {
	if err := f.check(); err != nil {
		return nil, err
	}
	if f.File != "" {
		return nil, fmt.Errorf("train: %s was imported from %s and has no snapshots of its training", f.Name(), f.File)
	}
	if step == 0 {
		return f.run.start()
	}
	return f.run.dir.LoadSnapshot(step, f.run.layout)
}

// snap writes the weights if that step is one of the snapshots.
func (l *loop) snap(step int) error {
	if !slices.Contains(l.opts.snapshots, step) {
		return nil
	}
	if err := l.fetch(); err != nil {
		return err
	}
	return l.dir.SaveSnapshot(step, l.layout, l.state.Params, l.engine.Name())
}
