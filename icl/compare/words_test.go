package compare

import (
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/regression"
	"github.com/goicl/goicl/datasets/synthetic"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/metalearner"
	"github.com/goicl/goicl/icl/study"
	"github.com/goicl/goicl/icl/train"
)

// result is one with effects of an arm called wide, against one called narrow.
func result(metric eval.Metric, margin float64, effects ...Effect) *Result {
	r := &Result{Hypothesis: Hypothesis{
		Arms: []study.Arm{{Name: "narrow"}, {Name: "wide"}}, Metric: metric, Margin: margin,
		At: []int{2, 5, 9}, Tests: 64, Test: synthetic.Pair{},
	}}
	for _, e := range effects {
		e.Arm, e.Against = "wide", "narrow"
		r.Effects = append(r.Effects, e)
	}
	return r
}

// settled is an effect over five seeds.
func settled(outcome string, mean, half float64, more int) Effect {
	return Effect{
		Outcome: outcome, More: more, Seeds: []float64{mean, mean, mean, mean, mean},
		Difference: eval.Estimate{Mean: mean, Lo: mean - half, Hi: mean + half}, Superiority: eval.Estimate{Mean: .625},
	}
}

// TestSentences: each outcome in words, with what would settle it where it is open.
func TestSentences(t *testing.T) {
	diverged := settled("better", .1, .02, 0)
	diverged.Diverged = 1
	many := eval.ManySeeds
	for want, r := range map[string]*Result{
		"wide against narrow: accuracy +0.100 [+0.080, +0.120] over 5 seeds, better on 62 % of the tasks. Settled: better.": result(eval.Accuracy, 0, settled("better", .1, .02, 0)),
		"log-loss +0.10 [−0.20, +0.40]": result(eval.LogLoss, 0, settled("open", .1, .3, 9)),
		"Settled: worse.":               result(eval.LogLoss, 0, settled("worse", .1, .02, 0)),
		"Settled: equal within ±0.05.":  result(eval.Accuracy, .05, settled("equal", .001, .002, 0)),
		"Not settled; about 1 more seed would settle it, if difference and spread stay as they are.": result(eval.Accuracy, 0, settled("open", .1, .11, 1)),
		"Not settled; about 12 more seeds would settle it":                                           result(eval.Accuracy, 0, settled("open", .1, .2, 12)),
		"1 seed more diverged and took no part. Settled: better.":                                    result(eval.Accuracy, 0, diverged),
		"no comparison, for runs of 4 seeds diverged; lower the rate or set":                         result(eval.Accuracy, 0, Effect{Outcome: "open", Diverged: 4, Seeds: []float64{.1}}),
		"more than " + number(many) + " seeds (or a Margin) would settle it":                         result(eval.Accuracy, 0, settled("open", 0, .2, many-5)),
		"more than " + number(many) + " seeds would settle it":                                       result(eval.Accuracy, .01, settled("open", 0, .2, many-5)),
		"Measured: accuracy on 64 tasks of pair a seed, averaged over 3 numbers":                     result(eval.Accuracy, 0, settled("better", .1, .02, 0)),
	} {
		if got := r.String(); !strings.Contains(got, want) {
			t.Errorf("%q; want %q in it", got, want)
		}
	}
}

func number(n int) string { return strings.TrimSuffix(count(n, ""), " s") }

// TestAbout: the last sentence says where it was measured, and whether it stopped early.
func TestAbout(t *testing.T) {
	r := result(eval.Accuracy, 0)
	r.At, r.Short = []int{9}, "3 of 5 seeds, for the budget of 1m0s was up; the same call goes on"
	want := "Measured: accuracy on 64 tasks of pair a seed, after 9 examples. Stopped after 3 of 5 seeds, for the budget of 1m0s was up; the same call goes on."
	if got := r.String(); got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestLevels: of several comparisons it is said with which probability their intervals hold.
func TestLevels(t *testing.T) {
	three := result(eval.Accuracy, 0)
	three.Arms = append(three.Arms, study.Arm{Name: "deep"})
	together := result(eval.Accuracy, 0)
	together.Arms, together.Simultaneous = three.Arms, true
	pairs := *together
	pairs.Pairs = true
	for want, r := range map[string]*Result{
		" Each of the 2 intervals holds with 95 % by itself; Simultaneous": three,
		" All 2 intervals hold at once with 95 %, each with 97.5 %.":       together,
		" All 3 intervals hold at once with 95 %, each with 98.33 %.":      &pairs,
	} {
		if got := r.String(); !strings.Contains(got, want) {
			t.Errorf("%q; want %q in it", got, want)
		}
	}
	pairs.Effects = []Effect{settled("better", .1, .02, 0)}
	pairs.Effects[0].Arm, pairs.Effects[0].Against = "deep", "wide"
	if alt := pairs.Figure().Alt(); !strings.Contains(alt, "deep against wide") || !strings.Contains(alt, "less that of the other arm") {
		t.Errorf("the figure of pairs shows %q", alt)
	}
}

// TestSigned: numbers have two digits of the width of the interval, three where there is none,
// and a true minus.
func TestSigned(t *testing.T) {
	for _, c := range []struct {
		v, width float64
		want     string
	}{{.12345, .04, "+0.123"}, {-.12345, .4, "−0.12"}, {12.3, 30, "+12"}, {.5, 0, "+0.500"}, {-1e-5, 1e-6, "−0.0000100"}, {1e-12, 1e-14, "+0.000000000"}} {
		if got := signed(c.v, eval.Estimate{Lo: 0, Hi: c.width}); got != c.want {
			t.Errorf("%g of an interval %g wide is %q, want %q", c.v, c.width, got, c.want)
		}
	}
}

// TestFigures: the forest leaves out arms without a comparison and says which side is better;
// curves of errors get a range that holds all their intervals.
func TestFigures(t *testing.T) {
	nothing := Effect{Outcome: "open", Diverged: 5}
	for metric, better := range map[eval.Metric]string{eval.Accuracy: "higher is better", eval.SquaredError: "lower is better"} {
		r := result(metric, 0, settled("better", .1, .02, 0), nothing)
		alt := r.Figure().Alt()
		if !strings.Contains(alt, better) || strings.Count(alt, "wide") != 1 || !strings.Contains(alt, string(metric)+" on pair") {
			t.Errorf("the figure of %s shows %q", metric, alt)
		}
	}
	r := result(eval.LogLoss, 0)
	r.Title = "Is wider better?"
	r.Curves = []eval.Curve{{Learner: "narrow", N: []int{2, 5}, Mean: []float64{.5, .4}, Lo: []float64{.4, .3}, Hi: []float64{.6, .5}}, {Learner: "wide", N: []int{2, 5}, Mean: []float64{1.5, 2}, Lo: []float64{1, 1.5}, Hi: []float64{2, 2.3}}}
	if lo, hi := span(r.Curves); math.Abs(lo-.2) > 1e-9 || math.Abs(hi-2.4) > 1e-9 {
		t.Errorf("a range from %g to %g, want a twentieth more than .3 to 2.3", lo, hi)
	}
	if alt := r.ByExamples().Alt(); !strings.Contains(alt, "Is wider better?") || !strings.Contains(alt, "narrow") {
		t.Errorf("the curves show %q", alt)
	}
	flat := []eval.Curve{{Lo: []float64{1}, Hi: []float64{1}}}
	if lo, hi := span(flat); lo >= 1 || hi <= 1 {
		t.Errorf("a flat curve has the range %g to %g", lo, hi)
	}
}

// TestMetrics: the first that suits the tasks unless one is named; a user's score has any name.
func TestMetrics(t *testing.T) {
	classes, targets := datasets.NewBatch(1, 2, 1, 2), datasets.NewBatch(1, 2, 1, 0)
	score := eval.Score(func([]float32, float64) float64 { return 0 })
	for _, c := range []struct {
		h    Hypothesis
		b    *datasets.Batch
		want eval.Metric
	}{
		{Hypothesis{}, classes, eval.Accuracy}, {Hypothesis{}, targets, eval.SquaredError}, {Hypothesis{Metric: eval.Brier}, classes, eval.Brier},
		{Hypothesis{Score: score}, classes, "score"}, {Hypothesis{Score: score, Metric: "profit"}, targets, "profit"},
	} {
		got, err := c.h.metric(c.b)
		if err != nil || got != c.want {
			t.Errorf("%q, error %v; want %q", got, err, c.want)
		}
	}
	for metric, want := range map[eval.Metric]float64{eval.Accuracy: 1, eval.LogLoss: -1, eval.SquaredError: -1} {
		if got := (Hypothesis{Metric: metric}).sign(); got != want {
			t.Errorf("%s has the sign %g, want %g", metric, got, want)
		}
	}
	if (Hypothesis{Metric: "profit", Score: score}).sign() != 1 {
		t.Error("a user's score is not the better the larger")
	}
}

// failing is a sampler that fails.
type failing struct{}

func (failing) Name() string { return "failing" }

func (failing) Sample(*rand.Rand, int) (*datasets.Batch, error) {
	return nil, errors.New("no tasks today")
}

// panicking is a sampler that panics.
type panicking struct{ failing }

func (panicking) Name() string { return "panicking" }

func (panicking) Sample(*rand.Rand, int) (*datasets.Batch, error) { panic("no tasks") }

// TestArmsThatCannotBeCompared: what is wrong with an arm is said with its name.
func TestArmsThatCannotBeCompared(t *testing.T) {
	first := study.Arm{Name: "first", Learner: metalearner.CNP{}, Tasks: synthetic.Pair{N: 8}, Recipe: train.Recipe{Steps: 1}}
	for want, arm := range map[string]study.Arm{
		`compare: arm "b": no tasks today`:                                      {Name: "b", Tasks: failing{}},
		`compare: arm "b" trains on tasks with 3 inputs and 0 classes (0: real`: {Name: "b", Tasks: regression.Linear{D: 3, N: 8}},
		`compare: arm 1: the learner is a nil *metalearner.CNP; want a pointer`: {Name: "b", Learner: (*metalearner.CNP)(nil)},
		`compare: arm 1: the sampler is a nil *synthetic.Pair; want a pointer`:  {Name: "b", Tasks: (*synthetic.Pair)(nil)},
		`compare: arm "b": Sample of sampler "panicking"`:                       {Name: "b", Tasks: panicking{}},
		`compare: arms "first" and "b" are the same run`:                        {Name: "b"},
		`compare: two arms are called "first"; give each a Name`:                {Name: "first", Recipe: train.Recipe{Steps: 2}},
	} {
		if _, err := Run(t.Context(), Hypothesis{Arms: []study.Arm{first, arm}}, onGo(t)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v; want one with %q", err, want)
		}
	}
	if _, err := Run(t.Context(), Hypothesis{Arms: []study.Arm{first, {Name: "b", Recipe: train.Recipe{Steps: 2}}}, Test: failing{}}, onGo(t)); err == nil || !strings.Contains(err.Error(), "test tasks of failing: no tasks today") {
		t.Errorf("error %v of test tasks that fail", err)
	}
}
