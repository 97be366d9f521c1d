package train

import (
	"errors"
	"fmt"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/engine"
	"github.com/goicl/goicl/icl/internal/own"
	"github.com/goicl/goicl/internal/usercode"
)

// draw is what a step computes its loss on: tasks, and the queries of each.
type draw struct {
	batch *datasets.Batch
	at    []int32
	err   error
}

// Draw draws the tasks of step s ≥ 0 and the queries at [T·M] of its loss. They depend on
// the config and s alone.
func (c Config) Draw(s int) (b *datasets.Batch, at []int32, err error) {
	if usercode.Nil(c.Tasks) {
		return nil, nil, errors.New("train: the config needs Tasks to draw from")
	}
	recipe := c.Recipe.WithDefaults()
	tasks, err := c.tasksAt(s)
	if err != nil {
		return nil, nil, fmt.Errorf("train: %w", err)
	}
	rng := datasets.Rand(c.Seed, fmt.Sprintf("step/%d", s))
	if b, err = sample(tasks, rng, recipe.Batch); err != nil {
		return nil, nil, err
	}
	if recipe.first() >= b.N {
		return nil, nil, fmt.Errorf("train: the loss starts at %d examples, but tasks have %d points; want First < N", recipe.first(), b.N)
	}
	return b, recipe.queries(rng, b), nil
}

// tasksAt is the sampler of step s.
func (c Config) tasksAt(s int) (datasets.Sampler, error) {
	if scheduled, ok := c.Tasks.(datasets.Scheduled); ok {
		return own.At(scheduled, s)
	}
	return c.Tasks, nil
}

// prefetcher draws the tasks of the next step while the engine computes this one. Steps
// are taken in order.
type prefetcher struct {
	cfg  Config
	next chan draw // will hold the next step's draw; nil if none is under way
}

// take returns the draw of step s.
func (p *prefetcher) take(s int) draw {
	if p.next == nil {
		return p.draw(s)
	}
	d := <-p.next
	p.next = nil
	return d
}

func (p *prefetcher) draw(s int) (d draw) {
	d.batch, d.at, d.err = p.cfg.Draw(s)
	return d
}

// start draws the tasks of step s during the engine's next LossGrad: on the engine's
// threads, if it is an [engine.Prefetcher], else in a goroutine.
func (p *prefetcher) start(s int, e engine.Engine) {
	if s >= p.cfg.Recipe.Steps {
		return
	}
	next := make(chan draw, 1)
	work := func() { next <- p.draw(s) }
	if own, ok := e.(engine.Prefetcher); ok {
		own.Prefetch(work)
	} else {
		go work()
	}
	p.next = next
}

// wait returns when no draw is under way.
func (p *prefetcher) wait() {
	if p.next != nil {
		<-p.next
	}
}
