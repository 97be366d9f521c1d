package adaptation

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/metalearner"
	"github.com/goicl/goicl/icl/study"
	"github.com/goicl/goicl/icl/train"
	"github.com/goicl/goicl/icl/transformer"
)

// tinySize is the smallest that goes the whole way.
func tinySize() size {
	model := transformer.Decoder{Points: 5, Width: 4, Depth: 1, Heads: 1, Spread: .5}
	rates := []float64{1e-3, 1e-2}
	s := size{
		Model: model, Base: 20, BaseRate: 1e-3, Meta: 6, Ratio: 2, MetaRates: rates, FirstRates: rates, ICLRates: rates,
		M2:         metalearner.M2{Model: model, Tasks: 8, Inner: metalearner.Inner{Steps: 2}},
		Support:    []int{4, 16},
		Grids:      slices.Repeat([]grid{{SGD: []float64{.01, .03, .1}, Adam: []float64{1e-3, 1e-2}, Steps: []int{1, 2, 3}}}, 2),
		Validation: 3, Screen: 1, Finalists: 2, Test: 3, Tasks: 8,
	}
	s.Domains.N, s.Domains.D = 5, 2
	return s
}

func tiny() *study.Study {
	s := newStudy(study.LooksAt(2, 3), tinySize())
	s.Name, s.Preset, s.Settings = "claim5", "tiny", nil
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
	// A base and three arms; of two numbers of tasks leads in three ways and the gain over ICL
	// that is not adapted; where the lead ends; errors of 3 arms that are not adapted, of 4
	// predictors that are told something, and what that is worth. Both numbers are few, the
	// greater is also many.
	if len(r.Checks) != 4 || len(r.Runs) != r.Seeds*4 || len(r.Findings) != 2*4+1+3+4+1 || len(r.Tables) != 2 || r.Tasks != 3*8 {
		t.Fatalf("%d checks, %d runs, %d findings, %d tables, %d tasks; want 4, %d, 17, 2, 24", len(r.Checks), len(r.Runs), len(r.Findings), len(r.Tables), r.Tasks, r.Seeds*4)
	}
	if rows := r.MarkdownRows(); !strings.Contains(rows, "**claim5: ") || !strings.Contains(rows, "error of ICL, equal compute − M²") {
		t.Errorf("the README's rows are %q", rows)
	}
	checkChoices(t, r)
	checkGroups(t, r)
	o.Progress = func(p study.Progress) {
		if p.Step.Loss != 0 {
			t.Errorf("%s was trained again", p.Label)
		}
	}
	again, err := study.Run(t.Context(), tiny(), o)
	if err != nil {
		t.Fatal(err)
	}
	again.CoreMinutes = r.CoreMinutes
	a, errA := json.Marshal(r)
	b, errB := json.Marshal(again)
	if errA != nil || errB != nil || string(a) != string(b) {
		t.Errorf("the same runs give another result (%v, %v)", errA, errB)
	}
}

// checkChoices: each arm has chosen a rate of training, with which all its seeds are trained,
// and how to adapt to each number of tasks, on two seeds. What was chosen has the least loss.
func checkChoices(t *testing.T, r *study.Result) {
	t.Helper()
	if len(r.Choices) != 3+3*2 {
		t.Fatalf("choices %+v; want a rate and two adaptations of each arm", r.Choices)
	}
	for i, c := range r.Choices {
		least := slices.MinFunc(c.Tried, func(a, b study.Try) int { return cmp.Compare(a.Loss, b.Loss) })
		if c.Seeds != 2 || len(c.Tried) != 2 || least.Value != c.Chosen {
			t.Errorf("%+v; want the least of two, with two seeds", c)
		}
		if i >= 3 {
			tasks := tinySize().Support[(i-3)%2]
			if c.Of != arms()[(i-3)/2] || c.What != fmt.Sprintf("adaptation to %d tasks", tasks) || !strings.Contains(c.Chosen, " steps") {
				t.Errorf("%s, %s: %s", c.Of, c.What, c.Chosen)
			}
			continue
		}
		for _, run := range r.Runs {
			if run.Arm == c.Of && fmt.Sprintf("%g", run.Rate) != c.Chosen {
				t.Errorf("%s, seed %d was trained at %g, chosen is %s", run.Arm, run.Seed, run.Rate, c.Chosen)
			}
		}
	}
}

func checkGroups(t *testing.T, r *study.Result) {
	t.Helper()
	row := r.Figure.Rows[0]
	if got := r.Curves(row.Group); len(r.Figure.Rows) != 1 || len(got) != 7 || !slices.Equal(got[0].N, []int{4, 16}) {
		t.Errorf("%d curves in the figure, want 3 arms and 4 predictors that are told something", len(got))
	}
	for group, want := range map[string]int{
		"error by examples": 2 * 8, "error by examples, M²'s steps": 2 * 3, "error by examples, not adapted": 3,
		"error by tasks, M²'s steps": 7, "lead": 2,
	} {
		curves := r.Curves(group)
		if len(curves) != want {
			t.Errorf("%q has %d curves, want %d", group, len(curves), want)
		}
		for _, c := range curves {
			if points := map[bool]int{true: 5, false: 2}[strings.Contains(group, "examples")]; len(c.N) != points || len(c.Mean) != points {
				t.Errorf("%q: %s has %d points, want %d", group, c.Learner, len(c.N), points)
			}
		}
	}
	byTasks := map[string]eval.Curve{}
	for _, c := range r.Curves(row.Group) {
		byTasks[c.Learner] = c
	}
	for name, c := range byTasks {
		for i, v := range c.Mean {
			if v < byTasks[toldDomain].Mean[i]-.05 {
				t.Errorf("%s has the error %g, less than %g of the Bayes predictor of the domain", name, v, byTasks[toldDomain].Mean[i])
			}
		}
	}
	for i, lead := range r.Curves("lead", armICL)[0].Mean {
		if want := byTasks[armICL].Mean[i] - byTasks[armM2].Mean[i]; math.Abs(lead-want) > 1e-9 {
			t.Errorf("M² leads by %g, the errors differ by %g", lead, want)
		}
	}
}

// TestArms: what is trained: both forms of M² from the base of a seed, on other tasks than
// it, and ordinary training from scratch for as long as base and M² together.
func TestArms(t *testing.T) {
	s, err := sizeOf("quick")
	if err != nil {
		t.Fatal(err)
	}
	m2, first, icl := s.config(armM2, 1e-3, 7, nil), s.config(armFirst, 1e-3, 7, nil), s.config(armICL, 1e-3, 7, nil)
	if want := s.Base + s.Meta*s.Ratio; m2.Recipe.Steps != s.Meta || icl.Recipe.Steps != want {
		t.Errorf("%d and %d steps; want %d and %d", m2.Recipe.Steps, icl.Recipe.Steps, s.Meta, want)
	}
	if !reflect.DeepEqual(m2.Recipe, first.Recipe) || m2.Seed != first.Seed || m2.Tasks != first.Tasks || first.Learner.Name() != m2.Learner.Name()+" (FOMAML)" {
		t.Errorf("%+v and %+v differ in more than second derivatives", m2, first)
	}
	if icl.Learner != s.Model || icl.Seed != 7 || m2.Seed == 7 || icl.Recipe.Batch != ordinaryBatch || m2.Recipe.Batch != 64 {
		t.Errorf("%s with seed %d and %d tasks a step", icl.Learner.Name(), icl.Seed, icl.Recipe.Batch)
	}
	for _, c := range []train.Config{m2, icl} {
		if c.Recipe.Steps/c.Recipe.Warmup != 10 || !c.Recipe.Cosine || c.Recipe.Rate != 1e-3 {
			t.Errorf("recipe %+v", c.Recipe)
		}
	}
	if s.rates(armM2)[0] != s.MetaRates[0] || s.rates(armFirst)[0] != s.FirstRates[0] || s.rates(armICL)[0] != s.ICLRates[0] {
		t.Error("an arm has another's rates")
	}
}

// TestSizes: each preset has ways to adapt to each number of tasks, M² around the model
// that ICL trains, and at least three rates for each arm where it is more than a try.
func TestSizes(t *testing.T) {
	for _, preset := range study.Presets() {
		s, err := sizeOf(preset)
		if err != nil {
			t.Fatal(err)
		}
		if len(s.Grids) != len(s.Support) || !slices.IsSorted(s.Support) || s.M2.Model != s.Model || s.choiceSupport() != 64 {
			t.Errorf("%s: %d grids for %v tasks, M² of %v", preset, len(s.Grids), s.Support, s.M2.Model)
		}
		for i, g := range s.Grids {
			if len(g.ways()) != (len(g.SGD)+len(g.Adam))*len(g.Steps) || !slices.IsSorted(g.Steps) || len(g.ways()) < s.Finalists {
				t.Errorf("%s: %d ways to adapt to %d tasks", preset, len(g.ways()), s.Support[i])
			}
		}
		if preset == "smoke" {
			continue
		}
		if s.Validation < 16 || s.Screen > s.Validation || min(len(s.MetaRates), len(s.FirstRates), len(s.ICLRates)) < 3 || looks[preset][0].Seeds < 5 {
			t.Errorf("%s: %d domains to choose on, rates %v, %v, %v", preset, s.Validation, s.MetaRates, s.FirstRates, s.ICLRates)
		}
	}
	if _, err := build("tiny"); err == nil || !strings.Contains(err.Error(), `unknown preset "tiny"; known: smoke, quick, paper`) {
		t.Errorf("error %v; want one that names the preset", err)
	}
}

// TestPlaces: a place is the same each time, and others are other domains with other tasks.
func TestPlaces(t *testing.T) {
	s := tinySize()
	p, err := s.at("test", 1, 2)
	if err != nil {
		t.Fatal(err)
	}
	if p.test.T != 8 || p.support.T != 16 || p.test.N != 5 || p.test.D != 2 {
		t.Errorf("%d tasks to test and %d to adapt to, of %d points", p.test.T, p.support.T, p.test.N)
	}
	for _, other := range []struct {
		purpose string
		seed    uint64
		number  int
		same    bool
	}{{"test", 1, 2, true}, {"test", 1, 3, false}, {"test", 0, 2, false}, {"validation", 1, 2, false}} {
		q, err := s.at(other.purpose, other.seed, other.number)
		if err != nil || slices.Equal(p.test.X, q.test.X) != other.same || slices.Equal(p.Mean, q.Mean) != other.same || slices.Equal(p.support.Z, q.support.Z) != other.same {
			t.Errorf("%+v: error %v; want the same: %t", other, err, other.same)
		}
	}
	if slices.Equal(p.test.X[:20], p.support.X[:20]) {
		t.Error("a place is tested on the tasks that it is adapted to")
	}
}
