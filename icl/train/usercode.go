package train

import (
	"errors"
	"fmt"

	"github.com/goicl/goicl/icl/engine"
	"github.com/goicl/goicl/internal/usercode"
	"github.com/goicl/goicl/internal/userdir"
)

// checkNames reports a learner or tasks that are nil or have no name.
func (c Config) checkNames() error {
	if c.Learner == nil || c.Tasks == nil {
		return errors.New("train: the config needs a Learner and Tasks")
	}
	if _, err := usercode.NameOf("learner", c.Learner); err != nil {
		return fmt.Errorf("train: %w", err)
	}
	if _, err := usercode.NameOf("sampler", c.Tasks); err != nil {
		return fmt.Errorf("train: %w", err)
	}
	if c.From != nil && c.From.check() != nil {
		return fmt.Errorf("train: From: %w", c.From.check())
	}
	if c.Try < 0 {
		return fmt.Errorf("train: try %d; want 0, or a positive number for other starting weights", c.Try)
	}
	return nil
}

// check reports options that cannot be met by a run of that many steps.
func (o options) check(steps int) error {
	if o.dir == "" && o.dirGiven && DefaultDir() != "" {
		return errors.New(`train: WithDir("") names no directory; leave it out to keep runs in DefaultDir`)
	}
	if o.dir == "" {
		return fmt.Errorf("train: no directory to keep runs in: %w, or use WithDir", userdir.ErrNone)
	}
	for _, s := range o.snapshots {
		if s < 0 || s > steps {
			return fmt.Errorf("train: a snapshot after step %d of a run of %d steps; want 1..%d", s, steps, steps)
		}
	}
	if o.memory < 0 {
		return fmt.Errorf("train: WithMemoryLimit(%d); want a positive number of bytes, or 0 for what is available", o.memory)
	}
	return o.engine.Check()
}

// guarded makes a step, in which the code of an engine or a snapshot may panic.
func (l *loop) guarded() (step Step, err error) {
	err = usercode.TryOn(func() string {
		return fmt.Sprintf("step %d of %s on engine %s", l.state.Step+1, usercode.Of("learner", l.cfg.Learner), l.engine.Name())
	}, func() (err error) {
		step, err = l.step()
		return err
	})
	return step, err
}

// tryCustom calls an engine of the user's once, so that what it does wrong shows before the
// first step. Other engines check their graphs.
func (r *Run) tryCustom(e engine.Engine) error {
	if r.opts.engine.Custom == nil {
		return nil
	}
	_, err := engine.Predictions(e, r.cfg.Learner, r.state.Params, r.probe, Every(r.probe.N-1, r.probe.N-1, r.probe.T))
	return err
}

// report tells a user's function about a step.
func (o options) report(s Step) error {
	return usercode.Try("the function given to WithProgress", func() error {
		o.progress(s)
		return nil
	})
}
