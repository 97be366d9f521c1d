package train

import (
	"errors"
	"fmt"
	"math/rand/v2"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/engine"
)

// work is what a step computes the loss of: tasks, and the queries of each.
type work struct {
	batch *datasets.Batch
	at    []int32
	err   error
}

// Draw draws the tasks of step s ≥ 0 and the queries at [T·M] of its loss. They
// depend on the config and s alone, so it does not matter when that is done.
func (c Config) Draw(s int) (b *datasets.Batch, at []int32, err error) {
	if c.Tasks == nil {
		return nil, nil, errors.New("train: the config needs Tasks to draw from")
	}
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("train: sampler %s panicked: %v", c.Tasks.Name(), p)
		}
	}()
	recipe := c.Recipe.WithDefaults()
	rng := datasets.Rand(c.Seed, fmt.Sprintf("step/%d", s))
	if b, err = sample(c.tasksAt(s), rng, recipe.Batch); err != nil {
		return nil, nil, err
	}
	return b, recipe.queries(rng, b), nil
}

// queries are the queries at [T·M] of the loss on b; rng is used for OnePrefix and may
// be nil without.
func (r Recipe) queries(rng *rand.Rand, b *datasets.Batch) []int32 {
	if r.OnePrefix {
		return Stratified(rng, r.first(), b.N-1, b.T)
	}
	return Every(r.first(), b.N-1, b.T)
}

// perTask is the number of queries of each task of n points.
func (r Recipe) perTask(n int) int {
	if r.OnePrefix {
		return 1
	}
	return n - r.first()
}

// tasksAt is what the tasks of step s are drawn from.
func (c Config) tasksAt(s int) datasets.Sampler {
	if scheduled, ok := c.Tasks.(datasets.Scheduled); ok {
		return scheduled.At(s)
	}
	return c.Tasks
}

func (c Config) draw(s int) (w work) {
	w.batch, w.at, w.err = c.Draw(s)
	return w
}

// ahead draws the work of the next step while the engine is busy with this one's.
// Steps are taken in order.
type ahead struct {
	cfg  Config
	next chan work // will hold the next step's; nil if it isn't being drawn
}

// take returns the work of step s.
func (a *ahead) take(s int) work {
	if a.next == nil {
		return a.cfg.draw(s)
	}
	w := <-a.next
	a.next = nil
	return w
}

// begin has the work of step s drawn during the engine's next LossGrad: by the
// engine, if it takes such work, or else beside it.
func (a *ahead) begin(s int, e engine.Engine) {
	if s >= a.cfg.Recipe.Steps {
		return
	}
	next := make(chan work, 1)
	draw := func() { next <- a.cfg.draw(s) }
	if own, ok := e.(engine.Prefetcher); ok {
		own.Prefetch(draw)
	} else {
		go draw()
	}
	a.next = next
}

// close waits until no drawing is under way.
func (a *ahead) close() {
	if a.next != nil {
		<-a.next
	}
}
