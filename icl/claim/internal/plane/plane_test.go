package plane

import (
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/eval"
)

// allTested is every family that is tested on.
func allTested() []string { return slices.Concat(Families(), []string{"radius"}, WideFamilies()) }

// draw are the tasks of a condition with a seed.
func draw(t *testing.T, family string, sigma float64, seed uint64) *datasets.Batch {
	t.Helper()
	b, err := Test(family, sigma, Points, 8).Sample(seed)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestTasks: what learners are trained on has the paper's tasks, and beyond the plane five
// inputs and three classes; the shifted mixture's spread more widely.
func TestTasks(t *testing.T) {
	spread := map[string]float64{}
	for _, name := range append(everywhere(), "radius") {
		sampler, err := Tasks(name)
		if err != nil {
			t.Fatal(err)
		}
		b, err := sampler.Sample(datasets.Rand(0, "tasks"), 300)
		inputs, classes := 2, 2
		if beyond(name) {
			inputs, classes = 5, 3
		}
		if err != nil || b.N != Points || b.D != inputs || b.C != classes {
			t.Fatalf("%s: %d points, %d inputs, %d classes, error %v", name, b.N, b.D, b.C, err)
		}
		for _, x := range b.X {
			spread[name] += float64(x) * float64(x) / float64(len(b.X))
		}
		members := map[string]int{Mixture: 3, Shifted: 5, WideMixture: 2}[name]
		if _, mixed := b.Latent["family"]; mixed != (members > 0) {
			t.Errorf("%s is a mixture: %t", name, mixed)
		}
		for i := range members {
			if share := count(b.Latent["family"].Data, float32(i)); share != 300/members {
				t.Errorf("%s has %d of 300 tasks of its member %d", name, share, i)
			}
		}
	}
	if spread[Shifted] < 3*spread[Mixture] {
		t.Errorf("mean squares of inputs %v", spread)
	}
	if _, err := Tasks("foo"); err == nil || !strings.Contains(err.Error(), "foo") {
		t.Errorf("error %v of an unknown family", err)
	}
}

func count(values []float32, of float32) (n int) {
	for _, v := range values {
		if v == of {
			n++
		}
	}
	return n
}

// TestNames: arms and conditions are called as the studies' tables have them.
func TestNames(t *testing.T) {
	for want, got := range map[string]string{
		"ICL(mix)": ICL(Mixture), "CNP-64(amort)": Name("CNP-64", "amort"), "ICL(mix σ 1–5)": ICL(Shifted), "ICL(mix 5-D)": ICL(WideMixture),
		"pair": Test("pair", 1, Points, 1).Name, "pair, σ = 3": Test("pair", 3, Points, 1).Name, "radius, σ = 1.5": Test("radius", 1.5, Points, 1).Name,
		"proto 5-D, σ = 5": Test(WideProto, 5, Points, 1).Name, "ICL(pair), 3.3k steps": ICLOf("pair", 3_333), "ICL(mix), 100k steps": ICLOf(Mixture, 100_000),
		"100": Thousands(100), "999": Thousands(999), "1k": Thousands(1_000), "10k": Thousands(10_000), "33k": Thousands(33_333),
		"100k": Thousands(99_999), "333k": Thousands(333_333), "1000k": Thousands(1_000_000),
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if c := Test("pair", 3, Points, 1); c.Family != "pair" || c.First != FromExamples {
		t.Errorf("%+v; want curves of pair, averages from 2 examples on", c)
	}
	for _, f := range Families() {
		if Optimal[f] == "" {
			t.Errorf("no learner is optimal for %s", f)
		}
	}
}

// TestSameTestTasks: test tasks depend on seed, family and spread alone, so that studies
// compare on the same.
func TestSameTestTasks(t *testing.T) {
	for _, f := range allTested() {
		b, again := draw(t, f, 1, 3), draw(t, f, 1, 3)
		if b.T != 8 || b.N != Points || !slices.Equal(b.X, again.X) || !slices.Equal(b.Y, again.Y) {
			t.Errorf("%s: the same condition has other tasks the second time", f)
		}
		if slices.Equal(b.X, draw(t, f, 1, 4).X) {
			t.Errorf("%s: another seed has the same tasks", f)
		}
	}
	if slices.Equal(draw(t, "pair", 1, 3).X, draw(t, "proto", 1, 3).X) {
		t.Error("another family has the same tasks")
	}
	c := Test("foo", 1, Points, 1)
	if _, err := c.Sample(0); c.Name != "foo" || err == nil || !strings.Contains(err.Error(), "foo") {
		t.Errorf("%+v, error %v of an unknown family", c, err)
	}
}

// TestSpreadAlone: tasks of another spread are drawn with the same random numbers. Points are
// as many times as far from the centres of their tasks, which stay; where these are at 0,
// points are the scaled ones. The labels of pair and amort, which go by direction, are the
// same.
func TestSpreadAlone(t *testing.T) {
	for _, f := range allTested() {
		at1, at3, at5 := draw(t, f, 1, 3), draw(t, f, 3, 3), draw(t, f, 5, 3)
		for name := range maps.Keys(at1.Latent) {
			if !slices.Equal(at1.Latent[name].Data, at5.Latent[name].Data) {
				t.Errorf("%s: tasks of σ = 5 have another %s", f, name)
			}
		}
		centred := strings.HasPrefix(f, "pair") || f == "radius"
		moved, labels := 0., 0
		for i, x := range at1.X {
			near, far := float64(at3.X[i]-x), float64(at5.X[i]-x)
			moved += math.Abs(far)
			if math.Abs(far-2*near) > 1e-4*(1+math.Abs(far)) {
				t.Fatalf("%s: a coordinate goes from %g to %g and %g as σ goes from 1 to 3 and 5", f, x, at3.X[i], at5.X[i])
			}
			if centred && math.Abs(float64(at5.X[i])-5*float64(x)) > 1e-4*(1+math.Abs(far)) {
				t.Fatalf("%s: a coordinate goes from %g to %g as σ goes from 1 to 5", f, x, at5.X[i])
			}
		}
		for i, y := range at1.Y {
			if y != at5.Y[i] {
				labels++
			}
		}
		if byDirection := strings.HasPrefix(f, "pair") || f == "amort"; moved == 0 || byDirection != (labels == 0) {
			t.Errorf("%s: of %d points %d have another label at σ = 5", f, len(at1.Y), labels)
		}
	}
}

// logLoss is that of a predictor on few tasks of a family, after 5 and 19 examples.
func logLoss(t *testing.T, p eval.Predictor, b *datasets.Batch) (mean float64) {
	t.Helper()
	s, err := eval.Evaluate(t.Context(), p, "", b, []int{5, 19})
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range s.Values(eval.LogLoss) {
		mean += v / float64(2*b.T)
	}
	return mean
}

// TestBayes: on each family its own Bayes predictor has a lower log-loss than that of the
// mixture, and both than chance; it knows the spread.
func TestBayes(t *testing.T) {
	const tasks = 40
	for _, f := range Families() {
		best, err := Bayes(f, 1)
		if err != nil || best.Name() != BayesOptimal {
			t.Fatalf("%v, error %v", best, err)
		}
		b, err := Test(f, 1, 20, tasks).Sample(0)
		if err != nil {
			t.Fatal(err)
		}
		if own, mixed := logLoss(t, best, b), logLoss(t, BayesOfMixture(), b); own > mixed+.01 || mixed > math.Ln2 {
			t.Errorf("%s: log-losses %g and, of the mixture, %g", f, own, mixed)
		}
	}
	for _, f := range []string{"amort", "radius"} {
		wide, err := Bayes(f, 4)
		if err != nil {
			t.Fatal(err)
		}
		narrow, err := Bayes(f, 1)
		if err != nil {
			t.Fatal(err)
		}
		b, err := Test(f, 4, 20, tasks).Sample(0)
		if err != nil {
			t.Fatal(err)
		}
		if known, other := logLoss(t, wide, b), logLoss(t, narrow, b); known >= other {
			t.Errorf("%s at σ = 4: a log-loss of %g with the spread known, %g with that of training", f, known, other)
		}
	}
	for _, f := range []string{"foo", WideProto} {
		if _, err := Bayes(f, 1); err == nil {
			t.Errorf("%s has a Bayes predictor", f)
		}
	}
}
