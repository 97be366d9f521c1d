package matching

import (
	"fmt"
	"strings"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/claim/internal/plane"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/study"
)

// The groups of curves of the result. In the first two, learners go by their own names, and
// the Bayes-optimal predictor is among them; in the third by what they were trained on.
const (
	ownFamily = "trained on the tested family"
	onMixture = "trained on the mixture"
	elsewhere = "trained on another family"
)

// curves are accuracies by number of examples.
func (x *scores) curves(r *study.Result) {
	for _, f := range plane.Families() {
		for _, s := range x.Subjects(f) {
			if strings.HasSuffix(s, " steps") {
				continue // see budgets
			}
			c, group := x.Curve(eval.Accuracy, s, f), elsewhere
			switch {
			case s == plane.BayesOptimal:
				r.Add(ownFamily, c)
				group = onMixture
			case strings.HasSuffix(s, "("+f+")"):
				c.Learner, group = trimmed(s, f), ownFamily
			case strings.HasSuffix(s, "("+plane.Mixture+")"):
				c.Learner, group = trimmed(s, plane.Mixture), onMixture
			}
			r.Add(group, c)
		}
	}
}

// regret compares the transformer, trained alone and on the mixture, and the best rival of
// each family with Bayes.
func (x *scores) regret(r *study.Result) {
	const rounds = 1000
	rng := datasets.Rand(0, "inflation")
	for _, f := range plane.Families() {
		best := x.Summaries(plane.BayesOptimal, f)
		for _, s := range []struct{ label, name string }{{"ICL", x.longest(f)}, {"ICL, mixture", x.longest(plane.Mixture)}, {"best rival", x.best[f]}} {
			mine := x.Summaries(s.name, f)
			mine = mine[:min(len(mine), len(best))] // Bayes has fewer seeds
			for _, m := range []eval.Metric{eval.Accuracy, eval.LogLoss} {
				c := eval.Regret(m, mine, best)
				c.Learner = s.label
				r.Add("regret, "+string(m), c)
			}
			c := eval.Inflation(rng, mine, best, rounds)
			last := len(c.N) - 1
			r.Findings = append(r.Findings, study.Find(fmt.Sprintf("%s: sample inflation of %s at %d examples", f, s.name, c.N[last]),
				eval.Estimate{Mean: c.Mean[last], Lo: c.Lo[last], Hi: c.Hi[last]}))
			c.Learner = s.label
			r.Add(string(eval.SampleInflation), c)
		}
	}
}

// summary is a table of a metric, averaged over 2 and more examples: each learner trained
// on the tested family alone and on the mixture.
func (x *scores) summary(m eval.Metric, runs []study.RunInfo) eval.Table {
	t := eval.Table{Title: string(m), Header: []string{"learner", "weights"}}
	for _, how := range []string{"", " (mix)"} {
		for _, f := range plane.Families() {
			t.Header = append(t.Header, f+how)
		}
	}
	seen := map[string]bool{}
	for _, run := range runs {
		if seen[run.Learner] || run.Failed != "" || x.Summaries(run.Arm, plane.Families()[0]) == nil {
			continue
		}
		seen[run.Learner] = true
		row := []string{run.Learner, fmt.Sprint(run.Params)}
		for _, f := range plane.Families() {
			row = append(row, x.Mean(m, plane.Name(run.Learner, f), f).String())
		}
		for _, f := range plane.Families() {
			row = append(row, x.Mean(m, plane.Name(run.Learner, plane.Mixture), f).String())
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// crossTable is the paper's table of conventional learners: row f is the learner it calls
// optimal for family f, trained on f; column g tests it on g.
func (x *scores) crossTable() eval.Table {
	t := eval.Table{Title: "cross table", Header: append([]string{"trained on \\ tested on"}, plane.Families()...)}
	for _, trained := range plane.Families() {
		row := []string{plane.Optimal[trained] + " trained on " + trained}
		var tints []float64
		for _, family := range plane.Families() {
			e := x.Mean(eval.Accuracy, optimalOn(trained, trained), family)
			row, tints = append(row, e.String()), append(tints, e.Mean)
		}
		t.Rows, t.Tints = append(t.Rows, row), append(t.Tints, tints)
	}
	return t
}
