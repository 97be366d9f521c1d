package study

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/goicl/goicl/icl/engine"
	"github.com/goicl/goicl/icl/study/internal/clock"
	"github.com/goicl/goicl/icl/train"
	"github.com/goicl/goicl/internal/process"
)

// Options are the run-time matters of a study: they change where and how fast it runs, not
// what comes out.
type Options struct {
	Dir      string         // where runs and results are kept; "" is where Train keeps runs
	Backend  string         // the GoMLX backend, as [backend.Open] reads it
	Train    []train.Option // of every run
	Progress func(Progress) // called now and then, never from two goroutines at once
	// Budget is how long the study may take; 0 means as long as it does. Seeds that are
	// predicted not to fit are not begun, and a run is interrupted where time is up. At
	// least two seeds are begun.
	Budget time.Duration
}

// RunInfo describes one training run of a study.
type RunInfo struct {
	Arm     string  `json:"arm"`
	Learner string  `json:"learner"`
	Seed    uint64  `json:"seed"`
	Rate    float64 `json:"rate,omitempty"` // where it was chosen
	// Edge reports that Rate is the least or the greatest of those to choose from, so that
	// the best may lie beyond.
	Edge   bool         `json:"edge,omitempty"`
	Key    string       `json:"key"` // its run directory
	Engine string       `json:"engine"`
	Params int          `json:"params"` // number of weights
	Score  train.Score  `json:"validation"`
	Starts train.Starts `json:"starts"`
	Failed string       `json:"failed,omitempty"` // why, if it diverged
}

// Trial is a learning rate that an arm had to choose from.
type Trial struct {
	Rate float64 `json:"rate"`
	// Loss is the arm's mean Criterion over the seeds that try it; +Inf where training with
	// one of them diverged.
	Loss float64 `json:"loss"`
}

// Session is a study under way: it makes each run once, when it is first asked for.
type Session struct {
	study *Study
	opts  Options
	train []train.Option
	clock *progress

	mu     sync.Mutex
	runs   map[runID]*outcome
	trials map[runID]*lazy[float64]
}

// runID names a run: of an arm, with a seed and, where it has a choice, a rate.
type runID struct {
	arm  int
	seed uint64
	rate float64
}

// outcome is what came of a run; f is nil where it diverged.
type outcome struct {
	once sync.Once
	f    *train.Fitted
	run  RunInfo
	err  error
}

// lazy is a value that is computed when it is first asked for.
type lazy[T any] struct {
	once  sync.Once
	value T
	err   error
}

func (l *lazy[T]) get(compute func() (T, error)) (T, error) {
	l.once.Do(func() { l.value, l.err = compute() })
	return l.value, l.err
}

func newSession(s *Study, o Options) (*Session, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	if o.Budget < 0 {
		return nil, fmt.Errorf("study: a budget of %s; want a positive time, or 0 for none", o.Budget)
	}
	if o.Dir == "" {
		o.Dir = train.DirOf(o.Train...)
	}
	if o.Progress == nil {
		o.Progress = func(Progress) {}
	}
	if err := (engine.Options{Backend: o.Backend}).Check(); err != nil {
		return nil, err
	}
	shared := []train.Option{train.ManyRuns(), train.WithDir(o.Dir), train.WithBackend(o.Backend), train.WithNotices(func(string) {})}
	return &Session{
		study: s, opts: o, train: append(shared, o.Train...), clock: newProgress(o.Progress, clock.OpenCosts(o.Dir, s.Name+"-"+s.Preset)),
		runs: map[runID]*outcome{}, trials: map[runID]*lazy[float64]{},
	}, nil
}

// Dir is where runs are kept.
func (s *Session) Dir() string { return s.opts.Dir }

// Backend is the GoMLX backend that was asked for, as [Options] has it.
func (s *Session) Backend() string { return s.opts.Backend }

// Run returns an arm's run with a seed; nil if it diverged. It is trained if nobody has
// asked for it before.
func (s *Session) Run(ctx context.Context, arm string, seed uint64) (*train.Fitted, error) {
	i, err := s.study.arm(arm)
	if err != nil {
		return nil, err
	}
	o, err := s.chosen(ctx, i, seed)
	if err != nil {
		return nil, err
	}
	return o.f, nil
}

// chosen is an arm's run at the rate that it has chosen.
func (s *Session) chosen(ctx context.Context, arm int, seed uint64) (*outcome, error) {
	if a := s.study.Arms[arm]; !a.has(seed) {
		return nil, fmt.Errorf("study: %s of %s is made with its first %d seeds, from 0 on, and not with seed %d; raise the arm's Seeds", a.name(), s.study.Name, a.Seeds, seed)
	}
	defer exclude(ctx, process.JobTime())
	rate, err := s.rate(ctx, arm)
	if err != nil {
		return nil, err
	}
	o := s.fit(ctx, runID{arm, seed, rate})
	return o, o.err
}

// Rate is the learning rate that an arm has chosen, and what it has tried.
func (s *Session) Rate(ctx context.Context, arm string) (rate float64, tried []Trial, err error) {
	i, err := s.study.arm(arm)
	if err != nil {
		return 0, nil, err
	}
	if rate, err = s.rate(ctx, i); err != nil {
		return 0, nil, err
	}
	for _, r := range s.study.Arms[i].Rates {
		loss, err := s.lossAt(ctx, i, r)
		if err != nil {
			return 0, nil, err
		}
		tried = append(tried, Trial{r, loss})
	}
	return rate, tried, nil
}

// rate is 0 for an arm that has no choice.
func (s *Session) rate(ctx context.Context, arm int) (float64, error) {
	rates := s.study.Arms[arm].Rates
	if len(rates) < 2 {
		return append(slices.Clone(rates), 0)[0], nil
	}
	best, least := rates[0], math.Inf(1)
	for _, rate := range rates {
		loss, err := s.lossAt(ctx, arm, rate)
		if err != nil {
			return 0, err
		}
		if loss < least {
			best, least = rate, loss
		}
	}
	return best, nil
}

// lossAt is the criterion of an arm at one of its rates, in the mean over the seeds that
// try it.
func (s *Session) lossAt(ctx context.Context, arm int, rate float64) (float64, error) {
	sum, seeds := 0., s.study.trying(s.study.Arms[arm])
	for seed := range seeds {
		loss, err := s.trial(ctx, runID{arm, seed, rate})
		if err != nil {
			return 0, err
		}
		sum += loss
	}
	return sum / float64(seeds), nil
}

// trial is the criterion of a run that tries a rate.
func (s *Session) trial(ctx context.Context, id runID) (float64, error) {
	s.mu.Lock()
	if s.trials[id] == nil {
		s.trials[id] = &lazy[float64]{}
	}
	l := s.trials[id]
	s.mu.Unlock()
	return l.get(func() (float64, error) {
		a := s.study.Arms[id.arm]
		o := s.fit(ctx, id)
		switch {
		case o.err != nil:
			return 0, o.err
		case o.f == nil:
			return math.Inf(1), nil
		case a.Criterion == nil:
			return o.f.Score.Loss, nil
		}
		return a.criterion(ctx, o.f)
	})
}

// fit makes a run, once.
func (s *Session) fit(ctx context.Context, id runID) *outcome {
	s.mu.Lock()
	o := s.runs[id]
	if o == nil {
		o = &outcome{run: RunInfo{Arm: s.study.Arms[id.arm].name(), Seed: id.seed}}
		s.runs[id] = o
	}
	s.mu.Unlock()
	o.once.Do(func() { o.err = s.make(ctx, o, id) })
	return o
}

func (s *Session) make(ctx context.Context, o *outcome, id runID) error {
	a, label := s.study.Arms[id.arm], fmt.Sprintf("%s, seed %d", o.run.Arm, id.seed)
	if len(a.Rates) > 1 {
		label = fmt.Sprintf("%s, rate %g, seed %d", o.run.Arm, id.rate, id.seed)
		o.run.Rate, o.run.Edge = id.rate, id.rate == slices.Min(a.Rates) || id.rate == slices.Max(a.Rates)
	}
	cfg, err := s.config(ctx, id.arm, id.seed, id.rate)
	if err != nil {
		return fmt.Errorf("study: %s: %w", label, err)
	}
	if cfg.Learner == nil {
		o.run.Failed = "a run that it starts from diverged"
		return nil
	}
	o.run.Learner = cfg.Learner.Name()
	opts := append(slices.Clone(s.train), train.WithProgress(func(step train.Step) { s.clock.step(label, step) }))
	if len(a.TestAt) > 0 {
		opts = append(opts, train.WithSnapshots(a.TestAt...))
	}
	f, starts, err := train.BestOf(ctx, cfg, a.Starts, opts...)
	switch {
	case errors.Is(err, train.ErrDiverged):
		o.run.Failed = err.Error()
		if !a.MayDiverge {
			return nil
		}
		open, err := train.Open(cfg, opts...)
		if err != nil {
			return fmt.Errorf("study: %s: %w", label, err)
		}
		f = open.Fitted(true)
	case err != nil:
		return fmt.Errorf("study: %s: %w", label, err)
	}
	if a.Last && f.Done() {
		if f, err = f.Last(); err != nil {
			return fmt.Errorf("study: %s: %w", label, err)
		}
	}
	o.f = f
	o.run.Key, o.run.Engine, o.run.Params, o.run.Score, o.run.Starts = f.Key(), f.Engine, len(f.Params), f.Score, starts
	return nil
}

// config is the run of an arm with a seed; rate 0 leaves that of the recipe.
func (s *Session) config(ctx context.Context, arm int, seed uint64, rate float64) (train.Config, error) {
	a := s.study.Arms[arm]
	cfg := train.Config{Learner: a.Learner, Tasks: a.Tasks, Recipe: a.Recipe, From: a.From, Seed: seed}
	if rate != 0 {
		cfg.Recipe.Rate = rate
	}
	if a.Make == nil {
		return cfg, nil
	}
	return a.made(ctx, s, seed, cfg)
}

// excluded is the time that a computation spent on waiting for runs, by its context.
type excluded struct{}

// timed returns a context for a computation, and the processor time that it took without the
// runs that it waited for.
func timed(ctx context.Context) (context.Context, func() time.Duration) {
	var mu sync.Mutex
	var waited time.Duration
	start := process.JobTime()
	outer, _ := ctx.Value(excluded{}).(func(time.Duration)) // of a computation that this one is part of
	add := func(d time.Duration) {
		mu.Lock()
		defer mu.Unlock()
		waited += d
		if outer != nil {
			outer(d)
		}
	}
	return context.WithValue(ctx, excluded{}, add), func() time.Duration {
		mu.Lock()
		defer mu.Unlock()
		return process.JobTime() - start - waited
	}
}

func exclude(ctx context.Context, since time.Duration) {
	if add, ok := ctx.Value(excluded{}).(func(time.Duration)); ok {
		add(process.JobTime() - since)
	}
}
