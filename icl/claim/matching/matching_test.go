package matching

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/goicl/goicl/icl/claim/internal/plane"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/study"
	"github.com/goicl/goicl/icl/train"
)

// tiny is the smallest size that goes the whole way.
func tiny(t *testing.T) *study.Study {
	t.Helper()
	size := plane.Size{Seeds: 2, Tasks: 16, Single: 3, Mixture: 3, Rivals: 4, CNP: 4, Rates: []float64{3e-3, 1e-2}, RateSeeds: 2, Softmax: 1, Shift: 8, Starts: 1}
	s, err := newStudy(size)
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
	if len(r.Checks) != 12 || len(r.Runs) != 104 || len(r.Findings) != 9 || r.Seeds != 2 || r.Tasks != 16 {
		t.Errorf("%d checks, %d runs, %d findings, %d seeds, %d tasks; want 12, 104, 9, 2, 16", len(r.Checks), len(r.Runs), len(r.Findings), r.Seeds, r.Tasks)
	}
	for group, want := range map[string]int{ownFamily: 42, onMixture: 42, elsewhere: 78, "regret, accuracy": 9, "regret, log-loss": 9, "sample inflation": 9} {
		if got := len(r.Curves(group)); got != want {
			t.Errorf("%q has %d curves, want %d", group, got, want)
		}
	}
	checkCurves(t, r)
	checkRivals(t, r)
	if len(r.Tables) != 5 || len(r.Table("accuracy").Rows) != 13 || len(r.Table("cross table").Rows) != 3 {
		t.Errorf("%d tables, %d learners; want 5 and 13", len(r.Tables), len(r.Table("accuracy").Rows))
	}
	for _, row := range r.Table("learning rates").Rows {
		if len(r.Table("learning rates").Rows) != 12 || slices.Contains(row, "") {
			t.Errorf("%q in the table of rates; want 12 learners, each with 4 rates", row)
		}
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

// checkRivals: the rival of each family is the one of best validation accuracy there, over
// seeds, among those that are trained on the family alone, but for the authors' variants.
func checkRivals(t *testing.T, r *study.Result) {
	t.Helper()
	for _, f := range plane.Families() {
		sums := map[string]float64{}
		for _, run := range r.Runs {
			isRival := slices.ContainsFunc(rivals(), func(l learner.Learner) bool { return l.Name() == run.Learner })
			if isRival && run.Arm == plane.Name(run.Learner, f) {
				sums[run.Learner] += run.Score.Accuracy
			}
		}
		if len(sums) != len(rivals()) {
			t.Errorf("%d rivals on %s, want %d", len(sums), f, len(rivals()))
		}
		top := 0.
		for _, v := range sums {
			top = math.Max(top, v)
		}
		i := slices.IndexFunc(r.Checks, func(c study.Check) bool { return strings.HasPrefix(c.Name, f+": ICL("+f+") − best rival, ") })
		if _, best, _ := strings.Cut(r.Checks[max(i, 0)].Name, "best rival, "); i < 0 || sums[best] < top-1e-12 {
			t.Errorf("the best rival on %s is %q with %g; the greatest is %g", f, best, sums[best], top)
		}
	}
}

// TestStudy: each learner is trained on each family and on the mixture, and the conditions
// have the tasks of all studies of the plane.
func TestStudy(t *testing.T) {
	s := tiny(t)
	if len(s.Arms) != 52 || s.Arms[0].Name != "ICL(proto)" || s.Arms[3].Name != "ICL(mix)" || len(s.Conditions) != 3 {
		t.Errorf("%d arms, the first %q, %d conditions", len(s.Arms), s.Arms[0].Name, len(s.Conditions))
	}
	if err := s.Validate(); err != nil {
		t.Error(err)
	}
	if _, err := build("huge"); err == nil || !strings.Contains(err.Error(), `unknown preset "huge"`) {
		t.Errorf("error %v; want one with the preset", err)
	}
}

func TestTrimmed(t *testing.T) {
	for arm, trainedOn := range map[string]string{"ICL(mix)": "mix", "MatchNet-64(pair)": "pair"} {
		if got, want := trimmed(arm, trainedOn), strings.TrimSuffix(arm, "("+trainedOn+")"); got != want {
			t.Errorf("%s without %s is %q, want %q", arm, trainedOn, got, want)
		}
	}
}

// TestOverFamilies: values are averaged task by task over the families.
func TestOverFamilies(t *testing.T) {
	got := overFamilies(func(f string) [][]float64 {
		return map[string][][]float64{"proto": {{.3, .6}, {0}}, "pair": {{.6, .6}, {3}}, "amort": {{.9, .6}, {6}}}[f]
	})
	want := [][]float64{{.6, .6}, {3}}
	for s := range want {
		for i := range want[s] {
			if math.Abs(got[s][i]-want[s][i]) > 1e-12 {
				t.Errorf("%v, want %v", got, want)
			}
		}
	}
}
