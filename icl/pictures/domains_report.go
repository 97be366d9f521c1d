package pictures

import (
	"fmt"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"

	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/study"
)

// byKind is the group of the curves that have an estimate for each kind of domains.
const byKind = "accuracy by kind of domain"

// leastLead is the smallest difference of accuracies that matters here.
const leastLead = .01

func (x *crossing) report(d *study.Data, r *study.Result) {
	few := x.Support[0]
	lead := x.lead(d, few, x.kinds()...)
	r.Headline = study.Find(fmt.Sprintf("lead of M²-ICL after %d tasks", few), lead)
	r.Checks = append(r.Checks, study.Above(fmt.Sprintf("accuracy of M²-ICL − ICL, both adapted to %d tasks, mean over kinds of domains", few), leastLead, lead).
		For(fromFew, "a point in a hundred is what a reader would see"))
	for _, tasks := range x.Support {
		if tasks != few {
			r.Findings = append(r.Findings, study.Find(fmt.Sprintf("lead of M²-ICL after %d tasks", tasks), x.lead(d, tasks, x.kinds()...)))
		}
		for _, kind := range x.kinds() {
			r.Findings = append(r.Findings, study.Find(fmt.Sprintf("lead of M²-ICL after %d tasks, %s", tasks, kind), x.lead(d, tasks, kind)))
		}
		more := x.gain(d, armM2, tasks)
		floats.Sub(more, x.gain(d, armICL, tasks))
		r.Findings = append(r.Findings, study.Find(fmt.Sprintf("M²-ICL gains more by adapting to %d tasks than ICL, by", tasks), eval.OfSeeds(more)))
		for _, arm := range []string{armM2, armICL} {
			r.Findings = append(r.Findings, study.Find(fmt.Sprintf("gain of %s by adapting to %d tasks", arm, tasks), eval.OfSeeds(x.gain(d, arm, tasks))))
		}
	}
	accuracies := x.accuracies(d)
	t := x.table(d, accuracies)
	t.Note = x.costs(d)
	r.Tables = append(r.Tables, t, x.chosen())
	r.Add(byKind, accuracies...)
}

// gain is what an arm's accuracy gains by adapting to that many tasks, by seed.
func (x *crossing) gain(d *study.Data, arm string, tasks int) []float64 {
	of := x.bySeed(d, tuned(arm, tasks), x.kinds()...)
	return floats.SubTo(of, of, x.bySeed(d, plain(arm), x.kinds()...))
}

// lead is the accuracy of M² less that of ICL, each adapted to that many tasks.
func (x *crossing) lead(d *study.Data, tasks int, kinds ...string) eval.Estimate {
	return x.less(d, tuned(armM2, tasks), tuned(armICL, tasks), kinds...)
}

// less is the accuracy of a less that of b, by seed.
func (x *crossing) less(d *study.Data, a, b string, kinds ...string) eval.Estimate {
	of := x.bySeed(d, a, kinds...)
	return eval.OfSeeds(floats.SubTo(of, of, x.bySeed(d, b, kinds...)))
}

// accuracies are those of each predictor by kind of domains, as curves with one estimate a kind.
func (x *crossing) accuracies(d *study.Data) (all []eval.Curve) {
	subjects := []string{pixels, protoNet}
	for _, arm := range []string{armICL, armM2} {
		subjects = append(subjects, plain(arm))
		for _, tasks := range x.Support {
			subjects = append(subjects, tuned(arm, tasks))
		}
	}
	for _, subject := range subjects {
		c := eval.Curve{Learner: subject, Family: "domains", Metric: eval.Accuracy}
		for _, kind := range x.kinds() {
			c.Add(eval.OfSeeds(x.bySeed(d, subject, kind)))
		}
		all = append(all, c)
	}
	return all
}

// table has a row for each predictor and a column for each kind of domains: accuracies in percent
// with half the width of their intervals.
func (x *crossing) table(d *study.Data, accuracies []eval.Curve) eval.Table {
	t := eval.Table{Title: fmt.Sprintf("Accuracy on unseen domains in %%, %d-way 1-shot, mean over domains", x.Ways), Header: append([]string{"learner"}, x.kinds()...)}
	t.Header = append(t.Header, "mean")
	for _, c := range accuracies {
		row := []string{c.Learner}
		for i := range c.Mean {
			row = append(row, percent(c.Mean[i], c.Lo[i], c.Hi[i]))
		}
		all := eval.OfSeeds(x.bySeed(d, c.Learner, x.kinds()...))
		t.Rows = append(t.Rows, append(row, percent(all.Mean, all.Lo, all.Hi)))
	}
	return t
}

// costs says how long M² and ordinary training took.
func (x *crossing) costs(d *study.Data) string {
	var minutes [2]float64
	for i, arm := range []string{armM2, armICL} {
		for _, seed := range d.Seeds() {
			if f, err := d.Run(arm, seed); err == nil && f != nil {
				minutes[i] += f.Processor / 60 / float64(len(d.Seeds()))
			}
		}
	}
	return fmt.Sprintf("M² took %.1f core-minutes of training a seed, ICL %.1f, both behind the same start.", minutes[0], minutes[1])
}

// chosen has how each arm chose to adapt.
func (x *crossing) chosen() eval.Table {
	t := eval.Table{Title: "How each adapts, as chosen on other unseen domains", Header: []string{"arm", "tasks", "rate", "steps", "accuracy there in %"}}
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, arm := range []string{armICL, armM2} {
		for _, tasks := range x.Support {
			c := x.choices[tuned(arm, tasks)]
			t.Rows = append(t.Rows, []string{arm, fmt.Sprint(tasks), fmt.Sprint(c.rate) + edge(x.Rates, c.rate), fmt.Sprint(c.steps) + edge(x.AdaptSteps, c.steps), fmt.Sprintf("%.1f", 100*c.accuracy)})
		}
	}
	return t
}

// edge says that a choice is the least or greatest there was to choose from.
func edge[T comparable](from []T, chosen T) string {
	if chosen == from[0] || chosen == from[len(from)-1] {
		return " (edge)"
	}
	return ""
}

// bySeed are the accuracies of a predictor by seed: means over the domains of each kind, and then
// over kinds.
func (x *crossing) bySeed(d *study.Data, subject string, kinds ...string) []float64 {
	sums := make([]float64, len(d.Seeds()))
	for _, kind := range kinds {
		var of []place
		for _, p := range x.testing {
			if p.kind == kind {
				of = append(of, p)
			}
		}
		for _, p := range of {
			for i, s := range d.Summaries(subject, p.name) {
				sums[i] += stat.Mean(s.Of(eval.Accuracy).PerTask, nil) / float64(len(of)*len(kinds))
			}
		}
	}
	return sums
}
