package claim

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"
	"time"

	"gonum.org/v1/gonum/stat"

	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/train"
)

// choice is what an arm has chosen on validation domains, of the first seed.
type choice struct {
	rate  float64 // of its training
	tried []RateScore
	ways  []Way // to adapt, by number of tasks
}

// Way is how an arm adapts to a number of tasks.
type Way struct {
	Tasks     int             `json:"tasks"` // adapted to
	Optimizer train.Optimizer `json:"optimizer"`
	Rate      float64         `json:"rate"`
	Steps     int             `json:"steps"`
	// Validation is the mean error on the validation domains.
	Validation float64 `json:"validation"`
	// Edge tells that rate or steps lie on the edge of what there was to choose from, so
	// that the best may lie beyond.
	Edge bool `json:"edge,omitempty"`
}

// choiceTasks is the number of tasks to adapt to at which training rates are compared,
// or the nearest there is: that of the claim.
const choiceTasks = 64

// chooser returns a function that makes an arm's choice, once: of a training rate, by the
// error after the best adaptation to choiceTasks tasks, and then of how to adapt to each
// number of tasks.
func (c *transfer) chooser(arm string) func(context.Context) (*choice, error) {
	var once sync.Mutex
	var made *choice
	return func(ctx context.Context) (*choice, error) {
		once.Lock()
		defer once.Unlock()
		if made != nil {
			return made, nil
		}
		chosen, err := c.choose(ctx, arm)
		if err == nil {
			made = chosen
		}
		return chosen, err
	}
}

func (c *transfer) choose(ctx context.Context, arm string) (*choice, error) {
	places, err := c.places("validation", 0, c.size.Validation)
	if err != nil {
		return nil, err
	}
	var best *train.Fitted
	made, bestWay := &choice{}, Way{Validation: math.Inf(1)}
	for _, rate := range c.size.Rates {
		f, err := c.train(ctx, arm, rate, 0)
		if err != nil {
			return nil, err
		}
		if f == nil {
			continue
		}
		way, err := c.bestWay(ctx, f, places, c.size.Support[nearest(c.size.Support, choiceTasks)])
		if err != nil {
			return nil, err
		}
		made.tried = append(made.tried, RateScore{Rate: rate, Loss: way.Validation})
		if way.Validation < bestWay.Validation {
			best, bestWay, made.rate = f, way, rate
		}
	}
	if best == nil {
		return nil, fmt.Errorf("claim: %s diverged at every rate of %v; lower them", arm, c.size.Rates)
	}
	for _, tasks := range c.size.Support {
		if tasks == bestWay.Tasks { // tried above
			made.ways = append(made.ways, bestWay)
			continue
		}
		c.report(train.Step{}, fmt.Sprintf("%s chooses how to adapt to %d tasks", arm, tasks), 0)
		way, err := c.bestWay(ctx, best, places, tasks)
		if err != nil {
			return nil, err
		}
		made.ways = append(made.ways, way)
	}
	return made, nil
}

func (c *transfer) places(purpose string, seed uint64, count int) ([]place, error) {
	var all []place
	for i := range count {
		p, err := c.size.at(purpose, seed, i)
		if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return all, nil
}

// bestWay tries the whole grid on all places. Ways that diverge in one of them are out.
func (c *transfer) bestWay(ctx context.Context, f *train.Fitted, places []place, tasks int) (Way, error) {
	defer c.book(time.Now())
	best, reads := Way{Tasks: tasks, Validation: math.Inf(1)}, c.size.reads(tasks)
	for _, a := range c.size.Grid {
		sums := make([]float64, len(reads))
		for _, p := range places {
			errs, err := c.adapted(ctx, f, p, a, tasks, reads...)
			if err != nil {
				return best, err
			}
			for i := range sums {
				if i >= len(errs) {
					sums[i] = math.Inf(1)
				} else {
					sums[i] += stat.Mean(errs[i], nil)
				}
			}
		}
		for i, steps := range reads {
			if v := sums[i] / float64(len(places)); v < best.Validation {
				best = Way{Tasks: tasks, Optimizer: a.Optimizer, Rate: a.Rate, Steps: steps, Validation: v, Edge: c.onEdge(a, steps, tasks)}
			}
		}
	}
	return best, nil
}

// onEdge tells whether a rate is the least or greatest of its optimizer's, or the steps
// are the most there are.
func (c *transfer) onEdge(a train.Adaptation, steps, tasks int) bool {
	var rates []float64
	for _, other := range c.size.Grid {
		if other.Optimizer == a.Optimizer {
			rates = append(rates, other.Rate)
		}
	}
	return a.Rate == slices.Min(rates) || a.Rate == slices.Max(rates) || steps == slices.Max(c.size.reads(tasks))
}

// adaptBatch is the most tasks that a step of adaptation takes.
const adaptBatch = 16

// adapted adapts to the first of a place's tasks and returns the errors by number of
// examples after each of the numbers of steps; fewer of them where it diverged.
func (c *transfer) adapted(ctx context.Context, f *train.Fitted, p place, a train.Adaptation, tasks int, reads ...int) ([][]float64, error) {
	a.Batch = min(tasks, cmp.Or(a.Batch, adaptBatch))
	after, err := f.Adapt(ctx, p.support.Slice(0, tasks), a, reads...)
	if err != nil && !errors.Is(err, train.ErrDiverged) {
		return nil, err
	}
	var all [][]float64
	for _, then := range after {
		errs, err := errorsAt(ctx, then, p)
		if errors.Is(err, eval.ErrNotFinite) {
			return all, nil
		}
		if err != nil {
			return nil, err
		}
		all = append(all, errs)
	}
	return all, nil
}

// errorsAt are the mean squared errors on a place's test tasks by number of examples,
// divided by the mean square of its targets.
func errorsAt(ctx context.Context, r eval.Regressor, p place) ([]float64, error) {
	at := eval.AllLengths(p.test.N)
	s, err := eval.EvaluateRegression(ctx, r, p.Name(), p.test, at, p.Square())
	if err != nil {
		return nil, err
	}
	errs := make([]float64, len(at))
	for i, v := range s.Values(eval.SquaredError) {
		errs[i%len(at)] += v / float64(s.Tasks)
	}
	return errs, nil
}

// test tests a lane on the domains of its seed. Where an adaptation diverges, what counts
// is the learner before it: nobody would use the other.
func (c *transfer) test(ctx context.Context, l *transferLane, f *train.Fitted) error {
	defer c.book(time.Now())
	ways := l.chosen.ways
	l.tuned, l.own = make([][][]float64, len(ways)), make([][][]float64, len(ways))
	base, err := f.Base()
	if err != nil {
		return err
	}
	for i := range c.size.Test {
		p, err := c.size.at("test", l.seed, i)
		if err != nil {
			return err
		}
		plain, err := errorsAt(ctx, base, p)
		if err != nil {
			return err
		}
		l.plain = append(l.plain, plain)
		for k, w := range ways {
			tuned, err := c.adapted(ctx, f, p, train.Adaptation{Optimizer: w.Optimizer, Rate: w.Rate}, w.Tasks, w.Steps)
			own, err2 := c.adapted(ctx, f, p, c.ownWay(), w.Tasks, c.ownSteps())
			if err := cmp.Or(err, err2); err != nil {
				return err
			}
			l.tuned[k] = append(l.tuned[k], append(tuned, plain)[0])
			l.own[k] = append(l.own[k], append(own, plain)[0])
		}
		c.report(train.Step{}, fmt.Sprintf("%s, seed %d, domain %d of %d", l.arm, l.seed, i+1, c.size.Test), 0)
	}
	return nil
}

// ownWay and ownSteps are M²'s own protocol: its inner loop.
func (c *transfer) ownWay() train.Adaptation {
	in := c.size.M2.WithDefaults()
	return train.Adaptation{Rate: in.Rate, Batch: in.Support}
}

func (c *transfer) ownSteps() int { return c.size.M2.WithDefaults().Steps }
