package matching

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/claim/internal/plane"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/study"
	"github.com/goicl/goicl/icl/train"
)

// tiny is the smallest size that goes the whole way.
func tiny(t *testing.T) *study.Study {
	t.Helper()
	s, err := newStudy(plane.Size{
		Matching: study.LooksAt(2), Told: 2, Tasks: 16, Mixture: 6, Budgets: []int{12}, Rivals: 4, CNP: 4,
		Small: []float64{3e-3, 1e-2}, Large: []float64{1e-2}, Wide: 2, Starts: 2,
	})
	if err != nil {
		t.Fatal(err)
	}
	s.Name, s.Preset = "claim2", "tiny"
	return s
}

// TestRun runs the study end to end, after an interruption, and loads it again.
func TestRun(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles every learner")
	}
	o := study.Options{Dir: t.TempDir()}
	ctx, cancel := context.WithCancel(t.Context())
	stopping := o
	stopping.Progress = func(p study.Progress) {
		if p.Done >= 5 {
			cancel()
		}
	}
	if _, err := study.Run(ctx, tiny(t), stopping); !errors.Is(err, train.ErrInterrupted) {
		t.Fatalf("error %v of a study that was interrupted", err)
	}
	r, err := study.Run(t.Context(), tiny(t), o)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Checks) != 15 || len(r.Runs) != 2*57 || len(r.Findings) != 29 || r.Seeds != 2 || r.Tasks != 16 || len(r.Looks) != 1 {
		t.Errorf("%d checks, %d runs, %d findings, %d seeds, %d tasks, %d looks; want 15, 114, 29, 2, 16, 1", len(r.Checks), len(r.Runs), len(r.Findings), r.Seeds, r.Tasks, len(r.Looks))
	}
	for group, want := range map[string]int{ownFamily: 36, onMixture: 36, elsewhere: 66, byBudget: 9, "regret, accuracy": 9, "regret, log-loss": 9, "sample inflation": 9} {
		if got := len(r.Curves(group)); got != want {
			t.Errorf("%q has %d curves, want %d", group, got, want)
		}
	}
	checkCurves(t, r)
	checkChoices(t, r)
	if len(r.Tables) != 4 || len(r.Table("accuracy").Rows) != len(learners()) || len(r.Table("Brier score").Rows) != len(learners()) || len(r.Table("cross table").Rows) != 3 {
		t.Errorf("%d tables, %d learners; want 4 and %d", len(r.Tables), len(r.Table("accuracy").Rows), len(learners()))
	}
	o.Progress = func(p study.Progress) { t.Errorf("%s is worked on again", p.Label) }
	again, err := study.Run(t.Context(), tiny(t), o)
	if err != nil || again.String() != r.String() {
		t.Errorf("the stored result differs (error %v)", err)
	}
}

// checkCurves: the figure has its curves, Bayes is best where nothing is trained, and there
// is a value for each number of examples.
func checkCurves(t *testing.T, r *study.Result) {
	t.Helper()
	for _, row := range r.Figure.Rows {
		if got := r.Curves(row.Group, row.Learners...); len(got) != 21 {
			t.Errorf("%d curves in the row %q, want 7 learners on 3 families", len(got), row.Title)
		}
	}
	for _, best := range r.Curves(ownFamily, plane.BayesOptimal) {
		if len(best.N) != plane.Points || best.N[0] != 0 || best.N[49] != 49 || len(best.Mean) != 50 {
			t.Fatalf("Bayes on %s has %d numbers of examples, %v; want 0 to 49", best.Family, len(best.N), best.N)
		}
		for _, c := range r.Curves(ownFamily) {
			if c.Family == best.Family && c.Learner != plane.BayesOptimal && average(c) > average(best)+.05 {
				t.Errorf("on %s %s is right in %.3f of the tasks, Bayes in %.3f", c.Family, c.Learner, average(c), average(best))
			}
		}
	}
	for _, c := range r.Curves("regret, log-loss") {
		if average(c) <= 0 {
			t.Errorf("%s on %s, hardly trained, has a regret of %g", c.Learner, c.Family, average(c))
		}
	}
}

func average(c eval.Curve) float64 {
	sum := 0.
	for _, v := range c.Mean[plane.FromExamples:] {
		sum += v
	}
	return sum / float64(len(c.Mean)-plane.FromExamples)
}

// checkChoices: the rates of those that have a choice are listed, and the rival on each family
// and on the mixture is that of best validation accuracy there, over seeds, but for the
// authors' variants.
func checkChoices(t *testing.T, r *study.Result) {
	t.Helper()
	rates := 0
	for _, c := range r.Choices {
		if c.What == "learning rate" {
			rates++
		}
	}
	if rates != 4*6 {
		t.Errorf("%d arms have chosen a rate; want 6 small learners on each family and on the mixture", rates)
	}
	for _, trainedOn := range append(plane.Families(), plane.Mixture) {
		i := slices.IndexFunc(r.Choices, func(c study.Choice) bool { return c.Of == "on "+trainedOn })
		if i < 0 {
			t.Fatalf("no rival on %s was chosen", trainedOn)
		}
		c, best, least := r.Choices[i], "", math.Inf(1)
		for _, l := range rivals() {
			wrong := 0.
			for _, run := range r.Runs {
				if run.Arm == plane.Name(l.Name(), trainedOn) {
					wrong += (1 - run.Score.Accuracy) / 2
				}
			}
			if wrong < least-1e-12 {
				best, least = l.Name(), wrong
			}
			if !slices.ContainsFunc(c.Tried, func(tried study.Try) bool { return tried.Value == l.Name() && math.Abs(tried.Loss-wrong) < 1e-9 }) {
				t.Errorf("on %s %s has the validation error %g; tried were %v", trainedOn, l.Name(), wrong, c.Tried)
			}
		}
		if c.Chosen != best || len(c.Tried) != len(rivals()) || c.Seeds != 2 || c.Edge {
			t.Errorf("%+v; want %s", c, best)
		}
		check, want := trainedOn+": ICL("+trainedOn+") − best rival, "+best, alone
		if trainedOn == plane.Mixture {
			check, want = "pair: ICL(mix) − best rival, "+best+"(mix)", mixed
		}
		if !slices.ContainsFunc(r.ChecksOf(want), func(c study.Check) bool { return c.Name == check }) {
			t.Errorf("there is no check %q", check)
		}
	}
}

// TestStudy: each learner is trained on each family and on the mixture, and tested on all
// families; those beyond the plane are tested there, at two spreads.
func TestStudy(t *testing.T) {
	s := tiny(t)
	var inPlane, beyond int
	for _, a := range s.Arms {
		if b, err := a.Tasks.Sample(datasets.Rand(0, "probe"), 6); err != nil {
			t.Fatal(err)
		} else if b.D == 2 {
			inPlane++
		} else {
			beyond++
		}
	}
	if inPlane != 4*(len(learners())+1) || beyond != 3*3 || len(s.Looks) != 1 {
		t.Errorf("%d arms in the plane, %d beyond it, %d looks", inPlane, beyond, len(s.Looks))
	}
	var conditions []string
	for _, c := range s.Conditions {
		conditions = append(conditions, c.Name)
		if wide := strings.Contains(c.Name, "5-D"); wide != (len(c.Arms) == beyond) || wide != (c.Derive == nil) || c.First != plane.FromExamples {
			t.Errorf("%s tests %d arms, from %d examples on", c.Name, len(c.Arms), c.First)
		}
	}
	if want := []string{"proto", "pair", "amort", "proto 5-D", "proto 5-D, σ = 5", "pair 5-D", "pair 5-D, σ = 5"}; !slices.Equal(conditions, want) {
		t.Errorf("conditions %q, want %q", conditions, want)
	}
	if err := s.Validate(); err != nil {
		t.Error(err)
	}
	if _, err := build("huge"); err == nil || !strings.Contains(err.Error(), `unknown preset "huge"`) {
		t.Errorf("error %v; want one with the preset", err)
	}
}

// TestLongest: checks are about the largest budget.
func TestLongest(t *testing.T) {
	x := &scores{size: small()}
	for _, trainedOn := range append(plane.Families(), plane.Mixture) {
		if got := x.longest(trainedOn); got != iclOn(trainedOn) {
			t.Errorf("on %s %q, want %q", trainedOn, got, iclOn(trainedOn))
		}
	}
	if got := []string{x.after("pair", 150), x.after("pair", 300), x.after(plane.Mixture, 300)}; !slices.Equal(got, []string{"ICL(pair), 50 steps", "ICL(pair)", "ICL(mix)"}) {
		t.Errorf("%q", got)
	}
}

func TestTrimmed(t *testing.T) {
	for arm, trainedOn := range map[string]string{"ICL(mix)": "mix", "MatchNet-64(pair)": "pair"} {
		if got, want := trimmed(arm, trainedOn), strings.TrimSuffix(arm, "("+trainedOn+")"); got != want {
			t.Errorf("%s without %s is %q, want %q", arm, trainedOn, got, want)
		}
	}
}
