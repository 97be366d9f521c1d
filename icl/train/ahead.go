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
	next chan work // holds or will hold the next step's; nil if nothing is being drawn
}

// take returns the work of step s and begins to draw that of s+1, if there is one.
func (a *ahead) take(s int) work {
	if a.next == nil {
		a.begin(s)
	}
	w := <-a.next
	a.next = nil
	if s+1 < a.cfg.Recipe.Steps {
		a.begin(s + 1)
	}
	return w
}

func (a *ahead) begin(s int) {
	next := make(chan work, 1)
	go func() { next <- a.cfg.draw(s) }()
	a.next = next
}

// close waits until no drawing is under way.
func (a *ahead) close() {
	if a.next != nil {
		<-a.next
	}
}
