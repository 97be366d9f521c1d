package claim

import (
	"context"
	"fmt"
	"io"

	"github.com/goicl/goicl/icl/train"
)

// Claim 5 (paper, Fig. 5): a transformer that is meta-learned over domains, to be adapted
// to one (M²-ICL), adapts to an unseen domain from fewer of its tasks than one that was
// trained on tasks of all domains. The paper compares adaptation by M²'s own few steps;
// here each arm also adapts in the way that suits it best, chosen on other domains.

// transfer is the study of claim 5.
type transfer struct {
	*ledger
	preset  Preset
	size    transferSize
	lanes   []*transferLane
	choices map[string]*choice // of each arm
}

// transferLane is an arm of a seed.
type transferLane struct {
	arm    string
	seed   uint64
	run    Run
	chosen *choice
	// Errors by domain and number of examples, without adaptation and, by number of
	// tasks adapted to, with the chosen and with M²'s own one.
	plain      [][]float64
	tuned, own [][][]float64
}

func claim5(p Preset) study { return &transfer{preset: p} }

func (c *transfer) prepare(o Options) error {
	if c.size.Meta == 0 { // else a test has chosen it
		var err error
		if c.size, err = transferSizes(c.preset.Name); err != nil {
			return err
		}
	}
	for seed := range uint64(c.preset.Seeds) {
		for _, arm := range transferArms() {
			c.lanes = append(c.lanes, &transferLane{arm: arm, seed: seed})
		}
	}
	c.ledger = newLedger(o, len(c.lanes))
	return nil
}

// identify writes the sizes and the keys of the runs that all others start from.
func (c *transfer) identify(w io.Writer) error {
	fmt.Fprintf(w, "%+v\n", c.size)
	for seed := range uint64(c.preset.Seeds) {
		key, err := c.size.base(seed).Key()
		if err != nil {
			return err
		}
		fmt.Fprintln(w, key)
	}
	return nil
}

func (c *transfer) work(ctx context.Context, mine func(i int) bool) error {
	return c.make(ctx, mine, func(context.Context, int, *train.Fitted) error { return nil })
}

// make makes the runs that are mine and hands each to then. What they wait for is made
// before: what they start from, and the choices of their arms.
func (c *transfer) make(ctx context.Context, mine func(i int) bool, then func(context.Context, int, *train.Fitted) error) error {
	if err := c.choose(ctx, mine); err != nil {
		return err
	}
	label := func(i int) string { return fmt.Sprintf("%s, seed %d", c.lanes[i].arm, c.lanes[i].seed) }
	run := func(ctx context.Context, i int) (*train.Fitted, error) { return c.run(ctx, c.lanes[i]) }
	return c.each(ctx, mine, label, run, then)
}

// run makes the run of a lane, with the rate that its arm has chosen. It is nil if it
// diverged.
func (c *transfer) run(ctx context.Context, l *transferLane) (*train.Fitted, error) {
	l.chosen = c.choices[l.arm]
	l.run = Run{Learner: l.arm, TrainedOn: c.size.Domains.Name(), Seed: l.seed}
	f, err := c.train(ctx, l.arm, l.chosen.rate, l.seed)
	if err == nil {
		l.run.enter(f, l.chosen.rate)
	}
	return f, err
}

// base makes the run that all arms of a seed start from. It is nil if it diverged.
func (c *transfer) base(ctx context.Context, seed uint64) (*train.Fitted, error) {
	return c.fit(ctx, c.size.base(seed), fmt.Sprintf("base, seed %d", seed))
}

// train makes an arm's run and, before, that of the base. It is nil if one diverged.
func (c *transfer) train(ctx context.Context, arm string, rate float64, seed uint64) (*train.Fitted, error) {
	base, err := c.base(ctx, seed)
	if base == nil {
		return nil, err
	}
	return c.fit(ctx, c.size.config(arm, rate, seed, base), fmt.Sprintf("%s, rate %g, seed %d", arm, rate, seed))
}

func (c *transfer) conclude(ctx context.Context) (*Result, error) {
	test := func(ctx context.Context, i int, f *train.Fitted) error { return c.test(ctx, c.lanes[i], f) }
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
	t, err := c.sumUp(ctx, seeds)
	if err != nil {
		return nil, err
	}
	r := &Result{
		Title: "a transformer meta-learned over domains adapts to a new one from fewer tasks",
		Seeds: len(seeds), Tasks: c.size.Test * c.size.Tasks, FailedSeeds: failed, Runs: runs,
		Transfer: t, CoreMinutes: c.coreMinutes(),
	}
	r.Checks, r.Findings = t.checks(), t.findings()
	r.Headline = t.headline()
	return r, nil
}
