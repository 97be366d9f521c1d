package claim

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/goicl/goicl/icl/train"
)

// ledger keeps the books of a study whose runs are made side by side: how far it is, and
// what it took.
type ledger struct {
	progress func(Progress)
	opts     []train.Option // of every run
	total    int            // parts of the work

	mu      sync.Mutex
	done    int
	seconds map[string]float64 // that each run took, by its key
	spent   time.Duration      // on all but training
}

func newLedger(o Options, total int) *ledger {
	return &ledger{progress: o.Progress, opts: o.manyRuns(), total: total, seconds: map[string]float64{}}
}

// report tells of a step, or of parts that are finished.
func (l *ledger) report(s train.Step, label string, finished int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.done += finished
	l.progress(Progress{Done: l.done, Total: l.total, Step: s, Label: label})
}

// fit makes a run. It is nil if it diverged.
func (l *ledger) fit(ctx context.Context, cfg train.Config, label string, opts ...train.Option) (*train.Fitted, error) {
	opts = slices.Concat(l.opts, opts, []train.Option{train.WithProgress(func(s train.Step) { l.report(s, label, 0) })})
	f, err := train.Train(ctx, cfg, opts...)
	if errors.Is(err, train.ErrDiverged) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("claim: %s: %w", label, err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.seconds[f.Key()] = f.Seconds
	return f, nil
}

// each makes the parts of the work that are mine, a run each, several at once, and hands
// every run to then that did not diverge.
func (l *ledger) each(ctx context.Context, mine func(i int) bool, label func(i int) string,
	run func(ctx context.Context, i int) (*train.Fitted, error), then func(ctx context.Context, i int, f *train.Fitted) error) error {
	return inParallel(ctx, l.total, mine, func(ctx context.Context, i int) error {
		f, err := run(ctx, i)
		if err == nil && f != nil {
			err = then(ctx, i, f)
		}
		l.report(train.Step{}, label(i), 1)
		return err
	})
}

// enter writes down what came of a run with that rate, nil if it diverged.
func (r *Run) enter(f *train.Fitted, rate float64) {
	if f == nil {
		r.Failed = fmt.Sprintf("diverged at a rate of %g", rate)
		return
	}
	r.Key, r.Engine, r.Params, r.Score = f.Key(), f.Engine, len(f.Params), f.Score
	r.Starts = train.Starts{Tried: 1, Seconds: f.Seconds}
}

// book adds the time since start to what was spent on all but training.
func (l *ledger) book(start time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.spent += time.Since(start)
}

func (l *ledger) coreMinutes() float64 {
	sum := l.spent.Seconds()
	for _, s := range l.seconds {
		sum += s
	}
	return sum * coreShare() / 60
}
