package pictures

import (
	"fmt"

	"gonum.org/v1/gonum/stat"

	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/study"
)

// leastLead is the smallest difference of accuracies that matters here.
const leastLead = .01

func (x *crossing) report(d *study.Data, r *study.Result) {
	lead := func(tasks int) eval.Estimate {
		a, b := x.bySeed(d, tuned(armM2, tasks)), x.bySeed(d, tuned(armICL, tasks))
		for i := range a {
			a[i] -= b[i]
		}
		return eval.OfSeeds(a)
	}
	r.Checks = append(r.Checks, study.Above(fmt.Sprintf("accuracy of M²-ICL − ICL, both adapted to %d tasks", x.Support[0]), leastLead, lead(x.Support[0])).
		For(fromFew, "a point in a hundred is what a reader would see"))
	r.Headline = study.Find(fmt.Sprintf("lead of M²-ICL after %d tasks", x.Support[0]), lead(x.Support[0]))
	for _, tasks := range x.Support[1:] {
		r.Findings = append(r.Findings, study.Find(fmt.Sprintf("lead of M²-ICL after %d tasks", tasks), lead(tasks)))
	}
	t := eval.Table{Title: "Accuracy on unseen alphabets in %, mean over alphabets", Header: []string{"learner", "not adapted"}}
	for _, tasks := range x.Support {
		t.Header = append(t.Header, fmt.Sprintf("adapted to %d tasks", tasks))
	}
	cell := func(subject string) string {
		e := eval.OfSeeds(x.bySeed(d, subject))
		return fmt.Sprintf("%.1f ±%.1f", 100*e.Mean, 50*(e.Hi-e.Lo))
	}
	for _, arm := range []string{armM2, armICL} {
		row := []string{arm, cell(plain(arm))}
		for _, tasks := range x.Support {
			row = append(row, cell(tuned(arm, tasks)))
		}
		t.Rows = append(t.Rows, row)
	}
	t.Rows = append(t.Rows, append([]string{pixels, cell(pixels)}, make([]string, len(x.Support))...))
	r.Tables = append(r.Tables, t)
}

// bySeed are the accuracies of a predictor, means over alphabets.
func (x *crossing) bySeed(d *study.Data, subject string) []float64 {
	sums := make([]float64, len(d.Seeds()))
	for _, p := range x.testing {
		for i, s := range d.Summaries(subject, p.name) {
			sums[i] += stat.Mean(s.Of(eval.Accuracy).PerTask, nil) / float64(len(x.testing))
		}
	}
	return sums
}
