package matching

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/goicl/goicl/icl/claim/internal/plane"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/study"
)

// curveOf is the curve of a learner on a family.
func curveOf(t *testing.T, r *study.Result, group, learner, family string) eval.Curve {
	t.Helper()
	for _, c := range r.Curves(group, learner) {
		if c.Family == family {
			return c
		}
	}
	t.Fatalf("%s: no curve of %s on %s", group, learner, family)
	return eval.Curve{}
}

// findings are the estimates by name.
func findings(r *study.Result) map[string]float64 {
	all := map[string]float64{}
	for _, f := range r.Findings {
		all[f.Name] = f.Estimate
	}
	return all
}

// TestReport: what is told of learners with the skills of the claim.
func TestReport(t *testing.T) {
	runs := []study.RunInfo{
		{Arm: "ANIL-64(proto 5-D)", Learner: "ANIL-64", Params: 9}, {Arm: "ICL(proto)", Learner: "ICL", Failed: "diverged"},
		{Arm: "ICL(proto)", Learner: "ICL", Params: 7, Seed: 1}, {Arm: "CNP(proto)", Learner: "CNP", Params: 3},
		{Arm: "ICL(pair)", Learner: "ICL", Params: 7}, {Arm: "ANIL-64(proto)", Learner: "ANIL-64", Params: 5},
	}
	r := made(t, claimed(), nil, func(x *scores, r *study.Result) {
		x.curves(r)
		x.budgets(r)
		x.regret(r)
		x.wide(r)
		r.Tables = append(r.Tables, x.crossTable(), x.summary(eval.Accuracy, runs))
	})
	t.Run("curves", func(t *testing.T) { checkMadeCurves(t, r) })
	t.Run("budgets", func(t *testing.T) { checkBudgets(t, r) })
	t.Run("regret", func(t *testing.T) { checkRegret(t, r) })
	t.Run("beyond the plane", func(t *testing.T) { checkWide(t, r) })
	t.Run("tables", func(t *testing.T) { checkTables(t, r) })
}

// checkMadeCurves: the groups have each learner under its own name, Bayes among them, and what
// was trained elsewhere under the whole name; the other budgets are not among them.
func checkMadeCurves(t *testing.T, r *study.Result) {
	n := len(learners())
	for group, want := range map[string]int{ownFamily: 3 * (n + 1), onMixture: 3 * (n + 1), elsewhere: 3 * 2 * n} {
		if got := len(r.Curves(group)); got != want {
			t.Errorf("%s: %d curves, want %d", group, got, want)
		}
		for _, c := range r.Curves(group) {
			if strings.Contains(c.Learner, "steps") || c.Metric != eval.Accuracy || !slices.Equal(c.N, []int{0, 2, 5, 11}) {
				t.Errorf("%s: %+v", group, c)
			}
		}
	}
	for _, c := range []struct {
		group, learner, family string
		want                   float64
	}{
		{ownFamily, "ICL", "pair", .72}, {ownFamily, plane.BayesOptimal, "pair", .9}, {onMixture, plane.BayesOptimal, "amort", .9},
		{onMixture, "ICL", "proto", .7}, {onMixture, "CNP", "amort", .65}, {elsewhere, "CNP(amort)", "proto", .55},
	} {
		if got := curveOf(t, r, c.group, c.learner, c.family).Mean[1]; !near(got, c.want) {
			t.Errorf("%s: %s on %s is right in %.3f, want %.2f", c.group, c.learner, c.family, got, c.want)
		}
	}
}

// checkBudgets: by steps on the mixture, in order, are the transformer of the mixture, that of
// the family after as many tasks of it, and the best rival, and what the mixture costs.
func checkBudgets(t *testing.T, r *study.Result) {
	if got := len(r.Curves(byBudget)); got != 9 {
		t.Errorf("%d curves by budget, want 9", got)
	}
	told := findings(r)
	for _, f := range plane.Families() {
		for learner, want := range map[string][]float64{
			"ICL(mix)": {.6, .7, .8}, "ICL(own family)": {.65, .72, .8}, "best rival(own family)": {.78, .78, .78},
		} {
			c := curveOf(t, r, byBudget, learner, f)
			if !slices.Equal(c.N, []int{150, 300, 900}) || !slices.EqualFunc(c.Mean, want, near) || len(c.Lo) != 3 {
				t.Errorf("%s on %s: %.3f after %v steps; want about %v", learner, f, c.Mean, c.N, want)
			}
		}
		for steps, want := range map[int]float64{150: -.05, 300: -.02, 900: 0} {
			name := fmt.Sprintf("%s: ICL(mix) − ICL(%s) after %d steps on the mixture", f, f, steps)
			if got, ok := told[name]; !ok || !near(got, want) {
				t.Errorf("%s: %.3f, want %.2f", name, got, want)
			}
		}
	}
}

// checkRegret: the transformers of the largest budget and the best rival fall short of Bayes.
func checkRegret(t *testing.T, r *study.Result) {
	told := findings(r)
	for _, f := range plane.Families() {
		for label, want := range map[string]float64{"ICL": .1, "ICL, mixture": .1, "best rival": .12} {
			if got := curveOf(t, r, "regret, accuracy", label, f).Mean; !near((got[1]+got[2]+got[3])/3, want) {
				t.Errorf("%s on %s falls short by %.3f, want %.2f", label, f, got, want)
			}
			if got := curveOf(t, r, "regret, log-loss", label, f).Mean; slices.Min(got) <= 0 {
				t.Errorf("%s on %s has the regret %.3f", label, f, got)
			}
			if c := curveOf(t, r, string(eval.SampleInflation), label, f); len(c.N) == 0 || c.Metric != eval.SampleInflation {
				t.Errorf("%s on %s: %+v", label, f, c)
			}
		}
		for _, s := range []string{iclOn(f), iclOn(plane.Mixture), rivalOn(f)} {
			if _, ok := told[fmt.Sprintf("%s: sample inflation of %s at 11 examples", f, s)]; !ok {
				t.Errorf("no sample inflation of %s on %s", s, f)
			}
		}
	}
}

// checkWide: beyond the plane the transformer is compared with each rival, alone and on the
// mixture, with itself, and by what is lost as σ grows.
func checkWide(t *testing.T, r *study.Result) {
	told := findings(r)
	for _, f := range plane.WideFamilies() {
		for name, want := range map[string]float64{
			": ICL − ProtoNet-64, both trained on " + f: .1, ": ICL − ANIL-64, both trained on " + f: .2,
			": ICL − ProtoNet-64, both trained on mix 5-D": .05, ": ICL − ANIL-64, both trained on mix 5-D": .2,
			": ICL(mix 5-D) − ICL(" + f + ")":                                     -.05,
			", σ 1→5: drop of ICL − drop of ProtoNet-64, both trained on mix 5-D": .2 - .05,
			", σ 1→5: drop of ICL − drop of ANIL-64, both trained on mix 5-D":     .2,
		} {
			if got, ok := told[f+name]; !ok || !near(got, want) {
				t.Errorf("%s%s: %.3f, want %.2f", f, name, got, want)
			}
		}
	}
	if want := 3*3 + 3*3 + 2*7; len(r.Findings) != want {
		t.Errorf("%d findings, want %d", len(r.Findings), want)
	}
}

// checkTables: the cross table has the optimal learners' accuracies, deepest on the diagonal;
// the summary has each learner of the plane once, trained on the family and on the mixture.
func checkTables(t *testing.T, r *study.Result) {
	cross := r.Table("cross table")
	if len(cross.Rows) != 3 || cross.Rows[1][0] != "MatchNet trained on pair" || !slices.Equal(cross.Header, []string{"trained on \\ tested on", "proto", "pair", "amort"}) {
		t.Fatalf("the cross table is %+v", cross)
	}
	for i, tints := range cross.Tints {
		if len(tints) != 3 || slices.Max(tints) != tints[i] {
			t.Errorf("row %d has the accuracies %v; want the %d-th to be the greatest", i, tints, i)
		}
	}
	table := r.Table(string(eval.Accuracy))
	if want := []string{"learner", "weights", "proto", "pair", "amort", "proto (mix)", "pair (mix)", "amort (mix)"}; !slices.Equal(table.Header, want) {
		t.Errorf("header %q, want %q", table.Header, want)
	}
	var rows []string
	for _, row := range table.Rows {
		rows = append(rows, strings.Join(row[:2], " "))
	}
	if !slices.Equal(rows, []string{"ICL 7", "CNP 3", "ANIL-64 5"}) {
		t.Fatalf("rows %q; want each learner of the plane once, with the weights of a run that did not diverge", rows)
	}
	if row := table.Rows[1]; !strings.HasPrefix(row[4], "0.7") || !strings.HasPrefix(row[7], "0.6") || !strings.HasPrefix(row[2], "0.5") {
		t.Errorf("CNP is %q; want about .74 on amort, .65 on the mixture and .55 elsewhere", row)
	}
}
