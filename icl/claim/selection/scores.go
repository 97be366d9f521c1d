package selection

import (
	"context"
	"fmt"

	"github.com/goicl/goicl/icl/claim/internal/plane"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/study"
)

type scores struct{ *study.Data }

// checks are the criteria of claim 3.
func (x scores) checks() []study.Check {
	checks := []study.Check{
		study.Above("radius: ICL(mix) − selection by leave-one-out likelihood", 0, x.onRadius(selected)),
		study.Above("radius: ICL(mix) − the best of the three for each task", 0, x.onRadius(bestOfSet)),
		study.Above("radius: accuracy of ICL(mix)", .55, eval.Interval(x.fromTen(icl))),
	}
	return append(checks, x.shiftChecks()...)
}

// fromTen is a subject's accuracy per task on radius, from ten examples on.
func (x scores) fromTen(subject string) [][]float64 {
	var groups [][]float64
	for _, s := range x.Scores(subject, newFamily) {
		groups = append(groups, s.Summarize(fromRadius).Of(eval.Accuracy).PerTask)
	}
	return groups
}

// onRadius is the accuracy of ICL(mix) less another's, from ten examples on.
func (x scores) onRadius(other string) eval.Estimate {
	return eval.Interval(eval.Differences(x.fromTen(icl), x.fromTen(other)))
}

// shiftChecks want ICL to lose more than selection on each family, as σ grows from 1 to 5.
func (x scores) shiftChecks() []study.Check {
	var checks []study.Check
	for _, f := range plane.Families() {
		excess := eval.Differences(x.drops(icl, f), x.drops(selected, f))
		checks = append(checks, study.Above(fmt.Sprintf("%s, σ 1→5: drop of ICL(mix) − drop of selection", f), 0, eval.Interval(excess)))
	}
	return checks
}

// at names the condition of a family at a spread.
func at(family string, sigma float64) string { return plane.Test(family, sigma, 0, 0).Name }

// drops is what a subject's accuracy loses on a family as σ grows from 1 to 5.
// Tasks of different σ are independent, so pairing them costs nothing.
func (x scores) drops(subject, family string) [][]float64 {
	sigmas := plane.Sigmas()
	least, most := sigmas[0], sigmas[len(sigmas)-1]
	return eval.Differences(x.PerTask(eval.Accuracy, subject, at(family, least)), x.PerTask(eval.Accuracy, subject, at(family, most)))
}

// findings are what every subject loses under shift.
func (x scores) findings() []study.Finding {
	var all []study.Finding
	for _, f := range plane.Families() {
		own := plane.Name(plane.Optimal[f], f)
		for _, s := range []string{icl, plane.ICL(f), plane.ICL(plane.Shifted), softmax, selected, own, plane.BayesOptimal} {
			all = append(all, study.Find(fmt.Sprintf("σ 1→5, %s: drop of %s", f, s), eval.Interval(x.drops(s, f))))
		}
	}
	return all
}

// accuracies adds, for each family and spread, the accuracy of every subject by number of
// examples: groups such as "radius" and "pair, σ = 3".
func (x scores) accuracies(r *study.Result) {
	conditions := []string{newFamily}
	for _, f := range plane.Families() {
		for _, sigma := range plane.Sigmas() {
			conditions = append(conditions, at(f, sigma))
		}
	}
	for _, c := range conditions {
		for _, s := range x.Subjects(c) {
			r.Add(c, x.Curve(eval.Accuracy, s, c))
		}
	}
}

// ownFamily stands for the family that is tested in the name of a transformer.
const ownFamily = "own family"

// shift adds accuracies by spread σ, averaged over numbers of examples: one curve for each
// family and subject, whose N is σ.
func (x scores) shift(r *study.Result) {
	for _, f := range plane.Families() {
		subjects := x.Subjects(at(f, 1))
		subjects = append(subjects, plane.ICL(ownFamily))
		for _, s := range subjects {
			by := eval.Curve{Learner: s, Family: f, Metric: eval.Accuracy}
			if s == plane.ICL(ownFamily) {
				s = plane.ICL(f)
			}
			for _, sigma := range plane.Sigmas() {
				if groups := x.PerTask(eval.Accuracy, s, at(f, sigma)); groups != nil {
					by.N = append(by.N, int(sigma))
					by.Add(eval.Interval(groups))
				}
			}
			r.Add("shift", by)
		}
	}
}

// closeness adds the distance of ICL(mix)'s predictions from every other subject's, where
// the spread is that of training.
func (x scores) closeness(r *study.Result) error {
	for _, c := range append([]string{newFamily}, plane.Families()...) {
		mine := x.Scores(icl, c)
		for _, s := range x.Subjects(c) {
			if s == icl {
				continue
			}
			var sums []*eval.Summary
			for i, other := range x.Scores(s, c) {
				d, err := mine[i].DistanceTo(other)
				if err != nil {
					return err
				}
				sums = append(sums, d.Summarize(plane.FromExamples))
			}
			curve := eval.CurveOf(eval.Distance, sums...)
			curve.Learner = s
			r.Add("closeness", curve)
		}
	}
	return nil
}

// FamilyPosterior is what the Bayes predictor of the mixture believes of which of its
// families a task is from, by number of examples: a curve for each family, over that many
// tasks of the family that is named.
func FamilyPosterior(ctx context.Context, family string, tasks int) ([]eval.Curve, error) {
	b, err := plane.Test(family, 1, plane.Points, tasks).Sample(0)
	if err != nil {
		return nil, err
	}
	at := eval.AllLengths(plane.Points)
	posterior, err := plane.BayesOfMixture().FamilyPosterior(ctx, b, at)
	if err != nil {
		return nil, err
	}
	var curves []eval.Curve
	families := plane.Families()
	for i, name := range families {
		c := eval.Curve{Learner: name, Family: family, N: at}
		for k := range at {
			column := make([]float64, b.T)
			for t := range column {
				column[t] = float64(posterior[(t*len(at)+k)*len(families)+i])
			}
			c.Add(eval.Interval([][]float64{column}))
		}
		curves = append(curves, c)
	}
	return curves, nil
}
