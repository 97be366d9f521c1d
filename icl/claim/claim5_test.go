package claim

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/metalearner"
	"github.com/goicl/goicl/icl/optim"
	"github.com/goicl/goicl/icl/train"
	"github.com/goicl/goicl/icl/transformer"
)

// tinyTransfer is the smallest that goes the whole way.
func tinyTransfer() *transfer {
	model := transformer.Decoder{Points: 5, Width: 4, Depth: 1, Heads: 1, Spread: .5}
	size := transferSize{
		Model: model, Base: 20, BaseRate: 1e-3, Meta: 6, Ratio: 2, Rates: []float64{1e-3, 1e-2}, MetaRates: []float64{1e-3, 1e-2},
		M2:      metalearner.M2{Model: model, Tasks: 8, Inner: metalearner.Inner{Steps: 2}},
		Support: []int{4, 16}, Grid: grid([]float64{.01, .03, .1}, []float64{1e-3, 1e-2}), Reads: [][]int{{1, 2, 3}, {1, 2, 3}},
		Validation: 2, Test: 3, Tasks: 8,
	}
	size.Domains.N, size.Domains.D = 5, 2
	return &transfer{preset: Preset{Name: "tiny", Seeds: 2}, size: size}
}

func transferTiny(t *testing.T, dir string, progress func(Progress)) *Result {
	t.Helper()
	c := tinyTransfer()
	o := Options{Dir: dir, Progress: progress, Train: []train.Option{train.WithDir(dir), train.WithBackend("go")}}
	if err := c.prepare(o); err != nil {
		t.Fatal(err)
	}
	r, err := c.conclude(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	r.Claim, r.Preset, r.Checks = "claim5", "tiny", judge(r.Checks)
	r.Verdict = verdict(r.Checks)
	return r
}

// TestTransfer runs claim 5 end to end; again, it trains nothing and finds the same.
func TestTransfer(t *testing.T) {
	dir := t.TempDir()
	r := transferTiny(t, dir, func(Progress) {})
	tr := r.Transfer
	if len(r.Checks) != 4 || len(r.Runs) != 6 || len(tr.Arms) != 3 || tr.Domains != 6 || tr.D != 2 {
		t.Fatalf("%d checks, %d runs, %d arms, %d domains in %d dimensions; want 4, 6, 3, 6, 2", len(r.Checks), len(r.Runs), len(tr.Arms), tr.Domains, tr.D)
	}
	again := transferTiny(t, dir, func(p Progress) {
		if p.Step.Loss != 0 {
			t.Errorf("%s was trained again", p.Label)
		}
	})
	again.CoreMinutes = r.CoreMinutes
	a, errA := json.Marshal(r)
	b, errB := json.Marshal(again)
	if errA != nil || errB != nil || string(a) != string(b) {
		t.Errorf("the same runs give another result (%v, %v)", errA, errB)
	}
	for _, arm := range tr.Arms {
		if len(arm.Tried) != 2 || len(arm.Tuned) != 2 || len(arm.Own) != 2 {
			t.Errorf("%s: %d rates tried, adapted in %d and %d ways; want 2", arm.Name, len(arm.Tried), len(arm.Tuned), len(arm.Own))
		}
		least := slices.MinFunc(arm.Tried, func(a, b RateScore) int { return int(math.Copysign(1, a.Loss-b.Loss)) })
		if arm.Rate != least.Rate {
			t.Errorf("%s chose the rate %g among %v", arm.Name, arm.Rate, arm.Tried)
		}
		if own := arm.Own[0].Way; own.Rate != .01 || own.Steps != 2 || own.Optimizer != optim.SGD {
			t.Errorf("%s: M²'s own way is %+v", arm.Name, own)
		}
	}
	if lead := tr.Arms[0].Tuned[0].Lead; lead.Mean != 0 {
		t.Errorf("M² leads before itself by %g", lead.Mean)
	}
	if header, rows := tr.Trials(); len(header) != 3 || len(rows) != 3 || rows[2][0] != ArmData || rows[0][2] != fmt.Sprintf("%.3f", tr.Arms[0].Tried[1].Loss) {
		t.Errorf("trials %v, %v", header, rows)
	}
	if row := r.MarkdownRow(); !strings.Contains(row, "| claim5: ") || !strings.Contains(row, "error of ICL, equal compute − M²") {
		t.Errorf("the README's row is %q", row)
	}
}

// TestTransferOracles: who is told more does better, and with more tasks empirical Bayes
// comes closer to Bayes.
func TestTransferOracles(t *testing.T) {
	c := tinyTransfer()
	c.size.Support, c.size.Test, c.size.Tasks = []int{2, 64}, 30, 32
	c.ledger = newLedger(Options{Progress: func(Progress) {}}, 0)
	tr := &Transfer{Support: c.size.Support}
	if err := c.oracles(t.Context(), tr, []uint64{0, 1}); err != nil {
		t.Fatal(err)
	}
	errs := map[string][]float64{}
	for _, o := range tr.Oracles {
		for _, e := range o.BySupport {
			errs[o.Name] = append(errs[o.Name], e.Error.Mean)
		}
	}
	bayes, empirical := errs["Bayes"], errs["empirical Bayes"]
	if !(bayes[1] <= empirical[1] && empirical[1] < empirical[0] && bayes[1] < errs["known mean"][1] && errs["known mean"][1] < errs["pooled"][1]) {
		t.Errorf("errors %v; want Bayes before empirical Bayes, less so with more tasks, and both before the known mean and pooled", errs)
	}
	if bayes[0] != bayes[1] {
		t.Errorf("Bayes, who needs no tasks, has errors %v", bayes)
	}
}

// TestChoose: the fewest steps that are good enough, of these the least error.
func TestChoose(t *testing.T) {
	way := func(steps int, v float64) Way { return Way{Tasks: 9, Steps: steps, Validation: v} }
	if got, want := choose([]Way{way(50, .1025), way(100, .1009), way(100, .1008), way(200, .1), way(20, .2)}, 9), way(100, .1008); got != want {
		t.Errorf("chose %+v, want %+v", got, want)
	}
	if got := choose(nil, 9); !math.IsInf(got.Validation, 1) || got.Tasks != 9 {
		t.Errorf("of nothing chose %+v", got)
	}
}

// TestEdge: the least and greatest rate of an optimizer and the fewest and most steps are
// on the edge of the grid, all else is not.
func TestEdge(t *testing.T) {
	c := tinyTransfer()
	for _, test := range []struct {
		way   train.Adaptation
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
		if got := c.onEdge(test.way, test.steps, 16); got != test.want {
			t.Errorf("%+v with %d steps on the edge: %t", test.way, test.steps, got)
		}
	}
}

// TestTransferChecks: known leads give the verdict.
func TestTransferChecks(t *testing.T) {
	sure := func(v float64) eval.Estimate { return eval.Estimate{Mean: v, SE: .001, Lo: v - .002, Hi: v + .002} }
	arm := func(name string, leads ...float64) TransferArm {
		a := TransferArm{Name: name, PlainLead: sure(.2), Shrinks: sure(leads[0] - leads[1])}
		for _, v := range leads {
			a.Tuned = append(a.Tuned, Adapted{Lead: sure(v)})
			a.Own = append(a.Own, Adapted{Lead: sure(v)})
		}
		return a
	}
	for want, leads := range map[Verdict][]float64{Reproduced: {.05, .01}, Mixed: {.01, .05}} {
		tr := &Transfer{Support: []int{64, 1024}, Arms: []TransferArm{arm(ArmM2, 0, 0), arm(ArmCompute, leads...), arm(ArmData, leads...)}}
		if got := verdict(judge(tr.checks())); got != want {
			t.Errorf("leads %v: %s, want %s", leads, got, want)
		}
	}
}

// TestAdaptedNotFinite: a step that leaves nothing finite counts as one that diverged.
func TestAdaptedNotFinite(t *testing.T) {
	c := tinyTransfer()
	dir := t.TempDir()
	if err := c.prepare(Options{Progress: func(Progress) {}, Train: []train.Option{train.WithDir(dir), train.WithBackend("go")}}); err != nil {
		t.Fatal(err)
	}
	f, err := c.base(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	p, err := c.size.at("test", 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	errs, err := c.adapted(t.Context(), f, p, train.Adaptation{Rate: 1e30}, 4, 2)
	if err != nil || errs != nil {
		t.Errorf("errors %v (%v) after steps of 1e30; want none", errs, err)
	}
}
