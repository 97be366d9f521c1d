package matching

import (
	"fmt"
	"slices"

	"github.com/goicl/goicl/icl/claim/internal/plane"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/study"
	"github.com/goicl/goicl/icl/transformer"
)

// byBudget is the group of accuracies by steps on the mixture.
const byBudget = "accuracy by budget"

// steps are all numbers of steps on the mixture, in order.
func (x *scores) steps() []int {
	all := append([]int{x.size.Mixture}, x.size.Budgets...)
	slices.Sort(all)
	return all
}

// after is the transformer after the steps that go with those on the mixture.
func (x *scores) after(trainedOn string, mixture int) string {
	if mixture == x.size.Mixture {
		return plane.ICL(trainedOn)
	}
	return plane.ICLOf(trainedOn, x.size.StepsOn(trainedOn, mixture))
}

// budgets adds, for each family, the accuracy of the transformer by steps on the mixture: of
// that trained on the mixture, of that trained on the family with as many tasks of it, and the
// best rivals' beside them. What the mixture costs at each is a finding.
func (x *scores) budgets(r *study.Result) {
	for _, f := range plane.Families() {
		both := eval.Curve{Learner: "ICL(mix)", Family: f, Metric: eval.Accuracy, N: x.steps()}
		one := eval.Curve{Learner: "ICL(own family)", Family: f, Metric: eval.Accuracy, N: x.steps()}
		rival := eval.Curve{Learner: "best rival(own family)", Family: f, Metric: eval.Accuracy, N: x.steps()}
		for _, steps := range x.steps() {
			mix, own := x.after(plane.Mixture, steps), x.after(f, steps)
			both.Add(x.Mean(eval.Accuracy, mix, f))
			one.Add(x.Mean(eval.Accuracy, own, f))
			rival.Add(x.Mean(eval.Accuracy, x.best[f], f))
			r.Findings = append(r.Findings, study.Find(
				fmt.Sprintf("%s: ICL(mix) − ICL(%s) after %s steps on the mixture", f, f, plane.Thousands(steps)),
				x.Difference(eval.Accuracy, mix, own, f)))
		}
		r.Add(byBudget, both, one, rival)
	}
}

// wide adds what holds beyond the plane, with five inputs and three classes: the difference
// between the transformer and two rivals, alone and on the mixture, and what each
// loses as σ grows from 1 to 5.
func (x *scores) wide(r *study.Result) {
	icl := transformer.Paper{}.Name()
	for _, f := range plane.WideFamilies() {
		shifted := plane.Test(f, 5, 0, 0).Name
		for _, on := range []string{f, plane.WideMixture} {
			for _, l := range wideRivals() {
				r.Findings = append(r.Findings, study.Find(
					fmt.Sprintf("%s: ICL − %s, both trained on %s", f, l.Name(), on),
					x.Difference(eval.Accuracy, plane.Name(icl, on), plane.Name(l.Name(), on), f)))
			}
		}
		r.Findings = append(r.Findings, study.Find(
			fmt.Sprintf("%s: ICL(%s) − ICL(%s)", f, plane.WideMixture, f),
			x.Difference(eval.Accuracy, plane.ICL(plane.WideMixture), plane.ICL(f), f)))
		drop := func(learner string) [][]float64 {
			name := plane.Name(learner, plane.WideMixture)
			return eval.Differences(x.PerTask(eval.Accuracy, name, f), x.PerTask(eval.Accuracy, name, shifted))
		}
		for _, l := range wideRivals() {
			r.Findings = append(r.Findings, study.Find(
				fmt.Sprintf("%s, σ 1→5: drop of ICL − drop of %s, both trained on %s", f, l.Name(), plane.WideMixture),
				eval.Interval(eval.Differences(drop(icl), drop(l.Name())))))
		}
	}
}
