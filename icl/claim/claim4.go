package claim

import (
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/train"
)

// Claim 4 (paper, Fig. 4): a curriculum over tasks, whose number of non-zero input
// dimensions grows, makes a transformer learn in-context regression faster, and need
// not change how well it does in the end. It is a race over equally many tasks between
// that curriculum, none, and two more that see as many dimensions in other orders; run
// again for classification, and from a start that leaves less to gain.

// curriculum is the study of claim 4.
type curriculum struct {
	*ledger
	preset Preset
	events []event
	lanes  []lane
}

// lane is one run of the race.
type lane struct {
	event int
	arm   string
	seed  uint64
	run   Run
	rate  float64
	tried []RateScore
	// Errors by look, step 0 first, and task: see errorsOf.
	atD, mean [][]float64
	shown     map[int]*eval.Summary // by look
}

func claim4(p Preset) study { return &curriculum{preset: p} }

func (c *curriculum) prepare(o Options) error {
	var err error
	if c.events == nil { // else a test has chosen them
		if c.events, err = events(c.preset.Name); err != nil {
			return err
		}
	}
	for seed := range uint64(c.preset.Seeds) {
		for i, e := range c.events {
			for _, arm := range e.arms {
				c.lanes = append(c.lanes, lane{event: i, arm: arm, seed: seed})
			}
		}
	}
	c.ledger = newLedger(o, len(c.lanes))
	return nil
}

// identify writes the keys of all runs there may be, and how they are tested.
func (c *curriculum) identify(w io.Writer) error {
	fmt.Fprintln(w, shownLooks, plateauLevel, halfLevel, commonLevels, finalMargin, leastSaved)
	for _, e := range c.events {
		fmt.Fprintln(w, e.name(), e.arms, e.steps(), e.tests)
	}
	for _, l := range c.lanes {
		e := c.events[l.event]
		for _, rate := range e.rates {
			key, err := e.config(l.arm, rate, l.seed).Key()
			if err != nil {
				return err
			}
			fmt.Fprintln(w, key)
		}
	}
	return nil
}

func (c *curriculum) work(ctx context.Context, mine func(i int) bool) error {
	return c.make(ctx, mine, func(context.Context, int, *train.Fitted) error { return nil })
}

// make makes the runs that are mine and hands each to then.
func (c *curriculum) make(ctx context.Context, mine func(i int) bool, then func(context.Context, int, *train.Fitted) error) error {
	label := func(i int) string { return c.label(c.lanes[i].event, c.lanes[i].arm, c.lanes[i].seed) }
	run := func(ctx context.Context, i int) (*train.Fitted, error) { return c.run(ctx, &c.lanes[i]) }
	return c.each(ctx, mine, label, run, then)
}

func (c *curriculum) label(event int, arm string, seed uint64) string {
	return fmt.Sprintf("%s, %s, seed %d", c.events[event].name(), arm, seed)
}

// run chooses the arm's rate and makes the run. It is nil if it diverged.
func (c *curriculum) run(ctx context.Context, l *lane) (*train.Fitted, error) {
	e := c.events[l.event]
	rate, tried, err := c.chosen(ctx, e, l.arm)
	if err != nil {
		return nil, err
	}
	l.rate, l.tried = rate, tried
	l.run = Run{Learner: e.learner.Name(), TrainedOn: e.name() + ", " + l.arm, Seed: l.seed}
	f, err := c.train(ctx, e, l.arm, rate, l.seed)
	if err == nil {
		l.run.enter(f, rate)
	}
	return f, err
}

// train makes a run, with a snapshot for each look. It is nil if it diverged.
func (c *curriculum) train(ctx context.Context, e event, arm string, rate float64, seed uint64) (*train.Fitted, error) {
	label := fmt.Sprintf("%s, %s, rate %g, seed %d", e.name(), arm, rate, seed)
	return c.fit(ctx, e.config(arm, rate, seed), label, train.WithSnapshots(e.steps()...))
}

// test tests a run at each look.
func (c *curriculum) test(ctx context.Context, l *lane, f *train.Fitted) error {
	defer c.book(time.Now())
	e := c.events[l.event]
	b, err := e.sample(l.seed)
	if err != nil {
		return err
	}
	l.shown = map[int]*eval.Summary{}
	for i, step := range e.steps() {
		then, err := f.At(step)
		if err != nil {
			return err
		}
		s, err := e.score(ctx, then, b)
		if err != nil {
			return err
		}
		atD, mean := e.errorsOf(s)
		l.atD, l.mean = append(l.atD, atD), append(l.mean, mean)
		if slices.Contains(shownLooks, i) {
			l.shown[i] = s.Summarize(0)
		}
	}
	return nil
}

func (c *curriculum) conclude(ctx context.Context) (*Result, error) {
	test := func(ctx context.Context, i int, f *train.Fitted) error { return c.test(ctx, &c.lanes[i], f) }
	if err := c.make(ctx, func(int) bool { return true }, test); err != nil {
		return nil, err
	}
	var runs []Run
	for _, l := range c.lanes {
		runs = append(runs, l.run)
	}
	seeds, failed := splitSeeds(c.preset.Seeds, runs)
	if len(seeds) < 2 {
		return nil, fmt.Errorf("claim: fewer than 2 seeds are left, which gives no interval; lower the rates of the runs that diverged")
	}
	r := &Result{
		Title: "a curriculum over tasks makes in-context learning faster, and no different in the end",
		Seeds: len(seeds), Tasks: c.events[0].tests, FailedSeeds: failed, Runs: runs,
	}
	for i := range c.events {
		race, err := c.race(ctx, i, seeds)
		if err != nil {
			return nil, err
		}
		r.Races = append(r.Races, *race)
	}
	r.CoreMinutes = c.coreMinutes()
	r.Checks, r.Headline, r.Findings = raceChecks(r.Races), raceHeadline(r.Races[0]), raceFindings(r.Races)
	return r, nil
}

// lanesOf are the runs of an arm, one a seed.
func (c *curriculum) lanesOf(event int, arm string, seeds []uint64) []*lane {
	var of []*lane
	for i, l := range c.lanes {
		if l.event == event && l.arm == arm && slices.Contains(seeds, l.seed) {
			of = append(of, &c.lanes[i])
		}
	}
	return of
}
