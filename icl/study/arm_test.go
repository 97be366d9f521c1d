package study

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/train"
)

// told is two with an arm that is made with fewer seeds than the other.
func told(seeds, few int) *Study {
	s := two(seeds)
	s.Arms[1].Seeds = few
	return s
}

// TestFewerSeeds: an arm with fewer seeds is trained only so often, and comparisons, whichever
// way round, are over the seeds that both have.
func TestFewerSeeds(t *testing.T) {
	f := &fake{}
	s := told(4, 2)
	s.Report = func(_ context.Context, d *Data, r *Result) error {
		r.Checks = []Check{Above("good", .5, d.Mean(eval.Accuracy, "good", "pair"))}
		r.Findings = []Finding{Find("good − bad", d.Difference(eval.Accuracy, "good", "bad", "pair")), Find("bad", d.Mean(eval.Accuracy, "bad", "pair"))}
		return nil
	}
	o := f.options(t)
	r, err := Run(t.Context(), s, o)
	if err != nil {
		t.Fatal(err)
	}
	if f.widths[85] != 4*4 || f.widths[65] != 2*4 || r.Seeds != 4 || len(r.Runs) != 6 || len(r.Checks[0].Seeds) != 4 {
		t.Errorf("steps %v, %d seeds, %d runs, a check of %d seeds; want 16 and 8, 4, 6, 4", f.widths, r.Seeds, len(r.Runs), len(r.Checks[0].Seeds))
	}
	d, err := Collect(t.Context(), s, o)
	if err != nil {
		t.Fatal(err)
	}
	good, bad := d.PerTask(eval.Accuracy, "good", "pair"), d.PerTask(eval.Accuracy, "bad", "pair")
	if len(good) != 4 || len(bad) != 2 {
		t.Fatalf("scores of %d and %d seeds, want 4 and 2", len(good), len(bad))
	}
	want := eval.Interval(eval.Differences(good[:2], bad))
	gap, back := d.Difference(eval.Accuracy, "good", "bad", "pair"), d.Difference(eval.Accuracy, "bad", "good", "pair")
	if gap.Mean != want.Mean || gap.SE != want.SE || math.Abs(back.Mean+want.Mean) > 1e-12 || len(gap.Seeds) != 2 || len(back.Seeds) != 2 {
		t.Errorf("differences %+v and %+v; want %+v and its opposite", gap, back, want)
	}
	first, last := must(d.Run("bad", 0)), must(d.Run("bad", 1))
	if v, err := d.Validation("bad"); err != nil || math.Abs(v.Loss-(first.Score.Loss+last.Score.Loss)/2) > 1e-12 {
		t.Errorf("validation %+v, error %v; want the mean over two seeds", v, err)
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// TestFewerSeedsFail: where a run diverged, its seed is left out of a comparison with an arm of
// fewer seeds, too: seeds are paired by their numbers.
func TestFewerSeedsFail(t *testing.T) {
	f := &fake{}
	s, o := told(4, 2), f.options(t)
	var failing float32
	f.diverges = func(width int, start float32) bool { return width == 85 && start == failing }
	failing = startOf(t, s, o, 0)
	d, err := Collect(t.Context(), s, o)
	if err != nil {
		t.Fatal(err)
	}
	gap := d.Difference(eval.Accuracy, "good", "bad", "pair")
	want := eval.Interval(eval.Differences(
		[][]float64{d.Summary("good", "pair", 1).Of(eval.Accuracy).PerTask}, [][]float64{d.Summary("bad", "pair", 1).Of(eval.Accuracy).PerTask}))
	if !slices.Equal(d.Seeds(), []uint64{1, 2, 3}) || gap.Mean != want.Mean {
		t.Errorf("seeds %v, difference %g; want 1 to 3, and %g of seed 1", d.Seeds(), gap.Mean, want.Mean)
	}
}

// TestSeedsAnArmHasNot: a run with another seed than those of the arm is an error that says
// what to do.
func TestSeedsAnArmHasNot(t *testing.T) {
	const want = "bad of two is made with its first 2 seeds, from 0 on, and not with seed 3; raise the arm's Seeds"
	f := &fake{}
	o := f.options(t)
	if _, err := Trained(t.Context(), told(4, 2), "bad", 3, o); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("error %v, want %q", err, want)
	}
	s := told(4, 2)
	s.Conditions[0].Derive = func(ctx context.Context, s *Session, seed uint64) ([]eval.Predictor, error) {
		p, err := s.Run(ctx, "bad", seed)
		return []eval.Predictor{eval.Named{Predictor: p, Label: "again"}}, err
	}
	if _, err := Run(t.Context(), s, o); err == nil || !strings.Contains(err.Error(), "predictors on pair: study: bad of two is made with its first 2 seeds") {
		t.Errorf("error %v of a predictor that is made of a run that there is not", err)
	}
	if err := told(4, -1).Validate(); err == nil || !strings.Contains(err.Error(), `arm "bad" of two has -1 seeds; want a positive number`) {
		t.Errorf("error %v", err)
	}
	if err := told(4, 9).Validate(); err != nil {
		t.Errorf("error %v of an arm with more seeds than the study has", err)
	}
}

// TestFewerSeedsLookByLook: the seeds of an arm that has few are made at the first looks, and
// not again.
func TestFewerSeedsLookByLook(t *testing.T) {
	f := &fake{}
	s := told(0, 3)
	s.Looks = LooksAt(2, 4, 6)
	s.Arms[1].Rates = []float64{.1, .2}
	s.Report = func(_ context.Context, d *Data, r *Result) error {
		r.Checks = []Check{Above("never sure", 0, eval.OfSeeds([]float64{-1, 1}))}
		r.Findings = []Finding{Find("bad", d.Mean(eval.Accuracy, "bad", "pair"))}
		return nil
	}
	r, err := Run(t.Context(), s, f.options(t))
	if err != nil {
		t.Fatal(err)
	}
	if f.widths[85] != 6*4 || f.widths[65] != (2*2+1)*4 || len(r.Runs) != 9 || r.Verdict != Undecided {
		t.Errorf("steps %v, %d runs, %s; want 6 runs, and 3 with 2 more tries", f.widths, len(r.Runs), r.Verdict)
	}
}

// TestTriesOfFewSeeds: an arm with one seed tries its rates with that seed alone.
func TestTriesOfFewSeeds(t *testing.T) {
	f := &fake{}
	s := told(3, 1)
	s.Arms[1].Rates = []float64{.1, .2}
	d, err := Collect(t.Context(), s, f.options(t))
	if err != nil {
		t.Fatal(err)
	}
	if _, tried, err := d.Rate("bad"); err != nil || len(tried) != 2 || f.widths[65] != 2*4 {
		t.Errorf("tried %v with %d steps, error %v; want two rates, once each", tried, f.widths[65], err)
	}
}

// long runs are validated twice; the loss of the fake engine stays, so that the first of the
// two is the best.
func long() *Study {
	s := two(2)
	for i := range s.Arms {
		s.Arms[i].Recipe.Steps = 100
	}
	return s
}

// TestLast: an arm is tested and judged as it is after the last step, if it says so; one that
// stopped before is what it was at its best.
func TestLast(t *testing.T) {
	f := &fake{}
	s := long()
	s.Arms[1].Last = true
	var criteria []int
	s.Arms[1].Rates = []float64{.1, .2}
	s.Arms[1].Criterion = func(_ context.Context, fit *train.Fitted) (float64, error) {
		f.mu.Lock()
		defer f.mu.Unlock()
		criteria = append(criteria, fit.Step)
		return 0, nil
	}
	d, err := Collect(t.Context(), s, f.options(t))
	if err != nil {
		t.Fatal(err)
	}
	good, bad := must(d.Run("good", 0)), must(d.Run("bad", 0))
	last := must(bad.Last())
	if good.Step != 50 || bad.Step != 100 || !slices.Equal(bad.Params, last.Params) || bad.Score != last.Score || bad.Score.Loss == 0 {
		t.Errorf("the arms are as after %d and %d steps, with %+v; want 50, the best, and 100, the last", good.Step, bad.Step, bad.Score)
	}
	if !slices.Equal(criteria, []int{100, 100, 100, 100}) {
		t.Errorf("rates are judged after %v steps; want the last each time", criteria)
	}
	s = long()
	s.Arms[1].Last, s.Arms[1].MayDiverge, s.Arms[1].TestAt = true, true, []int{0}
	f.diverges = func(width int, _ float32) bool { return width == 65 && f.widths[65] > 460 }
	if d, err = Collect(t.Context(), s, f.options(t)); err != nil {
		t.Fatal(err)
	}
	if bad := must(d.Run("bad", 0)); bad.Done() || bad.Step == 100 {
		t.Errorf("a run that diverged is as after step %d; want its best", bad.Step)
	}
}

// TestLastIsAnotherResult: with the last weights a study keeps its result under another name.
func TestLastIsAnotherResult(t *testing.T) {
	path := func(change func(a *Arm)) string {
		s := two(3)
		s.Settings = 1
		change(&s.Arms[0])
		return must(must(newRunner(s, Options{Dir: "runs"})).resultPath(t.Context()))
	}
	plain := path(func(*Arm) {})
	last, few := path(func(a *Arm) { a.Last = true }), path(func(a *Arm) { a.Seeds = 2 })
	if plain == last || plain == few || last == few {
		t.Errorf("%s, with the last weights %s, with fewer seeds %s; want three names", plain, last, few)
	}
}
