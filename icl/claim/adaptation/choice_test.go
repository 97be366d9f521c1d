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

// TestEdge: the least and greatest rate of an optimizer and the fewest and most steps are
// on the edge of the grid, all else is not.
func TestEdge(t *testing.T) {
	g := tinySize().Grids[0]
	for _, test := range []struct {
		w    way
		want bool
	}{
		{way{train.Adaptation{Rate: .03}, 2}, false},
		{way{train.Adaptation{Rate: .03}, 1}, true},
		{way{train.Adaptation{Rate: .03}, 3}, true},
		{way{train.Adaptation{Rate: .01}, 2}, true},
		{way{train.Adaptation{Rate: .1}, 2}, true},
		{way{train.Adaptation{Optimizer: optim.Adam, Rate: 1e-3}, 2}, true},
	} {
		if got := g.edge(test.w); got != test.want {
			t.Errorf("%s on the edge: %t", test.w, got)
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

func TestWayString(t *testing.T) {
	for want, w := range map[string]way{
		"adam 0.003, 50 steps": {train.Adaptation{Optimizer: optim.Adam, Rate: .003}, 50},
		"SGD 0.003, 20 steps":  {train.Adaptation{Rate: .003}, 20},
	} {
		if got := w.String(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// TestWays: both optimizers at each of their rates, which fall over the steps.
func TestWays(t *testing.T) {
	all := grid{SGD: []float64{.1, .2}, Adam: []float64{.3}, Steps: []int{5, 7}}.ways()
	if len(all) != 6 || all[1] != (way{train.Adaptation{Rate: .2, Cosine: true}, 5}) || all[5] != (way{train.Adaptation{Optimizer: optim.Adam, Rate: .3, Cosine: true}, 7}) {
		t.Errorf("%+v", all)
	}
}

// TestOwnWay: M²'s own protocol is its inner loop: plain gradient descent at its rate, on
// as many tasks as its support.
func TestOwnWay(t *testing.T) {
	s := tinySize()
	if own := s.ownWay(); own.Rate != .01 || own.Optimizer != (optim.Optimizer{}) || own.Batch != 4 || own.Cosine || own.Steps != 2 {
		t.Errorf("%+v", own)
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

// TestBestWay: ways that diverge are out, and no attempt is made twice.
func TestBestWay(t *testing.T) {
	x := newExperiment(tinySize())
	x.Grids = slices.Repeat([]grid{{SGD: []float64{1e30, 1e-14, 1e-12}, Steps: []int{1, 2}}}, 2)
	calls := 0
	f := fitted(t, x.size, .2, constant{func(*datasets.Batch) bool { calls++; return false }})
	both := []*train.Fitted{f, f}
	c, err := x.bestWay(t.Context(), both, 4)
	if err != nil || c.Rate == 1e30 || c.Steps == 0 || math.IsInf(c.loss, 0) || len(x.places) != x.Validation || c.seeds != 2 || len(c.finalists) != x.Finalists {
		t.Errorf("%+v, error %v", c, err)
	}
	before := calls
	if again, err := x.bestWay(t.Context(), both[:1], 4); err != nil || again.way != c.way || calls != before {
		t.Errorf("%+v after %d more steps, error %v", again, calls-before, err)
	}
	if _, err := x.bestWay(t.Context(), both, 16); err != nil || calls == before {
		t.Errorf("other numbers of tasks are tried anew; error %v", err)
	}
	x.Grids[0].SGD = x.Grids[0].SGD[:1]
	if c, err := x.bestWay(t.Context(), both, 4); err != nil || !math.IsInf(c.loss, 1) {
		t.Errorf("where all diverge: %+v, error %v", c, err)
	}
}

// TestFinalists: all ways are tried on the first domains, and the best of these on all, where
// the least mean over domains and runs is chosen.
func TestFinalists(t *testing.T) {
	x := newExperiment(tinySize())
	x.Grids[0] = grid{SGD: []float64{1, 2, 3}, Steps: []int{1}}
	f := []*train.Fitted{fitted(t, x.size, 0, constant{}), fitted(t, x.size, 0, constant{})}
	f[1].Config.Seed++
	ways := x.Grids[0].ways()
	for i, errs := range [][]float64{{.1, .9, .9}, {.2, .5, .2}, {.3, .1, .1}} {
		x.tried[attempt{f[0].Key(), ways[i], 4}] = errs
	}
	c, err := x.bestWay(t.Context(), f[:1], 4)
	want := []study.Try{study.NewTry(ways[1].String(), .3), study.NewTry(ways[0].String(), 1.9/3)}
	if err != nil || c.way != ways[1] || len(c.finalists) != 2 || c.finalists[0].Value != want[0].Value || c.finalists[1].Value != want[1].Value || math.Abs(c.loss-.3) > 1e-12 {
		t.Errorf("%+v, error %v; want the second way, for the third is behind on the first domain", c, err)
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
	x.choices[armICL] = []choice{{way: way{train.Adaptation{Rate: 1e-12}, 1}}, {way: way{train.Adaptation{Rate: 1e-12}, 2}}}
	f := fitted(t, x.size, .5, constant{func(b *datasets.Batch) bool { return b.T == 4 }})
	all, err := x.adaptedTo(t.Context(), f, armICL, p)
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
	if len(first) != 5 || first[plainName(armICL)] != .5 || first[tunedName(armICL, 4)] != .5 || math.Abs(float64(first[tunedName(armICL, 16)])-.48) > 1e-4 {
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
