package plane

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/metalearner"
	"github.com/goicl/goicl/icl/study"
	"github.com/goicl/goicl/icl/train"
	"github.com/goicl/goicl/icl/transformer"
)

// everything is a learner of each kind that the claims 2 and 3 train.
func everything() []learner.Learner {
	return []learner.Learner{
		transformer.Paper{}, transformer.PreNorm{}, metalearner.ProtoNet{}, metalearner.ProtoNet{Width: 64}, metalearner.ProtoNet{Parity: true},
		metalearner.MatchNet{}, metalearner.MatchNet{Sum: true}, metalearner.MatchNet{Width: 64}, metalearner.MatchNet{Sum: true, Parity: true},
		metalearner.CNP{}, metalearner.CNP{Width: 64}, metalearner.ANIL{}, metalearner.ANIL{Width: 64}, metalearner.MAML{},
	}
}

// TestRecipes: steps, tasks a step and rate of each learner, on one family and on mixtures. A
// conventional learner has the tasks and the batch of the transformer, and rates to choose from.
func TestRecipes(t *testing.T) {
	size, err := SizeOf("quick")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]struct {
		l         learner.Learner
		trainedOn string
		steps     int
		batch     int
		rate      float64
		one       bool
	}{
		"ICL on a family":         {transformer.Paper{}, "pair", 9_000, 0, 0, true},
		"ICL on the mixture":      {transformer.Paper{}, Mixture, 30_000, 0, 0, true},
		"ICL on spreads":          {transformer.Paper{}, Shifted, 30_000, 0, 0, true},
		"softmax transformer":     {transformer.PreNorm{}, Mixture, 4_000, 16, 8e-3, false},
		"ProtoNet":                {metalearner.ProtoNet{}, "proto", size.Rivals, 0, 0, true},
		"ProtoNet, mixture":       {metalearner.ProtoNet{Width: 64}, Mixture, size.Rivals, 0, 0, true},
		"MatchNet as the authors": {metalearner.MatchNet{Sum: true, Parity: true}, "pair", size.Rivals, 0, 0, true},
		"CNP":                     {metalearner.CNP{}, "amort", size.CNP, 0, 0, true},
		"ANIL":                    {metalearner.ANIL{}, "amort", size.Rivals, 0, 0, true},
		"MAML":                    {metalearner.MAML{}, Mixture, size.Rivals, 0, 0, true},
	} {
		arm, err := size.Arm(want.l, want.trainedOn)
		if err != nil {
			t.Fatal(err)
		}
		fast := train.Fast(want.steps)
		if want.batch == 0 {
			want.batch, want.rate = fast.Batch, fast.Rate
		}
		if r := arm.Recipe; r.Steps != want.steps || r.Batch != want.batch || r.Rate != want.rate || r.OnePrefix != want.one || r.Cosine != fast.Cosine {
			t.Errorf("%s: %+v, want %+v", name, r, want)
		}
		if isTransformer(want.l) == (len(arm.Rates) > 1) {
			t.Errorf("%s has the rates %v to choose from", name, arm.Rates)
		} else if len(arm.Rates) > 1 && arm.RateSeeds < 2 {
			t.Errorf("%s tries rates with %d seeds", name, arm.RateSeeds)
		}
	}
}

// TestAuthorsRecipes: the paper's preset trains all but the softmax transformer as the
// authors do: at a constant rate, on all lengths of contexts, where the learner can.
func TestAuthorsRecipes(t *testing.T) {
	size, err := SizeOf("paper")
	if err != nil || !size.Authors {
		t.Fatalf("%+v, error %v", size, err)
	}
	for trainedOn, want := range map[string]train.Recipe{
		"proto": {Steps: 1_000_000, Batch: 128, Rate: 3e-3}, "pair": {Steps: 500_000, Batch: 512, Rate: 3e-3},
		"amort": {Steps: 100_000, Batch: 128, Rate: 1e-3}, Mixture: {Steps: 1_000_000, Batch: 126, Rate: 3e-3}, Shifted: {Steps: 1_000_000, Batch: 126, Rate: 3e-3},
	} {
		for _, l := range everything() {
			if _, softmax := l.(transformer.PreNorm); softmax {
				continue
			}
			want.OnePrefix = gradientBased(l)
			if arm, err := size.Arm(l, trainedOn); err != nil || arm.Recipe != want || len(arm.Rates) > 0 {
				t.Errorf("%s on %s: %+v, want %+v without a choice (error %v)", l.Name(), trainedOn, arm, want, err)
			}
		}
	}
	if got := size.recipe(transformer.PreNorm{}, Mixture); got != AllPrefixes(100_000, 16, softmaxRate) {
		t.Errorf("the softmax transformer is trained by %+v", got)
	}
}

// TestStarts: embeddings of two units get several random starts, others and the authors'
// variants one.
func TestStarts(t *testing.T) {
	size, err := SizeOf("quick")
	if err != nil {
		t.Fatal(err)
	}
	small := []learner.Learner{metalearner.ProtoNet{}, metalearner.MatchNet{}, metalearner.MatchNet{Sum: true}}
	for _, l := range everything() {
		if want := map[bool]int{true: 4, false: 1}[slices.Contains(small, l)]; size.starts(l) != want {
			t.Errorf("%s gets %d starts, want %d", l.Name(), size.starts(l), want)
		}
	}
}

// TestSizes: presets grow, and an unknown one is an error that names the known.
func TestSizes(t *testing.T) {
	var last Size
	for _, preset := range study.Presets() {
		s, err := SizeOf(preset)
		if err != nil || s.Seeds < max(2, last.Seeds) || s.Tasks <= last.Tasks || s.Shift <= last.Shift || s.Single <= last.Single || s.Mixture < s.Single || s.Starts < 2 {
			t.Errorf("%s: %+v after %+v, error %v", preset, s, last, err)
		}
		last = s
	}
	if _, err := SizeOf("huge"); err == nil || err.Error() != `plane: unknown preset "huge"; known: smoke, quick, paper` {
		t.Errorf("error %v", err)
	}
}

// TestRates: the table has a row for each learner that chose, and marks the edge.
func TestRates(t *testing.T) {
	got := Rates([]study.RunInfo{
		{Arm: "ICL(pair)", Learner: "ICL"}, {Arm: "CNP(pair)", Learner: "CNP", Rate: .003}, {Arm: "CNP(mix)", Learner: "CNP", Rate: .01, Edge: true},
		{Arm: "CNP(pair)", Learner: "CNP", Rate: .003, Seed: 1}, {Arm: "ANIL(amort)", Learner: "ANIL", Rate: .01, Edge: true},
	})
	want := [][]string{{"CNP", "", "0.003", "", "0.01 *"}, {"ANIL", "", "", "0.01 *", ""}}
	if !slices.Equal(got.Header, []string{"learner", "proto", "pair", "amort", "mix"}) || !slices.EqualFunc(got.Rows, want, slices.Equal) {
		t.Errorf("%+v, want the rows %q", got, want)
	}
}

// TestTasks: what learners are trained on has the paper's tasks; the shifted mixture's
// spread more widely.
func TestTasks(t *testing.T) {
	spread := map[string]float64{}
	for _, name := range append(Families(), Mixture, Shifted, "radius") {
		sampler, err := Tasks(name)
		if err != nil {
			t.Fatal(err)
		}
		b, err := sampler.Sample(datasets.Rand(0, "tasks"), 300)
		if err != nil || b.N != Points || b.D != 2 || b.C != 2 {
			t.Fatalf("%s: %d points, %d inputs, %d classes, error %v", name, b.N, b.D, b.C, err)
		}
		for _, x := range b.X {
			spread[name] += float64(x) * float64(x) / float64(len(b.X))
		}
	}
	if spread[Shifted] < 3*spread[Mixture] {
		t.Errorf("mean squares of inputs %v", spread)
	}
	if _, err := Tasks("foo"); err == nil || !strings.Contains(err.Error(), "foo") {
		t.Errorf("error %v of an unknown family", err)
	}
	if arm, err := (Size{}).Arm(metalearner.CNP{}, "foo"); err == nil {
		t.Errorf("an arm on an unknown family: %+v", arm)
	}
}

// TestNames: arms and conditions are called as the studies' tables have them.
func TestNames(t *testing.T) {
	for want, got := range map[string]string{
		"ICL(mix)": ICL(Mixture), "CNP-64(amort)": Name("CNP-64", "amort"), "ICL(mix σ 1–5)": ICL(Shifted),
		"pair": Test("pair", 1, Points, 1).Name, "pair, σ = 3": Test("pair", 3, Points, 1).Name, "radius, σ = 1.5": Test("radius", 1.5, Points, 1).Name,
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
// compare on the same; more of them begin with the same.
func TestSameTestTasks(t *testing.T) {
	draw := func(family string, sigma float64, tasks int, seed uint64) *datasets.Batch {
		b, err := Test(family, sigma, Points, tasks).Sample(seed)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	b := draw("pair", 1, 8, 3)
	if b.T != 8 || b.N != Points || !slices.Equal(b.X, draw("pair", 1, 8, 3).X) {
		t.Error("the same condition has other tasks the second time")
	}
	for name, other := range map[string]*datasets.Batch{"seed": draw("pair", 1, 8, 4), "spread": draw("pair", 2, 8, 3), "family": draw("proto", 1, 8, 3)} {
		if slices.Equal(b.X, other.X) {
			t.Errorf("another %s has the same tasks", name)
		}
	}
	if c := Test("foo", 1, Points, 1); c.Name != "foo" {
		t.Errorf("a condition %+v", c)
	} else if _, err := c.Sample(0); err == nil || !strings.Contains(err.Error(), "foo") {
		t.Errorf("error %v of an unknown family", err)
	}
}

// TestBayes: on each family its own Bayes predictor has a lower log-loss than that of the
// mixture, and both than chance.
func TestBayes(t *testing.T) {
	for _, f := range Families() {
		best, err := Bayes(f, 1)
		if err != nil || best.Name() != BayesOptimal {
			t.Fatalf("%v, error %v", best, err)
		}
		b, err := Test(f, 1, 20, 150).Sample(0)
		if err != nil {
			t.Fatal(err)
		}
		loss := map[string]float64{}
		for name, p := range map[string]eval.Predictor{"own": best, "mixture": BayesOfMixture()} {
			s, err := eval.Evaluate(t.Context(), p, f, b, []int{5, 19})
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range s.Values(eval.LogLoss) {
				loss[name] += v / float64(2*b.T)
			}
		}
		if loss["own"] > loss["mixture"]+.01 || loss["mixture"] > math.Ln2 {
			t.Errorf("%s: log-losses %v", f, loss)
		}
	}
	if _, err := Bayes("foo", 1); err == nil {
		t.Error("an unknown family has a Bayes predictor")
	}
}
