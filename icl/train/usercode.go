package train

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/engine"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/internal/usercode"
	"github.com/goicl/goicl/internal/userdir"
)

// drawn calls a sampler, which may be a user's.
func drawn(s datasets.Sampler, rng *rand.Rand, tasks int) (b *datasets.Batch, err error) {
	err = usercode.TryOn(func() string { return "Sample of " + usercode.Of("sampler", s) }, func() (err error) {
		b, err = s.Sample(rng, tasks)
		return err
	})
	return b, err
}

// scheduledAt is the sampler of a step of a curriculum.
func scheduledAt(s datasets.Scheduled, step int) (datasets.Sampler, error) {
	what := fmt.Sprintf("At(%d) of %s", step, usercode.Of("sampler", s))
	at, err := usercode.Get(what, func() datasets.Sampler { return s.At(step) })
	if err == nil && usercode.Nil(at) {
		err = fmt.Errorf("train: %s returned no sampler", what)
	}
	return at, err
}

// marshal writes a learner or a sampler as JSON.
func marshal(role string, v usercode.Named) (raw json.RawMessage, err error) {
	err = usercode.Try("MarshalJSON of "+usercode.Of(role, v), func() (err error) {
		raw, err = json.Marshal(v)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("train: %s %s cannot be written as JSON: %w", role, v.Name(), err)
	}
	return raw, nil
}

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
	_, err := logitsOf(e, r.cfg.Learner, r.state.Params, r.probe, Every(r.probe.N-1, r.probe.N-1, r.probe.T))
	return err
}

// logitsOf calls an engine for its predictions and checks how many come back.
func logitsOf(e engine.Engine, l learner.Learner, params []float32, b *datasets.Batch, at []int32) (logits []float32, err error) {
	err = usercode.TryOn(func() string { return fmt.Sprintf("Logits of %T for %s", e, usercode.Of("learner", l)) }, func() (err error) {
		logits, err = e.Logits(params, b, at)
		return err
	})
	if n := len(logits); err == nil && (n%len(at) != 0 || n/len(at) < max(1, b.C) || b.C == 0 && n != len(at)) {
		err = fmt.Errorf("train: engine %s gave %d logits for %d queries of %s; want %d for each", e.Name(), n, len(at), usercode.Of("learner", l), max(1, b.C))
	}
	return logits, err
}

// report tells a user's function about a step.
func (o options) report(s Step) error {
	return usercode.Try("the function given to WithProgress", func() error {
		o.progress(s)
		return nil
	})
}
