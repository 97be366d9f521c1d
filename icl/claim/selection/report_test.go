package selection

import (
	"slices"
	"strings"
	"testing"

	"github.com/goicl/goicl/icl/claim/internal/plane"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/study"
	"github.com/goicl/goicl/icl/transformer"
)

// parted are the skills of the claim with changed transformers: softmax attention gains .1 on
// the mixture, normalisation loses .1 more as σ grows, and a causal mask costs .1 on discs.
func parted() skills {
	s := claimed()
	for _, p := range variants() {
		name := variantName(p)
		s[name+" on radius"] = .7 - .1*truth(p.Causal)
		for _, f := range plane.Families() {
			s[name+" on "+f] = .7 + .1*truth(p.Softmax)
			s[name+" on shifted "+f] = s[name+" on "+f] - .1 - .1*truth(p.Norm)
		}
	}
	return s
}

func truth(v bool) float64 {
	if v {
		return 1
	}
	return 0
}

// TestReport: what is told of learners with the skills of the claim.
func TestReport(t *testing.T) {
	s := parted()
	s["CNP(amort) on amort"], s["CNP(amort) on shifted amort"] = .8, .75
	s["ICL(pair) on pair"], s["ICL(pair) on shifted pair"] = .9, .5
	s["ICL(mix σ 1–5) on proto"], s["ICL(mix σ 1–5) on shifted proto"] = .8, .78
	r := experiment{skills: s, all: true, report: report}.run(t)
	if failed := failing(t, r); len(failed) > 0 || !near(r.Headline.Estimate, .1) || r.Headline.Name != "radius: ICL(mix) − selection, from 10 examples" {
		t.Errorf("%q fail, headline %+v", failed, r.Headline)
	}
	t.Run("findings", func(t *testing.T) { checkFindings(t, r) })
	t.Run("curves", func(t *testing.T) { checkShift(t, r) })
	t.Run("closeness", func(t *testing.T) { checkCloseness(t, r) })
	t.Run("parts", func(t *testing.T) { checkParts(t, r) })
}

// checkFindings: what subjects lose as σ grows, how they do on discs, and the effects of parts:
// .1 each where they were made, and none elsewhere.
func checkFindings(t *testing.T, r *study.Result) {
	told := map[string]float64{}
	for _, f := range r.Findings {
		told[f.Name] = f.Estimate
	}
	softmax, norm, causal := parts()[0].name, parts()[1].name, parts()[2].name
	for name, want := range map[string]float64{
		"σ 1→5, pair: drop of ICL(mix)": .3, "σ 1→5, pair: drop of selection": .05, "σ 1→5, pair: drop of " + specialists: 0,
		"σ 1→5, pair: drop of ICL(pair)": .4, "σ 1→5, amort: drop of ICL(amort)": 0, "σ 1→5, proto: drop of ICL(mix σ 1–5)": .02,
		"σ 1→5, amort: drop of CNP(amort)": .05, "σ 1→5, amort: drop of Bayes": 0,
		"radius: accuracy of ICL(mix) from 10 examples on": .8, "radius: accuracy of Bayes from 10 examples on": .95,
		"accuracy on the mixture, by " + softmax: .1, "accuracy on the mixture, by " + norm: 0, "accuracy on the mixture, by " + causal: 0,
		"drop, σ 1→5, by " + softmax: 0, "drop, σ 1→5, by " + norm: .1, "drop, σ 1→5, by " + causal: 0,
		"accuracy on discs, by " + softmax: 0, "accuracy on discs, by " + norm: 0, "accuracy on discs, by " + causal: -.1,
	} {
		if got, ok := told[name]; !ok || !near(got, want) {
			t.Errorf("%s: %.3f, want %.2f", name, got, want)
		}
	}
	if want := 3*7 + 5 + 3*3; len(r.Findings) != want || len(told) != want {
		t.Errorf("%d findings of %d names, want %d", len(r.Findings), len(told), want)
	}
}

// checkShift: accuracies by σ of every subject but the changed transformers, those of few seeds
// among them; the transformer of each tested family stands under one name, too.
func checkShift(t *testing.T, r *study.Result) {
	for _, g := range r.Groups {
		for _, c := range g.Curves {
			if strings.HasPrefix(c.Learner, partsPrefix) {
				t.Errorf("%s has a curve of %s", g.Name, c.Learner)
			}
		}
	}
	for _, c := range r.Curves("shift") {
		if !slices.Equal(c.N, []int{1, 2, 3, 4, 5}) || len(c.Mean) != 5 || len(c.Hi) != 5 {
			t.Errorf("%+v; want five spreads", c)
		}
		if c.Learner == icl && c.Family == "pair" && (!near(c.Mean[0], .85) || !near(c.Mean[2], .7) || !near(c.Mean[4], .55)) {
			t.Errorf("accuracies of %s on pair by σ: %v", icl, c.Mean)
		}
	}
	if c := r.Curves("pair, σ = 3", icl); len(c) != 1 || !slices.Equal(c[0].N, lengths()) || !near(c[0].Mean[4], .7) {
		t.Errorf("%+v", c)
	}
	checkOwnFamily(t, r)
}

// checkOwnFamily: the transformer that is trained on each tested family stands under one name.
func checkOwnFamily(t *testing.T, r *study.Result) {
	t.Helper()
	own := r.Curves("shift", plane.ICL(ownFamily))
	if len(own) != 3 {
		t.Fatalf("%d curves of ICL(own family), want one a family", len(own))
	}
	for i, f := range plane.Families() {
		named := r.Curves("shift", plane.ICL(f))
		j := slices.IndexFunc(named, func(c eval.Curve) bool { return c.Family == f })
		if own[i].Family != f || j < 0 || !slices.Equal(own[i].Mean, named[j].Mean) || len(own[i].N) != 5 {
			t.Errorf("ICL(own family) on %s is %+v", f, own[i])
		}
	}
}

// checkCloseness: distances by number of examples, that from selection first.
func checkCloseness(t *testing.T, r *study.Result) {
	curves := r.Curves("closeness")
	if len(curves) != 2 || curves[0].Learner != hard || curves[1].Learner != average {
		t.Fatalf("%+v", curves)
	}
	for _, c := range curves {
		want := map[string]float64{hard: .25, average: 0}[c.Learner]
		if !slices.Equal(c.N, fewLengths()) || c.Metric != eval.Distance || !near(c.Mean[0], want) || !near(c.Mean[3], want) || slices.Min(c.Lo) < 0 {
			t.Errorf("%+v; want about %g", c, want)
		}
	}
}

// checkParts: the table has a row for each combination, the paper's first, with what each part
// is and what was measured.
func checkParts(t *testing.T, r *study.Result) {
	table := r.Table("parts")
	if want := []string{"attention", "normalisation", "sees", "accuracy on the mixture", "drop, σ 1→5", "accuracy on discs"}; !slices.Equal(table.Header, want) || len(table.Rows) != 8 {
		t.Fatalf("%q with %d rows", table.Header, len(table.Rows))
	}
	for i, words := range map[int][]string{
		0: {"efficient", "none", "all"}, 1: {"efficient", "none", "those before it"}, 2: {"efficient", "layer", "all"},
		4: {"softmax", "none", "all"}, 7: {"softmax", "layer", "those before it"},
	} {
		if !slices.Equal(table.Rows[i][:3], words) {
			t.Errorf("row %d is %q, want %q", i, table.Rows[i], words)
		}
	}
	for i, prefixes := range map[int][]string{0: {"0.7", "0.1", "0.7"}, 7: {"0.8", "0.2", "0.6"}} {
		for k, prefix := range prefixes {
			if got := table.Rows[i][3+k]; got[:2] != prefix[:2] || !near(number(t, got), number(t, prefix)) {
				t.Errorf("row %d, column %d is %q, want about %s", i, 3+k, got, prefix)
			}
		}
	}
}

// TestVariants: there is every combination of the parts, each once, and the paper's own first.
func TestVariants(t *testing.T) {
	seen, changes := map[transformer.Paper]bool{}, map[string]int{}
	for _, p := range variants() {
		seen[p] = true
		for _, part := range parts() {
			if part.is(p) {
				changes[part.name]++
			}
		}
	}
	if len(seen) != 8 || len(changes) != 3 || variants()[0] != (transformer.Paper{}) {
		t.Errorf("%d combinations of %v", len(seen), changes)
	}
	for name, n := range changes {
		if n != 4 {
			t.Errorf("%d of 8 have %s", n, name)
		}
	}
}

// TestOverFamilies: values are averaged task by task over the families.
func TestOverFamilies(t *testing.T) {
	got := overFamilies(func(f string) [][]float64 {
		return map[string][][]float64{"proto": {{.3, .6}, {0}}, "pair": {{.6, .6}, {3}}, "amort": {{.9, .6}, {6}}}[f]
	})
	for s, want := range [][]float64{{.6, .6}, {3}} {
		for i := range want {
			if d := got[s][i] - want[i]; d > 1e-12 || d < -1e-12 {
				t.Errorf("seed %d: %v, want %v", s, got[s], want)
			}
		}
	}
}
