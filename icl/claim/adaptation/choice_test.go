package adaptation

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/engine"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/optim"
	"github.com/goicl/goicl/icl/study"
	"github.com/goicl/goicl/icl/train"
)

// constant is an engine whose learners predict their first weight for every point. The
// gradient of the loss is 1e10 in every weight. The loss is NaN where that weight is not finite,
// and for batches of which fails says so.
type constant struct{ fails func(b *datasets.Batch) bool }

func (constant) Name() string { return "constant" }

func (c constant) LossGrad(params []float32, b *datasets.Batch, at []int32, grad []float32) (float64, error) {
	for i := range grad {
		grad[i] = 1e10
	}
	return c.Loss(params, b, at)
}

func (c constant) Loss(params []float32, b *datasets.Batch, _ []int32) (float64, error) {
	if c.fails != nil && c.fails(b) || params[0]-params[0] != 0 {
		return math.NaN(), nil
	}
	return 1, nil
}

func (constant) Logits(params []float32, _ *datasets.Batch, at []int32) ([]float32, error) {
	return slices.Repeat(params[:1], len(at)), nil
}

func with(c constant) train.Option {
	return train.WithCustomEngine(func(learner.Learner, int, int) (engine.Engine, error) { return c, nil })
}

// fitted is a base that was never trained, whose first weight is v.
func fitted(t *testing.T, x size, v float32, c constant) *train.Fitted {
	t.Helper()
	run, err := train.Open(train.Config{Learner: x.Model, Tasks: x.ordinary(), Recipe: x.recipe(10, 1e-3)}, train.WithDir(t.TempDir()), with(c))
	if err != nil {
		t.Fatal(err)
	}
	f := run.Fitted(true)
	f.Params[0] = v
	return f
}

func newExperiment(s size) *experiment {
	return &experiment{size: s, choices: map[string][]way{}, ways: map[string]way{}}
}

// TestFewest: the fewest steps that are good enough, of these the least error.
func TestFewest(t *testing.T) {
	after := func(steps int, v float64) way { return way{steps: steps, validation: v} }
	for name, test := range map[string]struct {
		all  []way
		want way
	}{
		"good enough":       {[]way{after(50, .1025), after(100, .1009), after(100, .1008), after(200, .1), after(20, .2)}, after(100, .1008)},
		"the best is first": {[]way{after(5, .1), after(10, .1), after(20, .11)}, after(5, .1)},
		"nothing else":      {[]way{after(1600, .3)}, after(1600, .3)},
	} {
		if got := fewest(test.all); got != test.want {
			t.Errorf("%s: %+v, want %+v", name, got, test.want)
		}
	}
	if got := fewest(nil); !math.IsInf(got.validation, 1) || got.steps != 0 {
		t.Errorf("of nothing chose %+v", got)
	}
}

// TestOnEdge: the least and greatest rate of an optimizer and the fewest and most steps are
// on the edge of the grid, all else is not.
func TestOnEdge(t *testing.T) {
	x := newExperiment(tinySize())
	for _, test := range []struct {
		a     train.Adaptation
		steps int
		want  bool
	}{
		{train.Adaptation{Rate: .03}, 2, false},
		{train.Adaptation{Rate: .03}, 1, true},
		{train.Adaptation{Rate: .03}, 3, true},
		{train.Adaptation{Rate: .01}, 2, true},
		{train.Adaptation{Rate: .1}, 2, true},
		{train.Adaptation{Optimizer: optim.Adam, Rate: 1e-3}, 2, true},
	} {
		if got := x.onEdge(test.a, test.steps, 16); got != test.want {
			t.Errorf("%+v with %d steps on the edge: %t", test.a, test.steps, got)
		}
	}
}

func TestNearest(t *testing.T) {
	for _, test := range []struct {
		numbers []int
		v, want int
	}{{[]int{16, 64, 256}, 64, 1}, {[]int{4, 16}, 64, 1}, {[]int{128, 1024}, 64, 0}, {[]int{60, 68}, 64, 0}, {[]int{7}, 64, 0}} {
		if got := nearest(test.numbers, test.v); got != test.want {
			t.Errorf("nearest to %d of %v is number %d, want %d", test.v, test.numbers, got, test.want)
		}
	}
}

// TestWayString: a star says that the best may lie beyond what was tried.
func TestWayString(t *testing.T) {
	for want, w := range map[string]way{
		"adam 0.003, 50 steps":  {Adaptation: train.Adaptation{Optimizer: optim.Adam, Rate: .003}, steps: 50},
		"SGD 0.003, 20 steps *": {Adaptation: train.Adaptation{Rate: .003}, steps: 20, edge: true},
	} {
		if got := w.String(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// TestGrid: both optimizers at each of their rates, which fall over the steps.
func TestGrid(t *testing.T) {
	all := grid([]float64{.1, .2}, []float64{.3})
	if len(all) != 3 || all[1] != (train.Adaptation{Rate: .2, Cosine: true}) || all[2] != (train.Adaptation{Optimizer: optim.Adam, Rate: .3, Cosine: true}) {
		t.Errorf("%+v", all)
	}
}

// TestOwnWay: M²'s own protocol is its inner loop: plain gradient descent at its rate, on
// as many tasks as its support.
func TestOwnWay(t *testing.T) {
	s := tinySize()
	if own := s.ownWay(); own.Rate != .01 || own.Optimizer != (optim.Optimizer{}) || own.Batch != 4 || own.Cosine || s.ownSteps() != 2 {
		t.Errorf("%+v for %d steps", own, s.ownSteps())
	}
}

// TestOrPlain: where a prediction is not finite, all are those of the learner before
// adaptation.
func TestOrPlain(t *testing.T) {
	x := tinySize()
	b, err := x.ordinary().Sample(datasets.Rand(0, "or plain"), 3)
	if err != nil {
		t.Fatal(err)
	}
	plain := fitted(t, x, .5, constant{})
	inf := float32(math.Inf(1))
	for after, want := range map[float32]float32{.75: .75, inf: .5, -inf: .5, float32(math.NaN()): .5} {
		adapted := *plain
		adapted.Params = slices.Clone(plain.Params)
		adapted.Params[0] = after
		got, _, err := orPlain{&adapted, plain}.Regress(t.Context(), b, []int{0, 2})
		if err != nil || len(got) != 6 || slices.Min(got) != want || slices.Max(got) != want {
			t.Errorf("a learner that predicts %g after adaptation counts as %v (%v), want %g", after, got, err, want)
		}
	}
}

// TestAdapted: steps that leave nothing finite, or a loss that is none, count as divergence.
func TestAdapted(t *testing.T) {
	x := newExperiment(tinySize())
	p, err := x.at("test", 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		constant
		rate    float64
		nothing bool
	}{
		"small steps":    {constant{}, 1e-12, false},
		"infinite steps": {constant{}, 1e30, true},
		"no loss":        {constant{func(*datasets.Batch) bool { return true }}, 1e-12, true},
	} {
		f, err := x.adapted(t.Context(), fitted(t, x.size, 0, test.constant), p, train.Adaptation{Rate: test.rate}, 4, 2)
		if err != nil || (f == nil) != test.nothing {
			t.Errorf("%s: %v, error %v", name, f, err)
		}
	}
	// Two steps at 1e-12 take .02 of a gradient of 1e10.
	f, err := x.adapted(t.Context(), fitted(t, x.size, 0, constant{}), p, train.Adaptation{Rate: 1e-12}, 4, 2)
	if err != nil || math.Abs(float64(f.Params[0])+.02) > 1e-4 {
		t.Errorf("%v, error %v; want a first weight of −.02", f.Params[:1], err)
	}
	if _, err := x.adapted(t.Context(), f, p, train.Adaptation{Rate: -1}, 4, 2); err == nil {
		t.Error("a negative rate is no error")
	}
}

// TestBestWay: ways that diverge are out, and what is found is kept.
func TestBestWay(t *testing.T) {
	x := newExperiment(tinySize())
	x.Grid = []train.Adaptation{{Rate: 1e30}, {Rate: 1e-14}, {Rate: 1e-12}}
	calls := 0
	f := fitted(t, x.size, .2, constant{func(*datasets.Batch) bool { calls++; return false }})
	w, err := x.bestWay(t.Context(), f, 4)
	if err != nil || w.Rate == 1e30 || w.steps == 0 || math.IsInf(w.validation, 0) || len(x.places) != 2 {
		t.Errorf("%+v, error %v", w, err)
	}
	before := calls
	if again, err := x.bestWay(t.Context(), f, 4); err != nil || again != w || calls != before {
		t.Errorf("%+v after %d more steps, error %v", again, calls-before, err)
	}
	if _, err := x.bestWay(t.Context(), f, 16); err != nil || calls == before {
		t.Errorf("other numbers of tasks are tried anew; error %v", err)
	}
	x.Grid = x.Grid[:1]
	if w, err := x.tryAll(t.Context(), f, 4); err != nil || w.steps != 0 || !math.IsInf(w.validation, 1) {
		t.Errorf("where all diverge: %+v, error %v", w, err)
	}
}

// TestAllDiverge: an arm that cannot be adapted at all fails the study, and the error says
// what to lower.
func TestAllDiverge(t *testing.T) {
	s := tiny()
	// Only adaptation to 4 tasks has batches of 4.
	o := study.Options{Dir: t.TempDir(), Train: []train.Option{with(constant{func(b *datasets.Batch) bool { return b.T == 4 }})}}
	if _, err := study.Run(t.Context(), s, o); err == nil || !strings.Contains(err.Error(), "to 4 tasks, diverged; lower the rates [0.001 0.01] or those of the grid") {
		t.Errorf("error %v", err)
	}
}

// TestAdaptedTo: where an adaptation diverges, what counts is the learner before it.
func TestAdaptedTo(t *testing.T) {
	x := newExperiment(tinySize())
	p, err := x.at("test", 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	x.choices[armData] = []way{{Adaptation: train.Adaptation{Rate: 1e-12}, steps: 1}, {Adaptation: train.Adaptation{Rate: 1e-12}, steps: 2}}
	f := fitted(t, x.size, .5, constant{func(b *datasets.Batch) bool { return b.T == 4 }})
	all, err := x.adaptedTo(t.Context(), f, armData, p)
	if err != nil {
		t.Fatal(err)
	}
	first := map[string]float32{}
	for _, l := range all {
		mean, _, err := l.(eval.Regressor).Regress(t.Context(), p.test, []int{1})
		if err != nil {
			t.Fatal(err)
		}
		first[l.Name()] = mean[0]
	}
	if len(first) != 5 || first[plainName(armData)] != .5 || first[tunedName(armData, 4)] != .5 || math.Abs(float64(first[tunedName(armData, 16)])-.48) > 1e-4 {
		t.Errorf("predictions %v; want the adaptation to 4 tasks to change nothing", first)
	}
}

// TestTold: who is told more errs less, and with more tasks empirical Bayes comes closer to
// Bayes.
func TestTold(t *testing.T) {
	x := newExperiment(tinySize())
	x.Support, x.Tasks = []int{2, 64}, 32
	sums := map[string]float64{}
	for i := range 40 {
		p, err := x.at("test", 0, i)
		if err != nil {
			t.Fatal(err)
		}
		all, err := x.told(t.Context(), p)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range all {
			s, err := eval.Evaluate(context.Background(), l, "", p.test, eval.AllLengths(p.test.N), eval.WithUnit(p.Square()))
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range byExamples(s) {
				sums[l.Name()] += v
			}
		}
	}
	few, many := sums[toldName(toldTasks, 2)], sums[toldName(toldTasks, 64)]
	if len(sums) != 5 || !(sums[toldDomain] <= many && many < few && sums[toldDomain] < sums[toldMean] && sums[toldMean] < sums[toldPool]) {
		t.Errorf("errors %v; want Bayes before empirical Bayes, less so with more tasks, and both before the known mean and pooled", sums)
	}
}
