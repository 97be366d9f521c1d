package selection

import (
	"context"
	"fmt"
	"strings"

	"gonum.org/v1/gonum/stat"

	"github.com/goicl/goicl/icl/claim/internal/plane"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/study"
)

type scores struct{ *study.Data }

// The statements of claim 3.
const (
	better   = "better"
	learns   = "learns"
	brittle  = "brittle"
	averages = "averages"
)

func statements() []study.Statement {
	return []study.Statement{
		{ID: better, Text: "on a new family ICL does better than selection among the learners that are good for the parts of its training"},
		{ID: learns, Text: "on a new family ICL makes up half the way from chance to Bayes"},
		{ID: brittle, Text: "as the inputs spread more widely than in training, ICL loses more than selection, in each family"},
		{ID: averages, Text: "after few examples ICL's answers are nearer to the average over families than to the likeliest family's"},
	}
}

// checks are the criteria of claim 3, but for those of averaging.
func (x scores) checks() []study.Check {
	const (
		whyZero = "the statement is that it is better, by whatever; whether that is of use, the next statement asks"
		whyHalf = "a learner that has found the rule is near Bayes, one that has not is near chance"
		whyDrop = "two answers in a hundred: selection's own drop is of this size"
	)
	all := []study.Check{
		study.Above("radius: ICL(mix) − selection by leave-one-out likelihood", 0, x.onRadius(selected)).For(better, whyZero),
		study.Above("radius: ICL(mix) − selection among specialists", 0, x.onRadius(specialists)).For(better, whyZero),
		study.Above("radius: ICL(mix) − the best of the three for each task", 0, x.onRadius(bestOfSet)).For(better, whyZero),
		study.Above("radius: share of the way from chance to Bayes", .5, x.way()).For(learns, whyHalf),
	}
	for _, f := range plane.Families() {
		excess := eval.Differences(x.drops(icl, f), x.drops(selected, f))
		all = append(all, study.Above(fmt.Sprintf("%s, σ 1→5: drop of ICL(mix) − drop of selection", f), .02, eval.Interval(excess)).For(brittle, whyDrop))
	}
	return all
}

// onRadius is the accuracy of ICL(mix) on discs less another's, from ten examples on.
func (x scores) onRadius(other string) eval.Estimate {
	return x.Difference(eval.Accuracy, icl, other, newFamily)
}

// way is the share of the way from chance to Bayes that ICL(mix) makes up on discs.
func (x scores) way() eval.Estimate {
	const chance = .5
	var shares []float64
	mine, best := x.PerTask(eval.Accuracy, icl, newFamily), x.PerTask(eval.Accuracy, plane.BayesOptimal, newFamily)
	for s := range mine {
		shares = append(shares, (stat.Mean(mine[s], nil)-chance)/(stat.Mean(best[s], nil)-chance))
	}
	return eval.OfSeeds(shares)
}

// at names the condition of a family at a spread.
func at(family string, sigma float64) string { return plane.Test(family, sigma, 0, 0).Name }

// drops is what a subject's accuracy loses on a family as σ grows from 1 to 5. Tasks of
// both are drawn with the same random numbers, and paired.
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
		for _, s := range []string{icl, plane.ICL(f), plane.ICL(plane.Shifted), selected, specialists, own, plane.BayesOptimal} {
			all = append(all, study.Find(fmt.Sprintf("σ 1→5, %s: drop of %s", f, s), eval.Interval(x.drops(s, f))))
		}
	}
	for _, s := range []string{icl, selected, specialists, bestOfSet, plane.BayesOptimal} {
		all = append(all, study.Find("radius: accuracy of "+s+" from 10 examples on", x.Mean(eval.Accuracy, s, newFamily)))
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
			if strings.HasPrefix(s, partsPrefix) {
				continue // see partTable
			}
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
			if strings.HasPrefix(s, partsPrefix) {
				continue
			}
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
