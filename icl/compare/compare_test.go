package compare

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/goicl/goicl/datasets/regression"
	"github.com/goicl/goicl/datasets/synthetic"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/metalearner"
	"github.com/goicl/goicl/icl/study"
	"github.com/goicl/goicl/icl/train"
	"github.com/goicl/goicl/icl/transformer"
)

func onGo(t *testing.T) study.Options { return study.Options{Dir: t.TempDir(), Backend: "go"} }

// small compares a ProtoNet with a CNP that is hardly trained.
func small() Hypothesis {
	return Hypothesis{
		Title: "Does training help?", Seeds: 3, Tests: 100,
		Arms: []study.Arm{
			{Name: "trained", Learner: metalearner.ProtoNet{}, Tasks: synthetic.Proto{N: 10}, Recipe: train.Fast(100)},
			{Name: "hardly", Learner: metalearner.CNP{}, Recipe: train.Recipe{Steps: 1}},
		},
	}
}

// TestCompare: an effect is found, with words and figures for it; the same call loads
// what it needs, and one with more seeds makes those that are new.
func TestCompare(t *testing.T) {
	opts := onGo(t)
	c, err := Run(t.Context(), small(), opts)
	if err != nil {
		t.Fatal(err)
	}
	e := c.Effects[0]
	if e.Outcome != "worse" || e.Difference.Mean > -.1 || e.Superiority.Mean > .4 || len(e.Seeds) != 3 || e.More != 0 {
		t.Errorf("%+v; want the arm that hardly trained to be worse", e)
	}
	words := c.String()
	for _, want := range []string{"hardly against trained: accuracy −0.", "over 3 seeds", "Settled: worse.", "accuracy on 100 tasks of proto a seed, averaged over 8 numbers of examples from 2 to 9."} {
		if !strings.Contains(words, want) {
			t.Errorf("%q; want %q in it", words, want)
		}
	}
	for _, f := range []interface {
		PNG() ([]byte, error)
		Alt() string
	}{c.Figure(), c.ByExamples()} {
		if _, err := f.PNG(); err != nil || !strings.Contains(f.Alt(), "Does training help?") {
			t.Errorf("error %v, alt %q", err, f.Alt())
		}
	}
	trained := 0
	loading := opts
	loading.Progress = func(p study.Progress) { trained += p.Step.Tasks }
	again, err := Run(t.Context(), small(), loading)
	if err != nil || !slices.Equal(again.Effects[0].Seeds, e.Seeds) || trained != 0 {
		t.Errorf("the second time %v, trained on %d tasks, error %v; want the same, loaded", again, trained, err)
	}
	more := small()
	more.Seeds = 4
	four, err := Run(t.Context(), more, opts)
	if err != nil || !slices.Equal(four.Effects[0].Seeds[:3], e.Seeds) {
		t.Errorf("with a fourth seed %+v, error %v; want the first three as they were", four, err)
	}
}

// TestCompareRegression: real targets and curricula, with the measure that suits them.
func TestCompareRegression(t *testing.T) {
	line := regression.Linear{N: 6, D: 2}
	h := Hypothesis{Seeds: 2, Tests: 200, At: []int{5}, Arms: []study.Arm{
		{Name: "none", Learner: transformer.PreNorm{Width: 8, Depth: 2}, Tasks: line, Recipe: train.Recipe{Steps: 200, Batch: 16, Rate: 5e-3}},
		{Name: "ramp", Tasks: regression.Curriculum{Family: line, From: 1, Every: 20}},
		{Name: "short", Recipe: train.Recipe{Steps: 1, Batch: 16}},
	}}
	opts := onGo(t)
	c, err := Run(t.Context(), h, opts)
	if err != nil {
		t.Fatal(err)
	}
	if c.Metric != eval.SquaredError || len(c.Effects) != 2 || len(c.Curves) != 3 || c.Effects[1].Difference.Mean < .1 {
		t.Errorf("%+v; want the squared error of the short run to be higher", c)
	}
	h.Metric, h.Score = "closeness", func(answer []float32, truth float64) float64 { return -math.Abs(float64(answer[0]) - truth) }
	own, err := Run(t.Context(), h, opts)
	if err != nil || own.Effects[1].Difference.Mean > 0 || !strings.Contains(own.String(), "short against none: closeness −") {
		t.Errorf("by a user-defined score: %v, error %v; want the short run to be lower", own, err)
	}
}

// TestCompareWithAnArmThatDiverges: it costs the arm, not the comparison.
func TestCompareWithAnArmThatDiverges(t *testing.T) {
	h := small()
	h.Arms = append(h.Arms, study.Arm{Name: "wild", Recipe: train.Recipe{Steps: 100, Rate: 1e38}})
	c, err := Run(t.Context(), h, onGo(t))
	if err != nil {
		t.Fatal(err)
	}
	if wild := c.Effects[1]; wild.Diverged != 3 || wild.Outcome != "open" || c.Effects[0].Outcome != "worse" || len(c.Curves) != 2 {
		t.Errorf("%+v; want three diverged, and the other arm compared", c.Effects)
	}
	if words := c.String(); !strings.Contains(words, "wild against trained: no comparison, for runs of 3 seeds diverged") {
		t.Errorf("%q", words)
	}
	if alt := c.Figure().Alt(); !strings.Contains(alt, "hardly") || strings.Contains(alt, "wild") {
		t.Errorf("%q; want the arm that can be drawn", alt)
	}
}

// TestCompareWithFewerSeeds: seeds that an arm is not to be trained with did not diverge, and
// test tasks far from those of training are noted.
func TestCompareWithFewerSeeds(t *testing.T) {
	h := small()
	h.Arms[1].Seeds = 2
	h.Test = synthetic.Proto{N: 10, Sigma: 8}
	c, err := Run(t.Context(), h, onGo(t))
	if err != nil {
		t.Fatal(err)
	}
	if e := c.Effects[0]; e.Diverged != 0 || len(e.Seeds) != 2 {
		t.Errorf("%+v; want two seeds, none diverged", e)
	}
	if words := c.String(); strings.Contains(words, "diverged") || strings.Count(words, "outside the range of inputs in training") != 1 {
		t.Errorf("%q", words)
	}
}

// TestCompareStops: an interrupted comparison says so; so does one without the time for two
// seeds.
func TestCompareStops(t *testing.T) {
	opts := onGo(t)
	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Run(stopped, small(), opts); !errors.Is(err, train.ErrInterrupted) {
		t.Errorf("error %v; want an interruption", err)
	}
	h := small()
	h.Budget = time.Nanosecond
	if _, err := Run(t.Context(), h, opts); err == nil || !strings.Contains(err.Error(), "the budget of 1ns is too short for 2 seeds of 2 arms") {
		t.Errorf("error %v; want one about the budget", err)
	}
}

func TestCompareErrors(t *testing.T) {
	two := []study.Arm{{Name: "a"}, {Name: "b", Learner: transformer.Paper{Depth: 2}}}
	for want, h := range map[string]Hypothesis{
		"1 arms to compare; want at least 2":                    {Arms: two[:1]},
		"1 seeds; want at least 2":                              {Arms: two, Seeds: 1},
		"-3 test tasks":                                         {Arms: two, Tests: -3},
		"budget -1s":                                            {Arms: two, Budget: -time.Second},
		"margin NaN":                                            {Arms: two, Margin: math.NaN()},
		`two arms are called "ICL"; give each a Name`:           {Arms: []study.Arm{{}, {Learner: transformer.Paper{Depth: 2}}}},
		`arms "a" and "c" are the same run`:                     {Arms: []study.Arm{{Name: "a"}, {Name: "c"}}},
		`metric "acc" is not for the tasks of mix; known: [`:    {Arms: two, Metric: "acc"},
		`metric "squared error" is not for the tasks of mix`:    {Arms: two, Metric: eval.SquaredError},
		`metric "accuracy" is not for the tasks of linear`:      {Arms: []study.Arm{{Name: "a", Tasks: regression.Linear{}}, two[1]}, Metric: eval.Accuracy},
		"measured at 50 to 50 examples, but test tasks have 50": {Arms: two, At: []int{50}},
		"measured at -1 to 3":                                   {Arms: two, At: []int{3, -1}},
		`arm "c" trains on tasks with 20 inputs and 0 classes`:  {Arms: append(slices.Clone(two), study.Arm{Name: "c", Tasks: regression.Linear{}})},
		`arm "c": train: -5 steps`:                              {Arms: append(slices.Clone(two), study.Arm{Name: "c", Recipe: train.Recipe{Steps: -5}})},
		`arm "d": learner: tasks have 50 points`:                {Arms: append(slices.Clone(two), study.Arm{Name: "d", Learner: transformer.Decoder{Points: 20, Width: 8, Depth: 1, Heads: 1}, Tasks: synthetic.Proto{N: 20}})},
		`test tasks of proto: `:                                 {Arms: two, Test: synthetic.Proto{N: -1}},
	} {
		if _, err := Run(t.Context(), h, onGo(t)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v; want one with %q", err, want)
		}
	}
}

// made are scores of an arm and of the first, by seed and task: the arm's are higher by
// effect, seeds scatter by seed and tasks by task.
func made(rng *rand.Rand, seeds, tasks int, effect, seed, task float64) (arm, first [][]float64) {
	for range seeds {
		own := effect + seed*rng.NormFloat64()
		var a, b []float64
		for range tasks {
			hard := rng.NormFloat64() // shared, so that pairing takes it out
			a, b = append(a, hard+own+task*rng.NormFloat64()), append(b, hard)
		}
		arm, first = append(arm, a), append(first, b)
	}
	return arm, first
}

// TestEffectsOfMadeScores: over many made comparisons the interval holds the effect at its
// level, nothing is settled without one but by chance, and outcomes follow the metric's sign.
func TestEffectsOfMadeScores(t *testing.T) {
	h, rng := Hypothesis{Metric: eval.Accuracy}, rand.New(rand.NewPCG(1, 2))
	count := func(effect, margin float64, is func(Effect) bool) (share float64) {
		h.Margin = margin
		for range 1000 {
			arm, first := made(rng, 5, 30, effect, .5, 1)
			if is(h.effect("a", "b", arm, first)) {
				share += 1. / 1000
			}
		}
		return share
	}
	if got := count(.7, 0, func(e Effect) bool { return e.Difference.Lo <= .7 && .7 <= e.Difference.Hi }); got < .93 || got > .97 {
		t.Errorf("intervals hold the effect in %.3f; want .95", got)
	}
	if got := count(0, 0, func(e Effect) bool { return e.Outcome == "open" && e.More > 0 }); got < .93 || got > .97 {
		t.Errorf("open without an effect in %.3f; want .95", got)
	}
	if got := count(2, 0, func(e Effect) bool { return e.Outcome == "better" && e.Superiority.Mean > .9 }); got < .9 {
		t.Errorf("better by four deviations in %.3f; want nearly always", got)
	}
	if got := count(0, 3, func(e Effect) bool { return e.Outcome == "equal" }); got < .95 {
		t.Errorf("equal within six deviations in %.3f; want nearly always", got)
	}
	h.Metric = eval.LogLoss
	if got := count(2, 0, func(e Effect) bool { return e.Outcome == "worse" && e.Superiority.Mean < .1 }); got < .9 {
		t.Errorf("a higher loss is worse in %.3f; want nearly always", got)
	}
}

// TestTies: two arms that never differ are open, with half the tasks each.
func TestTies(t *testing.T) {
	same := [][]float64{{1, 0}, {1, 1}, {0, 0}}
	h := Hypothesis{Metric: eval.Accuracy}
	if e := h.effect("a", "b", same, same); e.Outcome != "open" || e.Superiority.Mean != .5 || e.More != eval.ManySeeds-3 {
		t.Errorf("%+v; want open, with superiority ½", e)
	}
	h.Margin = .01
	if e := h.effect("a", "b", same, same); e.Outcome != "equal" || e.More != 0 {
		t.Errorf("%+v; want equal within the margin", e)
	}
}

// TestDefaultsOfArms: what an arm leaves out it has from the first.
func TestDefaultsOfArms(t *testing.T) {
	arms, err := completeArms([]study.Arm{{Recipe: train.Fast(10)}, {Learner: metalearner.CNP{}}, {Tasks: synthetic.Pair{}}})
	if err != nil {
		t.Fatal(err)
	}
	if arms[0].Name != "ICL" || arms[0].Tasks.Name() != "mix" || arms[1].Name != "CNP" || !reflect.DeepEqual(arms[1].Recipe, train.Fast(10)) || arms[2].Learner.Name() != "ICL" {
		t.Errorf("%+v", arms)
	}
}
