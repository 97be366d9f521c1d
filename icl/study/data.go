package study

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"sync"
	"time"

	"gonum.org/v1/gonum/stat"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/study/internal/kept"
	"github.com/goicl/goicl/icl/train"
)

// Data are the scores of a study, by subject, condition, seed and look. A subject is the
// name of an arm or of a derived predictor.
type Data struct {
	session *Session

	mu        sync.Mutex
	summaries map[scoreKey]*eval.Summary
	scores    map[scoreKey]*eval.Scores
	before    time.Duration     // that tests took which were loaded
	notes     map[string]string // by condition

	kept          string // the folder of tests that are kept; "" for none
	seeds, failed []uint64
	failure       string // of one of those that failed
	planned       int    // seeds at the present look
	unfinished    int    // of them, for the budget was up
}

type scoreKey struct {
	subject, condition string
	look               int // a step, or end
	seed               uint64
}

// end is the look at the weights of least validation loss.
const end = -1

// tester scores predictors under a condition.
type tester struct {
	Condition
	seed  uint64
	batch *datasets.Batch
	data  *Data
}

func newTester(c Condition, seed uint64, d *Data) (*tester, error) {
	b, err := c.tasks(seed)
	if err == nil {
		err = b.Validate()
	}
	if err != nil {
		return nil, fmt.Errorf("study: test tasks of %s: %w", c.Name, err)
	}
	if len(c.At) == 0 {
		c.At = eval.AllLengths(b.N)
	}
	c.Unit = cmp.Or(c.Unit, 1)
	return &tester{c, seed, b, d}, nil
}

func (t *tester) score(ctx context.Context, p eval.Predictor, subject string, look int) error {
	k := kept.Key{Subject: subject, Condition: t.Name, Look: look, Seed: t.seed}
	if f, ok := p.(*train.Fitted); ok {
		k.Run = f.Key()
		t.data.note(t.Name, subject, f.Outside(t.batch))
	}
	if done := kept.Load(t.data.kept, k, t.Keep); done != nil {
		t.data.add(done, done.Took)
		return nil
	}
	ctx, took := timed(ctx)
	s, err := t.evaluate(ctx, p)
	if ctx.Err() != nil {
		return fmt.Errorf("study: %w (%w): testing %s, seed %d, which is trained; run it again to go on", train.ErrInterrupted, ctx.Err(), subject, t.seed)
	}
	if err != nil {
		return err
	}
	done := &kept.Test{Key: k, Took: took(), Summary: s.Summarize(t.First)}
	if t.Keep {
		done.Scores = s
	}
	t.data.add(done, 0) // its time is counted as it is spent
	return done.Save(t.data.kept)
}

// add adds the scores of a test, and the time that it took before.
func (d *Data) add(t *kept.Test, before time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	key := scoreKey{t.Subject, t.Condition, t.Look, t.Seed}
	d.summaries[key] = t.Summary
	if t.Scores != nil {
		d.scores[key] = t.Scores
	}
	d.before += before
}

// note notes what a reader should know about a subject's test under a condition.
func (d *Data) note(condition, subject, text string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	note := fmt.Sprintf("%s on %s: %s", subject, condition, text)
	if had := d.notes[condition]; text != "" && (had == "" || note < had) { // whichever is tested first
		d.notes[condition] = note
	}
}

// Notes say, for each condition whose inputs lie far outside those that a learner was
// trained on, how far.
func (d *Data) Notes() []string { return slices.Sorted(maps.Values(d.notes)) }

func (t *tester) evaluate(ctx context.Context, p eval.Predictor) (*eval.Scores, error) {
	if t.Test != nil {
		return t.tested(ctx, p)
	}
	return eval.Evaluate(ctx, p, t.family(), t.batch, t.At, eval.WithUnit(t.Unit))
}

// isTested reports whether an arm was tested under all its conditions.
func (d *Data) isTested(s *Study, a Arm, seed uint64) bool {
	for _, c := range s.Conditions {
		for _, look := range a.testedAt() {
			if c.covers(a) && d.summaries[scoreKey{a.name(), c.Name, look, seed}] == nil {
				return false
			}
		}
	}
	return true
}

// Seeds lists the seeds of which no run failed. The others take no part in any comparison,
// for comparisons are paired by seed.
func (d *Data) Seeds() []uint64 { return d.seeds }

// Finished lists the seeds of which every run came to its end, be it that it diverged.
func (d *Data) Finished() []uint64 {
	all := slices.Concat(d.seeds, d.failed)
	slices.Sort(all)
	return all
}

// Short says why there are fewer seeds than were asked for; "" if there are not.
func (d *Data) Short() string {
	if d.unfinished == 0 {
		return ""
	}
	s := d.session
	return fmt.Sprintf("%d of %d seeds, for the budget of %s was up; the same call goes on", d.planned-d.unfinished, d.planned, s.opts.Budget.Round(time.Second/10))
}

// Summary sums up a subject's scores under a condition with one seed; nil where it was not
// tested.
func (d *Data) Summary(subject, condition string, seed uint64) *eval.Summary {
	return d.summaries[scoreKey{subject, condition, end, seed}]
}

// Run is the run of an arm with a seed; its Fitted is nil if it diverged.
func (d *Data) Run(arm string, seed uint64) (*train.Fitted, error) {
	return d.session.Run(context.Background(), arm, seed)
}

// Rate is the learning rate that an arm has chosen, and what it has tried, without the
// rates at which it diverged.
func (d *Data) Rate(arm string) (rate float64, tried []Trial, err error) {
	rate, tried, err = d.session.Rate(context.Background(), arm)
	return rate, slices.DeleteFunc(tried, func(t Trial) bool { return math.IsInf(t.Loss, 1) }), err
}

// Scores are a subject's single predictions under a condition that keeps them, one set a
// seed; with a step those of an arm as it was then, one of its TestAt.
func (d *Data) Scores(subject, condition string, step ...int) []*eval.Scores {
	return of(d, d.scores, subject, condition, step)
}

// Summaries sum up a subject's scores under a condition, one for each seed; none where it
// was not tested. With a step they are those of an arm as it was then, one of its TestAt.
func (d *Data) Summaries(subject, condition string, step ...int) []*eval.Summary {
	return of(d, d.summaries, subject, condition, step)
}

func of[T any](d *Data, from map[scoreKey]*T, subject, condition string, step []int) []*T {
	var all []*T
	look := append(step, end)[0]
	for _, seed := range d.seeds {
		if v := from[scoreKey{subject, condition, look, seed}]; v != nil {
			all = append(all, v)
		}
	}
	return all
}

// PerTask is a metric of each test task, averaged over numbers of examples from the
// condition's First on: a group for each seed.
func (d *Data) PerTask(m eval.Metric, subject, condition string) [][]float64 {
	var groups [][]float64
	for _, sum := range d.Summaries(subject, condition) {
		groups = append(groups, sum.Of(m).PerTask)
	}
	return groups
}

// Mean is a metric averaged over test tasks and numbers of examples.
func (d *Data) Mean(m eval.Metric, subject, condition string) eval.Estimate {
	return eval.Interval(d.PerTask(m, subject, condition))
}

// Difference is the metric of a less that of b under a condition, paired by seed and task,
// over the seeds that both were tested with.
func (d *Data) Difference(m eval.Metric, a, b, condition string) eval.Estimate {
	var of, less [][]float64
	for _, seed := range d.seeds {
		if x, y := d.Summary(a, condition, seed), d.Summary(b, condition, seed); x != nil && y != nil {
			of, less = append(of, x.Of(m).PerTask), append(less, y.Of(m).PerTask)
		}
	}
	return eval.Interval(eval.Differences(of, less))
}

// Curve is a metric of a subject under a condition by number of examples.
func (d *Data) Curve(m eval.Metric, subject, condition string) eval.Curve {
	c := eval.CurveOf(m, d.Summaries(subject, condition)...)
	c.Learner = subject
	return c
}

// Subjects lists what was tested under a condition: arms in their order, then the derived
// predictors by name.
func (d *Data) Subjects(condition string) []string {
	var arms, others []string
	for _, a := range d.session.study.Arms {
		if len(d.Summaries(a.name(), condition)) > 0 {
			arms = append(arms, a.name())
		}
	}
	for key := range d.summaries {
		if key.condition == condition && !slices.Contains(arms, key.subject) && !slices.Contains(others, key.subject) && key.look == end {
			others = append(others, key.subject)
		}
	}
	slices.Sort(others)
	return append(arms, others...)
}

// Validation is an arm's mean validation score over its seeds.
func (d *Data) Validation(arm string) (train.Score, error) {
	i, err := d.session.study.arm(arm)
	if err != nil {
		return train.Score{}, err
	}
	var losses, accuracies []float64
	for _, seed := range d.seeds {
		if !d.session.study.Arms[i].has(seed) {
			continue
		}
		f, err := d.Run(arm, seed)
		if err != nil {
			return train.Score{}, err
		}
		losses, accuracies = append(losses, f.Score.Loss), append(accuracies, f.Score.Accuracy)
	}
	return train.Score{Loss: stat.Mean(losses, nil), Accuracy: stat.Mean(accuracies, nil)}, nil
}
