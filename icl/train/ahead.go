package train

import (
	"fmt"

	"github.com/goicl/goicl/datasets"
)

// work is what a step computes the loss of: tasks, and the queries of each.
type work struct {
	batch *datasets.Batch
	at    []int32
	err   error
}

// draw draws the work of step s. It depends on the config and s alone, so it does
// not matter when it is done.
func (c Config) draw(s int) (w work) {
	defer func() {
		if p := recover(); p != nil {
			w.err = fmt.Errorf("train: sampler %s panicked: %v", c.Tasks.Name(), p)
		}
	}()
	rng := datasets.Rand(c.Seed, fmt.Sprintf("step/%d", s))
	w.batch, w.err = sample(c.Tasks, rng, c.Recipe.Batch)
	if w.err != nil {
		return w
	}
	if first, last := c.Recipe.First, w.batch.N-1; c.Recipe.OnePrefix {
		w.at = Stratified(rng, first, last, w.batch.T)
	} else {
		w.at = Every(first, last, w.batch.T)
	}
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
func (a *ahead) begin(s int, e Engine) {
	if s >= a.cfg.Recipe.Steps {
		return
	}
	next := make(chan work, 1)
	draw := func() { next <- a.cfg.draw(s) }
	if own, ok := e.(interface{ Beside(work func()) }); ok {
		own.Beside(draw)
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
