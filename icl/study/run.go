package study

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/goicl/goicl/icl/engine"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/study/internal/clock"
	"github.com/goicl/goicl/icl/study/internal/kept"
	"github.com/goicl/goicl/icl/train"
)

// Run makes a study and returns its result. Runs that were trained before are loaded, and
// an interrupted study goes on where it was.
func Run(ctx context.Context, s *Study, o Options) (*Result, error) {
	x, r, path, err := open(ctx, s, o)
	if err != nil || r != nil {
		return r, err
	}
	x.data.kept = kept.TestsDir(path)
	if r, err = x.lookByLook(ctx); err != nil {
		return nil, err
	}
	return r, r.save(path)
}

// Kept is the result of a study that was made before, or nil. Nothing is trained.
func Kept(ctx context.Context, s *Study, o Options) (*Result, error) {
	_, r, _, err := open(ctx, s, o)
	return r, err
}

// open reads the result of a study, if there is one, from where it is kept.
func open(ctx context.Context, s *Study, o Options) (x *runner, r *Result, path string, err error) {
	if x, err = newRunner(s, o); err != nil {
		return nil, nil, "", err
	}
	if path, err = x.resultPath(ctx); err != nil {
		return nil, nil, "", err
	}
	r, err = loadResult(path)
	return x, r, path, err
}

// Collect makes a study's runs and tests them, and returns the scores without a report: for
// comparisons of another kind than checks.
func Collect(ctx context.Context, s *Study, o Options) (*Data, error) {
	x, err := newRunner(s, o)
	if err != nil {
		return nil, err
	}
	return x.data, x.work(ctx, s.most())
}

// Shard makes a part of a study's runs: those whose number leaves the remainder part − 1
// when divided by of, with 1 ≤ part ≤ of, and what they need. It gives no result; a call of
// [Run] on the same directory, when all parts are done or before, makes what is left. Of a
// study with several looks these are the runs of all of them.
// Several processes may work on one directory at once.
func Shard(ctx context.Context, s *Study, part, of int, o Options) error {
	if part < 1 || part > of {
		return fmt.Errorf("study: part %d of %d; want 1..%d", part, of, max(1, of))
	}
	x, err := newRunner(s, o)
	if err != nil {
		return err
	}
	var mine []job
	for i, j := range x.trainingJobs(s.most(), false) {
		if i%of == part-1 {
			mine = append(mine, j)
		}
	}
	return x.each(ctx, mine)
}

// Trained returns an arm of a study as it was trained with a seed. It trains it where that
// was not done yet.
func Trained(ctx context.Context, s *Study, arm string, seed uint64, o Options) (*train.Fitted, error) {
	x, err := newRunner(s, o)
	if err != nil {
		return nil, err
	}
	f, err := x.Run(ctx, arm, seed)
	if err == nil && f == nil {
		err = fmt.Errorf("study: %s of %s diverged with seed %d", arm, s.Name, seed)
	}
	return f, err
}

// runner schedules the work of a session: one job for each arm and seed, which trains and
// tests it, one for each rate to choose from, each part, and then each condition and seed
// with predictors to derive.
type runner struct {
	*Session
	data  *Data
	start time.Time
	seeds int // that were worked on

	mu      sync.Mutex
	begun   map[uint64]bool // by seed
	longest float64         // seconds that a run took
	spent   time.Duration   // on all but training
}

// job is a part of the work.
type job struct {
	kind, label string
	do          func(ctx context.Context) (worked bool, err error)
}

func newRunner(s *Study, o Options) (*runner, error) {
	session, err := newSession(s, o)
	if err != nil {
		return nil, err
	}
	x := &runner{Session: session, start: time.Now(), begun: map[uint64]bool{}}
	x.data = &Data{session: session, summaries: map[scoreKey]*eval.Summary{}, scores: map[scoreKey]*eval.Scores{}, notes: map[string]string{}}
	return x, nil
}

// trainingJobs lists what is to be done for that many seeds, but for the seeds that were
// worked on before: the runs of arms that have no choice, then the trials of the others
// with theirs, then their runs: what others wait for comes first. Each run is tested, too,
// if that is wanted.
func (x *runner) trainingJobs(seeds int, tests bool) []job {
	var first, trials, last []job
	for seed := uint64(x.seeds); seed < uint64(seeds); seed++ {
		for i, a := range x.study.Arms {
			if !a.has(seed) {
				continue
			}
			j := job{a.name(), fmt.Sprintf("%s, seed %d", a.name(), seed), func(ctx context.Context) (bool, error) {
				return x.one(ctx, i, seed, tests)
			}}
			if len(a.Rates) > 1 {
				last = append(last, j)
			} else {
				first = append(first, j)
			}
		}
	}
	for i, a := range x.study.Arms {
		if len(a.Rates) < 2 || x.seeds > 0 {
			continue
		}
		for _, rate := range a.Rates {
			for seed := range x.study.trying(a) {
				trials = append(trials, job{a.name(), fmt.Sprintf("%s, rate %g, seed %d", a.name(), rate, seed), func(ctx context.Context) (bool, error) {
					_, err := x.trial(ctx, runID{i, seed, rate})
					return false, err
				}})
			}
		}
	}
	return slices.Concat(first, trials, last)
}

// one makes the run of an arm and tests it.
func (x *runner) one(ctx context.Context, arm int, seed uint64, tests bool) (worked bool, err error) {
	if !x.begins(ctx, seed) {
		return false, nil
	}
	o, err := x.chosen(ctx, arm, seed)
	if err != nil || o.f == nil {
		return false, err
	}
	x.mu.Lock()
	x.longest = max(x.longest, o.run.Starts.Seconds)
	x.mu.Unlock()
	if !tests {
		return false, nil
	}
	return true, x.book(ctx, func(ctx context.Context) error { return x.test(ctx, x.study.Arms[arm], o, seed) })
}

// test tests an arm under its conditions, as it was after each of its looks.
func (x *runner) test(ctx context.Context, a Arm, o *outcome, seed uint64) error {
	for _, c := range x.study.Conditions {
		if !c.covers(a) {
			continue
		}
		t, err := newTester(c, seed, x.data)
		if err != nil {
			return err
		}
		for _, look := range a.testedAt() {
			f := o.f
			if look != end {
				if f, err = o.f.At(look); err != nil && o.run.Failed != "" {
					break // it diverged before
				}
			}
			if err != nil {
				return err
			}
			if err := t.score(ctx, f, a.name(), look); err != nil {
				return err
			}
		}
	}
	return nil
}

// work makes the runs of that many seeds and tests them, and computes the parts. What it
// has done before it does not do again.
func (x *runner) work(ctx context.Context, seeds int) error {
	jobs := x.trainingJobs(seeds, true)
	for _, p := range x.study.Parts {
		if x.seeds > 0 {
			break
		}
		jobs = append(jobs, job{p.Label, p.Label, func(ctx context.Context) (bool, error) {
			return true, x.book(ctx, func(ctx context.Context) error { return p.compute(ctx, x.Session) })
		}})
	}
	if err := x.eachInTime(ctx, jobs); err != nil {
		return err
	}
	x.settleSeeds(seeds)
	var derived []job
	for _, seed := range x.data.seeds {
		for _, c := range x.study.Conditions {
			if c.Derive == nil || seed < uint64(x.seeds) {
				continue
			}
			label := fmt.Sprintf("predictors on %s, seed %d", c.Name, seed)
			derived = append(derived, job{"predictors on " + c.Name, label, func(ctx context.Context) (bool, error) {
				return true, x.book(ctx, func(ctx context.Context) error { return x.derive(ctx, c, seed) })
			}})
		}
	}
	x.seeds = seeds
	return x.each(ctx, derived)
}

// derive tests what is not trained.
func (x *runner) derive(ctx context.Context, c Condition, seed uint64) error {
	predictors, err := c.derived(ctx, x.Session, seed)
	if err != nil {
		return fmt.Errorf("study: predictors on %s: %w", c.Name, err)
	}
	t, err := newTester(c, seed, x.data)
	if err != nil {
		return err
	}
	for _, p := range predictors {
		if err := t.score(ctx, p, p.Name(), end); err != nil {
			return err
		}
	}
	return nil
}

// each does jobs side by side.
func (x *runner) each(ctx context.Context, jobs []job) error {
	timings := make([]*clock.Job, len(jobs))
	for i, j := range jobs {
		timings[i] = x.clock.add(j.kind)
	}
	return engine.SideBySide(ctx, len(jobs), func(ctx context.Context, i int) error {
		x.clock.begin(timings[i], jobs[i].label)
		worked, err := jobs[i].do(ctx)
		x.clock.end(timings[i], jobs[i].label, worked)
		return err
	})
}

// book counts the time of do as spent on tests.
func (x *runner) book(ctx context.Context, do func(ctx context.Context) error) error {
	ctx, took := timed(ctx)
	err := do(ctx)
	x.mu.Lock()
	defer x.mu.Unlock()
	x.spent += took()
	return err
}

// settleSeeds finds out which of the seeds are complete, and which failed.
func (x *runner) settleSeeds(seeds int) {
	d := x.data
	d.seeds, d.failed, d.planned, d.unfinished = nil, nil, seeds, 0
	for seed := range uint64(seeds) {
		whole, failed := true, ""
		for i, a := range x.study.Arms {
			if !a.has(seed) {
				continue
			}
			rate, err := x.rateSoFar(i)
			o := x.runs[runID{i, seed, rate}]
			switch {
			case err != nil || o == nil || o.err != nil || (o.f == nil && o.run.Failed == ""):
				whole = false
			case o.f == nil:
				failed = o.run.Failed
			default:
				whole = whole && (o.run.Failed != "" || x.data.isTested(x.study, a, seed))
			}
		}
		switch {
		case !whole:
			x.data.unfinished++
		case failed != "":
			x.data.failed = append(x.data.failed, seed)
			x.data.failure = failed
		default:
			x.data.seeds = append(x.data.seeds, seed)
		}
	}
}

// rateSoFar is the rate that an arm has chosen, if all its trials are made.
func (x *runner) rateSoFar(arm int) (float64, error) {
	a := x.study.Arms[arm]
	for _, rate := range a.Rates {
		for seed := range x.study.trying(a) {
			if l := x.trials[runID{arm, seed, rate}]; len(a.Rates) > 1 && (l == nil || l.err != nil) {
				return 0, errors.New("not tried")
			}
		}
	}
	return x.rate(context.Background(), arm)
}

// coreMinutes is the processor time of all runs, whenever they were made, and of tests. Of runs
// that have no such record it is the wall time.
func (x *runner) coreMinutes() float64 {
	sum, counted := (x.spent + x.data.before).Seconds(), map[string]bool{}
	for _, o := range x.runs {
		if !counted[o.run.Key] {
			sum += cmp.Or(o.run.Starts.Processor, o.run.Starts.Seconds)
		}
		counted[o.run.Key] = true
	}
	return sum / 60
}
