package adaptation

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/metalearner"
	"github.com/goicl/goicl/icl/study"
	"github.com/goicl/goicl/icl/transformer"
)

// tinySize is the smallest that goes the whole way.
func tinySize() size {
	model := transformer.Decoder{Points: 5, Width: 4, Depth: 1, Heads: 1, Spread: .5}
	s := size{
		Model: model, Base: 20, BaseRate: 1e-3, Meta: 6, Ratio: 2, Rates: []float64{1e-3, 1e-2}, MetaRates: []float64{1e-3, 1e-2},
		M2:      metalearner.M2{Model: model, Tasks: 8, Inner: metalearner.Inner{Steps: 2}},
		Support: []int{4, 16}, Grid: grid([]float64{.01, .03, .1}, []float64{1e-3, 1e-2}), Reads: [][]int{{1, 2, 3}, {1, 2, 3}},
		Validation: 2, Test: 3, Tasks: 8,
	}
	s.Domains.N, s.Domains.D = 5, 2
	return s
}

func tiny() *study.Study {
	s := newStudy(2, tinySize())
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
	// A base and three arms; leads in two ways at two numbers of tasks, errors of 3 arms that
	// are not adapted and of 4 predictors that are told something.
	if len(r.Checks) != 4 || len(r.Runs) != 2*4 || len(r.Findings) != 2*2*2+3+4 || len(r.Tables) != 4 || r.Tasks != 3*8 {
		t.Fatalf("%d checks, %d runs, %d findings, %d tables, %d tasks; want 4, 8, 15, 4, 24", len(r.Checks), len(r.Runs), len(r.Findings), len(r.Tables), r.Tasks)
	}
	if row := r.MarkdownRow(); !strings.Contains(row, "| claim5: ") || !strings.Contains(row, "error of ICL, equal compute − M²") {
		t.Errorf("the README's row is %q", row)
	}
	checkRates(t, r)
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

// checkRates: each arm has chosen the rate of least validation error, and trains all its
// seeds with it.
func checkRates(t *testing.T, r *study.Result) {
	t.Helper()
	trials, ways := r.Table("validation errors by training rate"), r.Table("chosen adaptations")
	if !slices.Equal(trials.Header, []string{"arm", "rate 0.001", "rate 0.01"}) || len(trials.Rows) != 3 || len(ways.Rows) != 3 || len(ways.Header) != 4 {
		t.Fatalf("trials %+v, ways %+v", trials, ways)
	}
	for i, arm := range arms() {
		first, errFirst := strconv.ParseFloat(trials.Rows[i][1], 64)
		second, errSecond := strconv.ParseFloat(trials.Rows[i][2], 64)
		if errFirst != nil || errSecond != nil || trials.Rows[i][0] != arm || ways.Rows[i][0] != arm {
			t.Fatalf("%s tried %q and chose %q", arm, trials.Rows[i], ways.Rows[i])
		}
		rate := map[bool]string{true: "0.001", false: "0.01"}[first < second]
		if first != second && ways.Rows[i][1] != rate {
			t.Errorf("%s chose the rate %s with the errors %g and %g", arm, ways.Rows[i][1], first, second)
		}
		for _, run := range r.Runs {
			if run.Arm == arm && fmt.Sprintf("%g", run.Rate) != ways.Rows[i][1] {
				t.Errorf("%s, seed %d was trained at %g, chosen is %s", arm, run.Seed, run.Rate, ways.Rows[i][1])
			}
		}
		for _, how := range ways.Rows[i][2:] {
			if !strings.HasPrefix(how, "SGD 0.") && !strings.HasPrefix(how, "adam 0.") || !strings.Contains(how, " steps") {
				t.Errorf("%s adapts by %q", arm, how)
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
	for i, lead := range r.Curves("lead", armCompute)[0].Mean {
		if want := byTasks[armCompute].Mean[i] - byTasks[armM2].Mean[i]; math.Abs(lead-want) > 1e-9 {
			t.Errorf("M² leads by %g, the errors differ by %g", lead, want)
		}
	}
}

// TestArms: what is trained, after the same base of a seed: M² for its steps; ordinary
// training for as long; and on as many tasks.
func TestArms(t *testing.T) {
	s, err := sizeOf("quick")
	if err != nil {
		t.Fatal(err)
	}
	m2, compute, data := s.config(armM2, 1e-3, 7, nil), s.config(armCompute, 1e-3, 7, nil), s.config(armData, 1e-3, 7, nil)
	if m2.Recipe.Steps != 500 || compute.Recipe.Steps != 10*500 || data.Recipe.Steps != 500*64/transferBatch {
		t.Errorf("%d, %d and %d steps", m2.Recipe.Steps, compute.Recipe.Steps, data.Recipe.Steps)
	}
	if data.Recipe.Steps*data.Recipe.Batch != m2.Recipe.Steps*m2.Recipe.Batch {
		t.Errorf("%d tasks for %d of M²", data.Recipe.Steps*data.Recipe.Batch, m2.Recipe.Steps*m2.Recipe.Batch)
	}
	if m2.Learner.Name() == compute.Learner.Name() || compute.Learner != data.Learner || compute.Learner != s.Model {
		t.Errorf("learners %s, %s, %s", m2.Learner.Name(), compute.Learner.Name(), data.Learner.Name())
	}
	for _, c := range []int{m2.Recipe.Steps / m2.Recipe.Warmup, compute.Recipe.Steps / compute.Recipe.Warmup} {
		if c != 10 {
			t.Errorf("the rate rises over a %d-th of the steps", c)
		}
	}
	if m2.Seed != compute.Seed || m2.Seed == 7 || m2.Recipe.Rate != 1e-3 {
		t.Errorf("seeds %d and %d; want another than the base's", m2.Seed, compute.Seed)
	}
	if s.rates(armM2)[0] != s.MetaRates[0] || s.rates(armData)[0] != s.Rates[0] {
		t.Error("M² has rates of its own, the others share theirs")
	}
}

// TestSizes: each preset has steps to choose from for each number of tasks, and M² around
// the model that the others train.
func TestSizes(t *testing.T) {
	for _, preset := range study.Presets() {
		s, err := sizeOf(preset)
		if err != nil {
			t.Fatal(err)
		}
		if len(s.Reads) != len(s.Support) || !slices.IsSorted(s.Support) || s.M2.Model != s.Model || s.choiceSupport() != 64 {
			t.Errorf("%s: %d sets of steps for %v tasks, M² of %v", preset, len(s.Reads), s.Support, s.M2.Model)
		}
		for i, tasks := range s.Support {
			if !slices.Equal(s.reads(tasks), s.Reads[i]) || !slices.IsSorted(s.Reads[i]) {
				t.Errorf("%s: %v steps with %d tasks", preset, s.reads(tasks), tasks)
			}
		}
		if seeds[preset] < 2 {
			t.Errorf("%s has %d seeds", preset, seeds[preset])
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
