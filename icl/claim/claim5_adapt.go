package claim

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"gonum.org/v1/gonum/stat"

	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/optim"
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
	Optimizer optim.Optimizer `json:"optimizer"`
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

// trial is an arm's run with one of the rates of training, on the first seed, and the best
// way to adapt it to choiceTasks tasks.
type trial struct {
	arm  string
	rate float64
	f    *train.Fitted // nil if it diverged
	way  Way
}

// choose makes the choice of each arm: of a training rate, by the error after the best
// adaptation to choiceTasks tasks, and then of how to adapt to each number of tasks.
// Beside the first seed's base, on which all trials wait, it makes those that are mine.
func (c *transfer) choose(ctx context.Context, mine func(i int) bool) error {
	places, err := c.places("validation", 0, c.size.Validation)
	if err != nil {
		return err
	}
	var trials []*trial
	for _, arm := range transferArms() {
		for _, rate := range c.size.rates(arm) {
			trials = append(trials, &trial{arm: arm, rate: rate})
		}
	}
	bases, arms := c.preset.Seeds, len(transferArms())
	needed := func(i int) bool { return i == 0 || i >= bases || mine(i*arms) } // whose first lane is mine
	err = inParallel(ctx, bases+len(trials), needed, func(ctx context.Context, i int) error {
		if i >= bases {
			return c.try(ctx, trials[i-bases], places)
		}
		_, err := c.base(ctx, uint64(i))
		return err
	})
	if err != nil {
		return err
	}
	return c.chooseWays(ctx, trials, places)
}

func (c *transfer) try(ctx context.Context, t *trial, places []place) (err error) {
	t.f, err = c.train(ctx, t.arm, t.rate, 0)
	if err == nil && t.f != nil {
		t.way, err = c.bestWay(ctx, t.f, places, c.choiceSupport())
	}
	return err
}

// choiceSupport is the number of tasks of Support that is nearest to choiceTasks.
func (c *transfer) choiceSupport() int { return c.size.Support[nearest(c.size.Support, choiceTasks)] }

// pick makes the choice of an arm's training rate from its trials and returns the best.
func (c *transfer) pick(arm string, trials []*trial) (best *trial, err error) {
	made := &choice{ways: make([]Way, len(c.size.Support))}
	for _, t := range trials {
		if t.arm != arm || t.f == nil || t.way.Steps == 0 { // diverged, or every adaptation of it did
			continue
		}
		made.tried = append(made.tried, RateScore{Rate: t.rate, Loss: t.way.Validation})
		if best == nil || t.way.Validation < best.way.Validation {
			best, made.rate = t, t.rate
		}
	}
	if best == nil {
		return nil, fmt.Errorf("claim: %s, or every adaptation of it, diverged at every rate of %v; lower them", arm, c.size.rates(arm))
	}
	c.choices[arm] = made
	return best, nil
}

// chooseWays makes the choices from the trials.
func (c *transfer) chooseWays(ctx context.Context, trials []*trial, places []place) (err error) {
	c.choices = map[string]*choice{}
	arms, supports := transferArms(), len(c.size.Support)
	best := make([]*trial, len(arms))
	for i, arm := range arms {
		if best[i], err = c.pick(arm, trials); err != nil {
			return err
		}
	}
	return inParallel(ctx, len(arms)*supports, func(int) bool { return true }, func(ctx context.Context, i int) (err error) {
		from, tasks := best[i/supports], c.size.Support[i%supports]
		way := from.way
		if tasks != c.choiceSupport() { // else tried before
			c.report(train.Step{}, fmt.Sprintf("%s chooses how to adapt to %d tasks", from.arm, tasks), 0)
			way, err = c.bestWay(ctx, from.f, places, tasks)
		}
		if err == nil && way.Steps == 0 {
			err = fmt.Errorf("claim: every way to adapt %s to %d tasks diverged; lower the rates of the grid", from.arm, tasks)
		}
		c.choices[from.arm].ways[i%supports] = way
		return err
	})
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

// goodEnough is by how much a way to adapt may be worse on validation than the best: few
// domains cannot tell such ways apart, and the fewest steps are chosen among them.
const goodEnough = 1.01

// bestWay tries the whole grid on all places. Ways that diverge in one of them are out.
func (c *transfer) bestWay(ctx context.Context, f *train.Fitted, places []place, tasks int) (Way, error) {
	defer c.book(time.Now())
	var all []Way
	for _, a := range c.size.Grid {
		for _, steps := range c.size.reads(tasks) {
			v, err := c.validation(ctx, f, places, a, tasks, steps)
			if err != nil {
				return Way{}, err
			}
			if math.IsInf(v, 1) {
				break // more steps at these rates diverge, too
			}
			all = append(all, Way{Tasks: tasks, Optimizer: a.Optimizer, Rate: a.Rate, Steps: steps, Validation: v, Edge: c.onEdge(a, steps, tasks)})
		}
	}
	return choose(all, tasks), nil
}

// choose is the way of the fewest steps that is good enough; +Inf is the error of none.
func choose(all []Way, tasks int) Way {
	best := Way{Tasks: tasks, Validation: math.Inf(1)}
	for _, w := range all {
		best.Validation = min(best.Validation, w.Validation)
	}
	most := goodEnough * best.Validation
	for _, w := range all {
		if w.Validation <= most && (best.Steps == 0 || w.Steps < best.Steps || w.Steps == best.Steps && w.Validation < best.Validation) {
			best = w
		}
	}
	return best
}

// validation is the mean error on places of a way to adapt; +Inf if it diverged in one.
func (c *transfer) validation(ctx context.Context, f *train.Fitted, places []place, a train.Adaptation, tasks, steps int) (sum float64, err error) {
	for _, p := range places {
		errs, err := c.adapted(ctx, f, p, a, tasks, steps)
		if err != nil {
			return 0, err
		}
		if errs == nil {
			return math.Inf(1), nil
		}
		sum += stat.Mean(errs, nil)
	}
	return sum / float64(len(places)), nil
}

// onEdge tells whether a rate is the least or greatest of its optimizer's, or the steps
// are the fewest or the most there are.
func (c *transfer) onEdge(a train.Adaptation, steps, tasks int) bool {
	var rates []float64
	for _, other := range c.size.Grid {
		if other.Optimizer == a.Optimizer {
			rates = append(rates, other.Rate)
		}
	}
	reads := c.size.reads(tasks)
	return a.Rate == slices.Min(rates) || a.Rate == slices.Max(rates) || steps == slices.Min(reads) || steps == slices.Max(reads)
}

// adaptBatch is the most tasks that a step of adaptation takes.
const adaptBatch = 8

// adapted adapts to the first of a place's tasks and returns the errors by number of
// examples after that many steps; nil where it diverged.
func (c *transfer) adapted(ctx context.Context, f *train.Fitted, p place, a train.Adaptation, tasks, steps int) ([]float64, error) {
	a.Batch = min(tasks, cmp.Or(a.Batch, adaptBatch))
	after, err := f.Adapt(ctx, p.support.Slice(0, tasks), a, steps)
	if errors.Is(err, train.ErrDiverged) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	errs, err := errorsAt(ctx, after[0], p)
	if errors.Is(err, eval.ErrNotFinite) {
		return nil, nil
	}
	return errs, err
}

// errorsAt are the mean squared errors on a place's test tasks by number of examples,
// divided by the mean square of its targets.
func errorsAt(ctx context.Context, r eval.Regressor, p place) ([]float64, error) {
	at := eval.AllLengths(p.test.N)
	s, err := eval.Evaluate(ctx, r, p.Name(), p.test, at, eval.WithUnit(p.Square()))
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
			tuned, err := c.adapted(ctx, f, p, train.Adaptation{Optimizer: w.Optimizer, Rate: w.Rate, Cosine: true}, w.Tasks, w.Steps)
			own, err2 := c.adapted(ctx, f, p, c.ownWay(), w.Tasks, c.ownSteps())
			if err := cmp.Or(err, err2); err != nil {
				return err
			}
			l.tuned[k] = append(l.tuned[k], orPlain(tuned, plain))
			l.own[k] = append(l.own[k], orPlain(own, plain))
		}
		c.report(train.Step{}, fmt.Sprintf("%s, seed %d, domain %d of %d", l.arm, l.seed, i+1, c.size.Test), 0)
	}
	return nil
}

// orPlain are the errors of an adaptation, or before one that diverged.
func orPlain(adapted, plain []float64) []float64 {
	if adapted == nil {
		return plain
	}
	return adapted
}

// ownWay and ownSteps are M²'s own protocol: its inner loop.
func (c *transfer) ownWay() train.Adaptation {
	in := c.size.M2.WithDefaults()
	return train.Adaptation{Rate: in.Rate, Batch: in.Support}
}

func (c *transfer) ownSteps() int { return c.size.M2.WithDefaults().Steps }
