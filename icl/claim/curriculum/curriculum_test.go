package curriculum

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/regression"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/study"
)

// tiny is the smallest that goes the whole way, of the presets' two families.
func tiny() *study.Study {
	var settings []setting
	for _, family := range []regression.Family{linear(2), classification(2)} {
		e := newSetting(family, 8, 40, 4, []float64{1e-3, 1e-2}, orderNone, orderRamp, orderMixed)
		e.tests = 16
		settings = append(settings, e)
	}
	s := newStudy(2, settings)
	s.Name, s.Preset, s.Settings = "claim4", "tiny", nil
	return s
}

// TestRun runs the study end to end; again, it trains nothing and finds the same.
func TestRun(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles and trains a few transformers")
	}
	o := study.Options{Dir: t.TempDir(), Backend: "go"}
	r, err := study.Run(t.Context(), tiny(), o)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Checks) != 4 || len(r.Runs) != 12 || len(r.Findings) != 16 || len(r.Tables) != 2 || r.Seeds != 2 || r.Tasks != 16 {
		t.Fatalf("%d checks, %d runs, %d findings, %d tables, %d seeds, %d tasks; want 4, 12, 16, 2, 2, 16", len(r.Checks), len(r.Runs), len(r.Findings), len(r.Tables), r.Seeds, r.Tasks)
	}
	for _, want := range []string{"| claim4: ", "linear, d = 2: share of the steps", "`goicl reproduce claim4 --preset tiny`"} {
		if row := r.MarkdownRow(); !strings.Contains(row, want) {
			t.Errorf("the README's row %q has no %q", row, want)
		}
	}
	checkRates(t, r)
	checkBySteps(t, r)
	checkByExamples(t, r)
	o.Progress = func(p study.Progress) {
		if p.Step.Loss != 0 {
			t.Errorf("%s was trained again", p.Label)
		}
	}
	again, err := study.Run(t.Context(), tiny(), o)
	if err != nil || again.String() != r.String() || !slices.Equal(again.Checks, r.Checks) {
		t.Errorf("the same runs gave %+v, then %+v, error %v", r.Checks, again.Checks, err)
	}
}

// checkRates: each arm has chosen one of its rates, for all its seeds.
func checkRates(t *testing.T, r *study.Result) {
	t.Helper()
	rates := map[string]float64{}
	for _, run := range r.Runs {
		if run.Rate != 1e-3 && run.Rate != 1e-2 || rates[run.Arm] != 0 && rates[run.Arm] != run.Rate {
			t.Errorf("%s, seed %d was trained at the rate %g", run.Arm, run.Seed, run.Rate)
		}
		rates[run.Arm] = run.Rate
	}
	for _, row := range r.Table("linear, d = 2").Rows {
		if arm := strings.TrimSpace(row[0]); !strings.HasPrefix(arm, "against") && row[1] != fmt.Sprintf("%g", rates["linear, d = 2, "+arm]) {
			t.Errorf("the table has %s at the rate %s, the runs at %g", arm, row[1], rates["linear, d = 2, "+arm])
		}
	}
}

func checkBySteps(t *testing.T, r *study.Result) {
	t.Helper()
	row := r.Figure.Rows[0]
	if len(r.Figure.Rows) != 1 || len(r.Curves(row.Group)) != 3 {
		t.Errorf("%d curves in the figure, want 3 orders", len(r.Curves(row.Group)))
	}
	for group, family := range map[string]string{
		excessAtD: "linear, d = 2", "mean excess": "linear, d = 2",
		excessAtD + ", other settings": "classification, d = 2", "mean excess, other settings": "classification, d = 2",
	} {
		curves := r.Curves(group)
		if len(curves) != 3 {
			t.Fatalf("%s: %d curves, want 3", group, len(curves))
		}
		for i, c := range curves {
			if c.Learner != []string{orderNone, orderRamp, orderMixed}[i] || c.Family != family || len(c.N) != looks+1 || len(c.Mean) != looks+1 || c.N[looks] != 40 {
				t.Errorf("%s: %+v", group, c)
			}
			if start := c.Mean[0]; start < .7 || start > 3 { // 16 tasks of 2 dimensions
				t.Errorf("%s: %s starts with an excess of %.2f, want about 1", group, c.Learner, start)
			}
		}
	}
}

func checkByExamples(t *testing.T, r *study.Result) {
	t.Helper()
	all := r.Curves("error by examples: linear, d = 2")
	if len(all) != 5*(3+6+1) || len(r.Curves("error by examples: classification, d = 2")) != 5*(3+5) || len(r.Curves("error by examples")) != 2*10 {
		t.Fatalf("%d curves by number of examples for 5 looks at 3 arms, 6 baselines and the Bayes line", len(all))
	}
	families := map[string]bool{}
	for _, c := range all {
		families[c.Family] = true
		if len(c.N) != 4 || len(c.Mean) != 4 {
			t.Errorf("%s has %d numbers of examples, want 4", c.Learner, len(c.N))
		}
	}
	for _, want := range []string{"after 4 steps", "after 8 steps", "after 16 steps", "after 28 steps", "after 40 steps"} {
		if !families[want] || len(families) != 5 {
			t.Errorf("no curves %s among those %v", want, families)
		}
	}
	best := all[3]
	if best.Mean[2] > 1e-4 || best.Mean[0] < .5 {
		t.Errorf("%s has errors %v; want none from 2 examples on", best.Learner, best.Mean)
	}
	if line := all[9]; !slices.Equal(line.Mean, []float64{1, .5, 0, 0}) {
		t.Errorf("%s is %v", line.Learner, line.Mean)
	}
	last := r.Curves("excess by examples: linear, d = 2")[4*3]
	if own := all[4*10]; last.Learner != orderNone || math.Abs(last.Mean[2]-own.Mean[2]) > 1e-4 {
		t.Errorf("an excess of %v over nothing, where the error is %v", last.Mean, own.Mean)
	}
}

// TestRateIsChosenOnValidation: a rate that diverges is not chosen, and one that learns
// faster is.
func TestRateIsChosenOnValidation(t *testing.T) {
	if testing.Short() {
		t.Skip("trains a transformer")
	}
	e := newSetting(linear(1), 8, 100, 8, []float64{1e-8, 1e-2, 1e30}, orderNone)
	e.tests = 4
	s := newStudy(2, []setting{e})
	s.Name, s.Report = "rates", nil
	d, err := study.Collect(t.Context(), s, study.Options{Dir: t.TempDir(), Backend: "go"})
	if err != nil {
		t.Fatal(err)
	}
	arm := e.armName(orderNone)
	rate, tried, err := d.Rate(arm)
	if err != nil || rate != 1e-2 || len(tried) != 2 || tried[1].Loss >= tried[0].Loss {
		t.Errorf("chose %g among %v, error %v", rate, tried, err)
	}
	f, err := d.Run(arm, 0)
	if err != nil {
		t.Fatal(err)
	}
	entries, err := f.Log()
	if err != nil {
		t.Fatal(err)
	}
	sum, count := 0., 0.
	for _, entry := range entries {
		if entry.Score != nil {
			sum, count = sum+entry.Score.Loss, count+1
		}
	}
	if v, err := meanValidation(t.Context(), f); err != nil || count < 2 || math.Abs(v-sum/count) > 1e-12 || v != tried[1].Loss {
		t.Errorf("the criterion is %g (%v), the mean of %g validation losses %g", v, err, count, sum/count)
	}
}

// TestPresets: the paper's preset is the zero value of everything, and the others have its
// proportions.
func TestPresets(t *testing.T) {
	paper, err := settingsOf("paper")
	if err != nil || paper[0].name() != "linear, d = 20" || paper[1].name() != "classification, d = 20" || len(paper[0].orders) != 4 {
		t.Fatalf("%v, error %v", paper, err)
	}
	c := paper[0].tasks(orderRamp).(regression.Curriculum)
	if least, _ := c.Dims(149_999); least != 19 {
		t.Errorf("the authors' ramp has %d dimensions at step 149,999, want 19", least)
	}
	quick, err := settingsOf("quick")
	if err != nil || len(quick) != 3 {
		t.Fatalf("%d settings, error %v", len(quick), err)
	}
	for i, name := range []string{"linear, d = 10, wide start", "classification, d = 6, wide start", "linear, d = 10"} {
		if e := quick[i]; e.name() != name || e.orders[0] != orderNone || e.orders[1] != orderRamp {
			t.Errorf("setting %d is %s with the orders %v", i, e.name(), e.orders)
		}
	}
	d, _ := quick[0].family.Space()
	if end := quick[0].every * (d - quick[0].from); end > 3*quick[0].recipe.Steps/10 || end < quick[0].recipe.Steps/4 {
		t.Errorf("the ramp ends at step %d of %d; want 30 %% of them", end, quick[0].recipe.Steps)
	}
	if got := quick[2].learner.Spread * math.Sqrt(32); math.Abs(got-.02*math.Sqrt(256)) > 1e-12 {
		t.Errorf("what a layer does at the start is %g, want that of the authors", got)
	}
	if _, err := build("tiny"); err == nil || !strings.Contains(err.Error(), `unknown preset "tiny"; known: smoke, quick, paper`) {
		t.Errorf("error %v; want one that names the preset", err)
	}
}

// TestOrders: arms differ in the order of dimensions alone, and are tested at the same
// steps.
func TestOrders(t *testing.T) {
	e := newSetting(linear(4), 8, 300, 4, []float64{1e-3}, orderNone, orderRamp, orderMixed, orderReverse)
	first := map[string]int{orderRamp: 1, orderReverse: 4}
	for order, want := range first {
		if least, most := e.tasks(order).(regression.Curriculum).Dims(0); least != want || most != want {
			t.Errorf("%s begins with %d to %d dimensions, want %d", order, least, most, want)
		}
	}
	if least, most := e.tasks(orderMixed).(regression.Curriculum).Dims(0); least == most {
		t.Errorf("mixed has %d dimensions in all tasks", least)
	}
	if _, ok := e.tasks(orderNone).(regression.Curriculum); ok {
		t.Error("none has a curriculum")
	}
	steps := e.steps()
	if len(steps) != looks+1 || steps[0] != 0 || steps[1] != 10 || steps[looks] != 300 {
		t.Errorf("tested at %v", steps)
	}
	for _, order := range e.orders {
		a := e.arm(order)
		if a.Learner != e.learner || a.Recipe != e.recipe || !slices.Equal(a.TestAt, steps) || a.Name != "linear, d = 4, "+order {
			t.Errorf("%s is %+v", order, a)
		}
	}
}

// TestTestTasks: they have all dimensions, and are the same whatever the start.
func TestTestTasks(t *testing.T) {
	e := quick(linear(4), orderNone)
	sample := func(e setting, seed uint64) *datasets.Batch {
		b, err := e.condition().Sample(seed)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	b := sample(e, 1)
	if b.D != 4 || b.N != 7 || b.T != 30 || slices.Equal(b.X, sample(e, 2).X) || !slices.Equal(b.X, sample(e.wideStart(), 1).X) {
		t.Errorf("%d tasks of %d points in %d dimensions", b.T, b.N, b.D)
	}
	for _, e := range []setting{e, quick(classification(3), orderNone)} {
		all, err := e.baselines()
		if err != nil || len(all) < 5 {
			t.Fatalf("%d baselines, error %v", len(all), err)
		}
		b, least := sample(e, 0), math.Inf(1)
		m, _ := e.metric()
		for i, p := range all {
			s, err := eval.Evaluate(t.Context(), p, "", b, eval.AllLengths(b.N))
			if err != nil {
				t.Fatal(err)
			}
			mean := 0.
			for _, v := range s.Values(m) {
				mean += v
			}
			if i == 0 {
				least = mean
			}
			if mean < least-1e-9 {
				t.Errorf("%s: %s is better than %s, which comes first as the best known", e.name(), p.Name(), all[0].Name())
			}
		}
	}
}
