package curriculum

import (
	"encoding/json"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/regression"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/study"
)

// tiny is the smallest that goes the whole way.
func tiny() *study.Study {
	settings, _ := settingsOf("smoke")
	for i := range settings {
		settings[i].tests = 16
	}
	s := newStudy(study.LooksAt(2), settings)
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
	if len(r.Checks) != 5 || len(r.Runs) != 14 || len(r.Findings) != 30 || len(r.Tables) != 3 || r.Seeds != 2 || r.Tasks != 16 {
		t.Fatalf("%d checks, %d runs, %d findings, %d tables, %d seeds, %d tasks; want 5, 14, 30, 3, 2, 16", len(r.Checks), len(r.Runs), len(r.Findings), len(r.Tables), r.Seeds, r.Tasks)
	}
	for _, want := range []string{"| **claim4: ", "linear, d = 2: steps to half", "| where some seeds stay on the plateau"} {
		if rows := r.MarkdownRows(); !strings.Contains(rows, want) {
			t.Errorf("the README's rows %q have no %q", rows, want)
		}
	}
	if raw, err := json.Marshal(r); err != nil {
		t.Errorf("the result is no JSON: %v; %s", err, raw)
	}
	checkBySteps(t, r)
	checkByExamples(t, r)
	o.Progress = func(p study.Progress) {
		if p.Step.Loss != 0 {
			t.Errorf("%s was trained again", p.Label)
		}
	}
	again, err := study.Run(t.Context(), tiny(), o)
	if err != nil || again.String() != r.String() {
		t.Errorf("the same runs gave %+v, then %+v, error %v", r.Checks, again.Checks, err)
	}
}

func checkBySteps(t *testing.T, r *study.Result) {
	t.Helper()
	if row := r.Figure.Rows[0]; len(r.Figure.Rows) != 1 || len(r.Curves(row.Group)) != 10 {
		t.Errorf("%d curves in the figure, want 7 arms and 3 floors", len(r.Curves(row.Group)))
	}
	for _, group := range []string{excessAtD, excessMean} {
		for _, c := range r.Curves(group) {
			if last := len(c.N) - 1; c.N[last] != 60 || len(c.Mean) != len(c.N) || strings.HasPrefix(c.Learner, "Bayes") != (last == 1) {
				t.Errorf("%s: %+v", group, c)
			}
			if start := c.Mean[0]; strings.HasPrefix(c.Family, "linear") && len(c.N) > 2 && (start < .6 || start > 3) { // 16 tasks
				t.Errorf("%s: %s starts with an excess of %.2f, want about 1", group, c.Learner, start)
			}
		}
	}
	for _, order := range []string{orderNone, orderRamp} {
		curves := r.Curves(seedBySeed + order)
		if len(curves) != 6 || curves[1].Learner != "seed 1" || curves[4].Family != "linear, d = 3" || len(curves[0].N) != 11 {
			t.Fatalf("%s: %d curves of seeds, %+v", order, len(curves), curves)
		}
		mean := r.Curves(excessAtD, order)[0].Mean[10]
		if got := (curves[0].Mean[10] + curves[1].Mean[10]) / 2; math.Abs(got-mean) > 1e-9 {
			t.Errorf("the seeds of %s end at %g in the mean, all of it at %g", order, got, mean)
		}
	}
}

func checkByExamples(t *testing.T, r *study.Result) {
	t.Helper()
	all := r.Curves(byExamples)
	if len(all) != 3+4+2+3+2+4 {
		t.Fatalf("%d curves by number of examples, want 18", len(all))
	}
	for _, c := range all {
		if want := map[string]int{"linear, d = 2": 5, "classification, d = 2": 5, "linear, d = 3": 7}[c.Family]; len(c.N) != want || len(c.Mean) != want {
			t.Errorf("%s of %s has %d numbers of examples, want %d", c.Learner, c.Family, len(c.N), want)
		}
	}
	for i, name := range []string{orderNone, orderRamp, orderMixed, "Bayes", "least squares"} {
		if c := all[i]; c.Learner != name || i > 2 && (c.Mean[2] > 1e-4 || c.Mean[0] < .5) {
			t.Errorf("curve %d is %s with errors %v; want %s", i, c.Learner, c.Mean, name)
		}
	}
	if own := r.Curves(excessAtD, orderNone)[0].Mean[10]; math.Abs(all[0].Mean[2]-own) > .5*own {
		t.Errorf("a final excess of %v at n = d over nothing, where the error is %v", own, all[0].Mean)
	}
}

// TestPresets: the paper's preset is the zero value of everything, and the others have its
// proportions.
func TestPresets(t *testing.T) {
	paper, err := settingsOf("paper")
	if err != nil || paper[0].name() != "linear, d = 20" || paper[1].name() != "classification, d = 20" || len(paper[0].orders) != 3 {
		t.Fatalf("%v, error %v", paper, err)
	}
	if least, _ := paper[0].tasks(orderRamp).(regression.Curriculum).Dims(149_999); least != 19 {
		t.Errorf("the authors' ramp has %d dimensions at step 149,999, want 19", least)
	}
	quick, err := settingsOf("quick")
	if err != nil || len(quick) != 3 {
		t.Fatalf("%d settings, error %v", len(quick), err)
	}
	for i, name := range []string{"linear, d = 4", "classification, d = 4", "linear, d = 5"} {
		e := quick[i]
		d, _ := e.family.Space()
		if end := e.every * (d - e.from); e.name() != name || !slices.Equal(e.orders[:2], []string{orderNone, orderRamp}) || end != 3*e.recipe.Steps/10 {
			t.Errorf("setting %d is %s with the orders %v, and its ramp ends at step %d of %d", i, e.name(), e.orders, end, e.recipe.Steps)
		}
		if e.recipe.Rate != rate || e.learner.Validate() != nil {
			t.Errorf("%s trains at %g; want the rate of all", name, e.recipe.Rate)
		}
	}
	s, err := build("paper")
	if err != nil || len(s.Statements) != 2 || s.Statements[1].ID != end {
		t.Errorf("the paper's size tests %+v, error %v", s.Statements, err)
	}
	if _, err := build("tiny"); err == nil || !strings.Contains(err.Error(), `unknown preset "tiny"; known: smoke, quick, paper`) {
		t.Errorf("error %v; want one that names the preset", err)
	}
}

// TestOrders: arms differ in the order of dimensions alone, and are tested at the same
// steps.
func TestOrders(t *testing.T) {
	e := small(linear(6, 4), 6, 8, 1, 300)
	if least, most := e.tasks(orderRamp).(regression.Curriculum).Dims(0); least != 1 || most != 1 {
		t.Errorf("a ramp begins with %d to %d dimensions, want 1", least, most)
	}
	if least, most := e.tasks(orderMixed).(regression.Curriculum).Dims(0); least != 1 || most != 4 {
		t.Errorf("mixed has %d to %d dimensions", least, most)
	}
	if _, ok := e.tasks(orderNone).(regression.Curriculum); ok {
		t.Error("none has a curriculum")
	}
	steps := e.steps()
	if len(steps) != 41 || steps[0] != 0 || steps[2] != 15 || steps[40] != 300 {
		t.Errorf("tested at %v", steps)
	}
	for _, order := range e.orders {
		a := e.arm(order)
		if a.Learner != e.learner || !reflect.DeepEqual(a.Recipe, e.recipe) || a.Rates != nil || !slices.Equal(a.TestAt, steps) || a.Name != "linear, d = 4, "+order {
			t.Errorf("%s is %+v", order, a)
		}
	}
}

// TestTestTasks: they have all dimensions, and no predictor without training beats the one
// that is taken for the best.
func TestTestTasks(t *testing.T) {
	for i, e := range tried() {
		sample := func(seed uint64) *datasets.Batch {
			b, err := e.condition().Sample(seed)
			if err != nil {
				t.Fatal(err)
			}
			return b
		}
		b := sample(1)
		if b.D != []int{2, 2, 3}[i] || b.T != 30 || slices.Equal(b.X, sample(2).X) || !slices.Equal(b.X, sample(1).X) {
			t.Errorf("%s: %d tasks of %d points in %d dimensions", e.name(), b.T, b.N, b.D)
		}
		all, err := e.baselines()
		if err != nil || len(all) < 3 {
			t.Fatalf("%d baselines, error %v", len(all), err)
		}
		least := math.Inf(1)
		for k, p := range all {
			s, err := eval.Evaluate(t.Context(), p, "", b, eval.AllLengths(b.N), eval.WithUnit(float64(b.D)))
			if err != nil {
				t.Fatal(err)
			}
			mean := e.errorsOf(s.Summarize(0)).mean
			if k == 0 {
				least = mean
			}
			if mean < least-1e-9 {
				t.Errorf("%s: %s is better than %s, which comes first as the best known", e.name(), p.Name(), all[0].Name())
			}
		}
	}
}
