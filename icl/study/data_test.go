package study

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/train"
	"github.com/goicl/goicl/internal/process"
)

// collected are the scores of a study of the fake engine.
func collected(t *testing.T, s *Study) *Data {
	t.Helper()
	d, err := Collect(t.Context(), s, (&fake{}).options(t))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestData: means, differences and curves follow from the scores of each task.
func TestData(t *testing.T) {
	s := two(3)
	s.Conditions[0].Family, s.Conditions[0].Keep = "couples", true
	d := collected(t, s)
	good, bad := d.PerTask(eval.Accuracy, "good", "pair"), d.PerTask(eval.Accuracy, "bad", "pair")
	if len(good) != 3 || len(good[0]) != 200 || !slices.Equal(d.Seeds(), []uint64{0, 1, 2}) {
		t.Fatalf("%d seeds of %d tasks", len(good), len(good[0]))
	}
	mean := func(groups [][]float64) (m float64) {
		for _, g := range groups {
			for _, v := range g {
				m += v / float64(len(g)*len(groups))
			}
		}
		return m
	}
	if got, want := d.Mean(eval.Accuracy, "good", "pair").Mean, mean(good); math.Abs(got-want) > 1e-12 {
		t.Errorf("the mean is %g, want %g", got, want)
	}
	gap := d.Difference(eval.Accuracy, "good", "bad", "pair")
	if want := mean(good) - mean(bad); math.Abs(gap.Mean-want) > 1e-12 || gap.Lo > want || gap.Hi < want {
		t.Errorf("the difference is %+v, want %g", gap, want)
	}
	if back := d.Difference(eval.Accuracy, "bad", "good", "pair"); math.Abs(back.Mean+gap.Mean) > 1e-12 {
		t.Errorf("the other way round it is %g", back.Mean)
	}
	c := d.Curve(eval.Accuracy, "good", "pair")
	if c.Learner != "good" || c.Family != "couples" || !slices.Equal(c.N, []int{0, 1, 2, 3, 4, 5}) || c.Metric != eval.Accuracy {
		t.Errorf("%+v", c)
	}
	sum := 0.
	for _, v := range c.Mean {
		sum += v / 6
	}
	if math.Abs(sum-mean(good)) > 1e-9 {
		t.Errorf("the curve's mean is %g, the tasks' %g", sum, mean(good))
	}
	if scores := d.Scores("good", "pair"); len(scores) != 3 || scores[0].Tasks != 200 || scores[0].Learner != "CNP-85" {
		t.Errorf("%d sets of single predictions", len(scores))
	}
}

// TestWhatThereIsNot: subjects, conditions and looks that were not tested have no scores.
func TestWhatThereIsNot(t *testing.T) {
	d := collected(t, two(2))
	if d.Scores("good", "pair") != nil {
		t.Error("a condition that does not keep single predictions has them")
	}
	if d.Summaries("nobody", "pair") != nil || d.Summaries("good", "nothing") != nil || d.Summaries("good", "pair", 2) != nil || d.PerTask(eval.Accuracy, "nobody", "pair") != nil {
		t.Error("what was not tested has scores")
	}
	if d.Summary("good", "pair", 1) == nil || d.Summary("good", "pair", 9) != nil {
		t.Error("want a summary of seed 1, and none of seed 9")
	}
	if got := d.Subjects("nothing"); got != nil {
		t.Errorf("under an unknown condition %v were tested", got)
	}
	if _, err := d.Run("nobody", 0); err == nil || !strings.Contains(err.Error(), `two has no arm "nobody"`) {
		t.Errorf("error %v", err)
	}
	if _, _, err := d.Rate("nobody"); err == nil {
		t.Error("an unknown arm has a rate")
	}
	if _, err := d.Validation("nobody"); err == nil {
		t.Error("an unknown arm has validation scores")
	}
	if d.Short() != "" {
		t.Errorf("a whole study is short: %q", d.Short())
	}
}

// TestFirstCounts: averages over numbers of examples begin at the condition's first.
func TestFirstCounts(t *testing.T) {
	s := two(2)
	s.Conditions[0].Keep, s.Conditions[0].First, s.Conditions[0].At = true, 3, []int{0, 3, 5}
	d := collected(t, s)
	scores := d.Scores("good", "pair")[0].Values(eval.Accuracy)
	for task, got := range d.PerTask(eval.Accuracy, "good", "pair")[0] {
		if want := (scores[3*task+1] + scores[3*task+2]) / 2; got != want {
			t.Fatalf("task %d: %g, want %g: the mean of 3 and 5 examples", task, got, want)
		}
	}
}

// TestValidation: the mean over seeds of the runs' own scores.
func TestValidation(t *testing.T) {
	d := collected(t, two(3))
	var loss, accuracy float64
	for _, seed := range d.Seeds() {
		f, err := d.Run("bad", seed)
		if err != nil {
			t.Fatal(err)
		}
		loss, accuracy = loss+f.Score.Loss/3, accuracy+f.Score.Accuracy/3
	}
	got, err := d.Validation("bad")
	if err != nil || math.Abs(got.Loss-loss) > 1e-12 || math.Abs(got.Accuracy-accuracy) > 1e-12 {
		t.Errorf("%+v, error %v; want a loss of %g and an accuracy of %g", got, err, loss, accuracy)
	}
	if good, err := d.Validation("good"); err != nil || good.Accuracy <= got.Accuracy || good.Loss >= got.Loss {
		t.Errorf("the better arm has %+v, error %v", good, err)
	}
}

// TestUnit: errors are divided by the condition's unit.
func TestUnit(t *testing.T) {
	var units []float64
	for _, unit := range []float64{0, 1, 4} {
		s := two(2)
		s.Conditions[0] = Condition{
			Name: "numbers", Unit: unit, Arms: []string{},
			Sample: func(uint64) (*datasets.Batch, error) {
				b := datasets.NewBatch(3, 2, 1, 0)
				copy(b.Z, []float32{2, 2, 2, 2, 2, 2})
				return b, nil
			},
			Derive: func(context.Context, *Session, uint64) ([]eval.Predictor, error) {
				return []eval.Predictor{zero{}}, nil
			},
		}
		units = append(units, collected(t, s).Mean(eval.SquaredError, "zero", "numbers").Mean)
	}
	if !slices.Equal(units, []float64{4, 4, 1}) {
		t.Errorf("squared errors %v in units of 1, 1 and 4; want 4, 4, 1", units)
	}
}

type zero struct{}

func (zero) Name() string { return "zero" }

func (zero) Regress(_ context.Context, b *datasets.Batch, at []int) (mean, variance []float32, err error) {
	return make([]float32, b.T*len(at)), nil, nil
}

// TestStoppedWhileTesting: a study that is stopped in a test says that training is done.
func TestStoppedWhileTesting(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s := two(2)
	s.Conditions[0].Test = func(ctx context.Context, _ eval.Predictor, _ uint64, _ *datasets.Batch, _ []int) (*eval.Scores, error) {
		cancel()
		return nil, ctx.Err()
	}
	_, err := Run(ctx, s, (&fake{}).options(t))
	if !errors.Is(err, train.ErrInterrupted) || !strings.Contains(err.Error(), "run it again to go on") {
		t.Errorf("error %v; want an interruption that says how to go on", err)
	}
}

// TestTestFails: an error of a test is the study's.
func TestTestFails(t *testing.T) {
	s := two(2)
	s.Conditions[0].Test = func(context.Context, eval.Predictor, uint64, *datasets.Batch, []int) (*eval.Scores, error) {
		return nil, errors.New("the test fails")
	}
	if _, err := Run(t.Context(), s, (&fake{}).options(t)); err == nil || !strings.Contains(err.Error(), "the test fails") {
		t.Errorf("error %v", err)
	}
	s = two(2)
	s.Conditions[0].At = []int{17}
	if _, err := Run(t.Context(), s, (&fake{}).options(t)); err == nil || !strings.Contains(err.Error(), "n = 17 in-context examples of tasks of 6 points") {
		t.Errorf("error %v", err)
	}
}

// TestResultJSON: a result is the same after it was written and read.
func TestResultJSON(t *testing.T) {
	r, err := Run(t.Context(), judged(3), (&fake{}).options(t))
	if err != nil {
		t.Fatal(err)
	}
	r.Tables = []eval.Table{{Title: "t", Header: []string{"a"}, Rows: [][]string{{"1"}}, Tints: [][]float64{{.5}}}}
	r.Figure = Figure{Title: "f", LogX: true, Rows: []Row{{Title: "{family}", Group: "accuracy", YMax: 1}}}
	raw, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range r.Checks {
		c.of, c.level = eval.Estimate{}, 0 // what judging needs is not kept
		r.Checks[i] = c
	}
	var again Result
	if err := json.Unmarshal(raw, &again); err != nil || !reflect.DeepEqual(&again, r) {
		t.Errorf("written and read it is %+v, error %v; want %+v", again, err, r)
	}
}

// TestAdd: curves of a group keep their order, groups that of their first curve.
func TestAdd(t *testing.T) {
	r := &Result{}
	r.Add("b", eval.Curve{Learner: "1"})
	r.Add("a")
	r.Add("b", eval.Curve{Learner: "2"}, eval.Curve{Learner: "3"})
	if len(r.Groups) != 2 || r.Groups[0].Name != "b" || len(r.Groups[0].Curves) != 3 || r.Groups[0].Curves[2].Learner != "3" || len(r.Curves("a")) != 0 {
		t.Errorf("%+v", r.Groups)
	}
}

// TestWaitingIsNoWork: the time that a computation waits for runs is not its own.
func TestWaitingIsNoWork(t *testing.T) {
	ctx, took := timed(t.Context())
	exclude(ctx, process.JobTime()-time.Hour)
	if got := took(); got > -time.Minute {
		t.Errorf("a computation that waited for an hour took %s", got)
	}
	exclude(t.Context(), process.JobTime()) // outside of a computation nothing is counted
	ctx, took = timed(t.Context())
	for start := process.CPUTime(); process.CPUTime()-start < time.Millisecond; {
		continue
	}
	if got := took(); got <= 0 || ctx.Value(excluded{}) == nil {
		t.Errorf("a computation of a millisecond took %s", got)
	}
}

// TestCoreMinutes: a run that two arms share is counted once.
func TestCoreMinutes(t *testing.T) {
	x, err := newRunner(two(2), (&fake{}).options(t))
	if err != nil {
		t.Fatal(err)
	}
	add := func(arm int, key string, processor, seconds float64) {
		x.runs[runID{arm: arm, seed: uint64(len(x.runs))}] = &outcome{run: RunInfo{Key: key, Starts: train.Starts{Processor: processor, Seconds: seconds}}}
	}
	add(0, "a", 60, 100)
	add(1, "a", 60, 100)
	add(0, "b", 0, 30) // not measured: its wall time
	x.spent = 30 * time.Second
	if got := x.coreMinutes(); math.Abs(got-2) > 1e-12 {
		t.Errorf("%g core-minutes, want 2", got)
	}
}

// TestDefinitionFails: an error in making a study is passed on.
func TestDefinitionFails(t *testing.T) {
	registry := Registry{{Name: "broken", New: func(string) (*Study, error) { return nil, errors.New("cannot be made") }}}
	if _, err := registry.New("broken", "quick"); err == nil || err.Error() != "cannot be made" {
		t.Errorf("error %v", err)
	}
}

// TestFinished: seeds of which a run diverged are finished, too, but are no seeds of the data.
func TestFinished(t *testing.T) {
	f := &fake{}
	s, o := two(4), f.options(t)
	var failing float32
	f.diverges = func(width int, start float32) bool { return width == 85 && start == failing }
	failing = startOf(t, s, o, 2)
	d, err := Collect(t.Context(), s, o)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(d.Seeds(), []uint64{0, 1, 3}) || !slices.Equal(d.Finished(), []uint64{0, 1, 2, 3}) || d.Short() != "" {
		t.Errorf("seeds %v, finished %v, short %q", d.Seeds(), d.Finished(), d.Short())
	}
	if len(d.Summaries("bad", "pair")) != 3 || d.Summary("bad", "pair", 2) == nil || d.Summary("good", "pair", 2) != nil {
		t.Error("the arm that did not diverge is tested with that seed, and counts where seeds are not compared")
	}
	if good, err := d.Run("good", 2); err != nil || good != nil {
		t.Errorf("the run that diverged is %v, error %v", good, err)
	}
}

// TestTimeUp: an interruption is the budget's where its time is up, and the user's otherwise.
func TestTimeUp(t *testing.T) {
	past, cancelPast := context.WithTimeout(t.Context(), -time.Second)
	defer cancelPast()
	stopped, stop := context.WithCancel(t.Context())
	stop()
	for name, c := range map[string]struct {
		ctx, within context.Context
		want        bool
	}{
		"time is up":        {t.Context(), past, true},
		"the user stopped":  {stopped, stopped, false},
		"both":              {stopped, past, false},
		"neither":           {t.Context(), t.Context(), false},
		"within is derived": {past, past, true},
	} {
		if got := timeUp(c.ctx, c.within); got != c.want {
			t.Errorf("%s: %t", name, got)
		}
	}
	for _, cause := range []error{context.Canceled, context.DeadlineExceeded} {
		if err := between(cause); !errors.Is(err, train.ErrInterrupted) || !errors.Is(err, cause) || !strings.Contains(err.Error(), "between two runs") {
			t.Errorf("error %v", err)
		}
	}
	if err := between(errors.New("x")); err.Error() != "x" || between(nil) != nil {
		t.Errorf("error %v", err)
	}
}

// TestShareLeft: the share of a seed's steps that is not made yet is that of its run with
// most, and all of it where the run is not known before it is asked for.
func TestShareLeft(t *testing.T) {
	f := &fake{}
	o := f.options(t)
	if _, err := Trained(t.Context(), two(2), "good", 0, o); err != nil {
		t.Fatal(err)
	}
	alone := two(2)
	alone.Arms = alone.Arms[:1]
	made := two(2)
	made.Arms[1].Make = func(_ context.Context, _ *Session, _ uint64, c train.Config) (train.Config, error) { return c, nil }
	choosing := two(2)
	choosing.Arms[0].Rates = []float64{.1, .2}
	for name, c := range map[string]struct {
		s    *Study
		seed uint64
		want float64
	}{
		"all is made": {alone, 0, 0}, "nothing is made": {alone, 1, 1}, "one of two arms": {two(2), 0, 1},
		"an arm that is made": {made, 0, 1}, "an arm with a choice": {choosing, 0, 1},
	} {
		x, err := newRunner(c.s, o)
		if err != nil {
			t.Fatal(err)
		}
		if got := x.left(t.Context(), c.seed); got != c.want {
			t.Errorf("%s: %g is left, want %g", name, got, c.want)
		}
	}
}
