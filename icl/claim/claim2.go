package claim

import (
	"fmt"
	"slices"

	"gonum.org/v1/gonum/floats"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/metalearner"
	"github.com/goicl/goicl/icl/transformer"
)

// Claim 2 (paper, Fig. 2): an ICL transformer trained on a family of tasks does
// as well as the best learner for it; trained on a mixture it still does, while
// conventional learners lose.

// singles are the families of claim 2.
var singles = []string{"proto", "pair", "amort"}

// optimal names the conventional learner that the paper calls optimal for a family.
var optimal = map[string]string{"proto": "ProtoNet", "pair": "MatchNet", "amort": "CNP"}

// rivals are the conventional learners, at the paper's size and at 64 units.
func rivals() []learner.Learner {
	return []learner.Learner{
		metalearner.ProtoNet{}, metalearner.MatchNet{}, metalearner.MatchNet{Sum: true}, metalearner.CNP{},
		metalearner.ProtoNet{Width: 64}, metalearner.MatchNet{Width: 64}, metalearner.CNP{Width: 64},
	}
}

// asPublished are the learners as the authors' code has them. They are shown
// beside the others and take no part in the checks.
func asPublished() []learner.Learner {
	return []learner.Learner{metalearner.ProtoNet{Parity: true}, metalearner.MatchNet{Sum: true, Parity: true}}
}

func claim2(p Preset) definition {
	x := &experiment{preset: p, families: singles}
	for _, l := range append(append([]learner.Learner{transformer.Paper{}}, rivals()...), asPublished()...) {
		for _, family := range append(slices.Clone(singles), mixture) {
			x.cells = append(x.cells, cell{l, family})
		}
	}
	return definition{
		name: "claim2", title: "ICL matches the optimal learner of each family, even trained on a mixture",
		experiment: x,
		checks:     func() []Check { return claim2Checks(x) },
		headline:   func() Headline { return claim2Headline(x) },
	}
}

// margin is how much lower an accuracy may be and still count as matching.
const margin = .01

// claim2Checks are the criteria of claim 2. Accuracies are means over 2 and more
// examples.
func claim2Checks(x *experiment) []Check {
	var checks []Check
	for _, f := range singles {
		best := x.bestRival(f)
		checks = append(checks, above(
			fmt.Sprintf("%s: ICL(%s) − best rival, %s", f, f, best), -margin,
			x.difference("ICL", f, best, f, f)))
	}
	for _, f := range singles {
		other := x.bestOther(f)
		checks = append(checks, above(
			fmt.Sprintf("%s: %s − %s, each trained on its own family", f, optimal[f], optimal[other]), 0,
			x.difference(optimal[f], f, optimal[other], other, f)))
	}
	for _, f := range singles {
		checks = append(checks, below(
			fmt.Sprintf("%s(mix) over the families − %s(%s) on %s", optimal[f], optimal[f], f, f), 0,
			x.mixtureLoss(optimal[f], f)))
	}
	for _, f := range singles {
		checks = append(checks, within(
			fmt.Sprintf("%s: ICL(mix) − ICL(%s)", f, f), margin,
			x.difference("ICL", mixture, "ICL", f, f)))
	}
	return checks
}

// claim2Headline sets one transformer, trained on the mixture, against the best
// rival of each family, trained on that family alone.
func claim2Headline(x *experiment) Headline {
	e := bootstrap(overFamilies(func(f string) [][]float64 {
		return eval.Differences(x.perTask("ICL", mixture, f), x.perTask(x.bestRival(f), f, f))
	}))
	return Headline{"ICL(mix) − best rival of each family", e.Mean, [2]float64{e.Lo, e.Hi}}
}

// bestRival is the conventional learner with the best validation accuracy on f:
// the test tasks take no part in the choice.
func (x *experiment) bestRival(f string) string {
	best := ""
	for _, l := range rivals() {
		if best == "" || x.validation(l.Name(), f) > x.validation(best, f) {
			best = l.Name()
		}
	}
	return best
}

// bestOther is the family whose optimal learner, trained there, does best on f
// among the families other than f: the strongest off-diagonal entry of column f
// of the cross table.
func (x *experiment) bestOther(f string) string {
	best, top := "", 0.
	for _, other := range singles {
		if other == f {
			continue
		}
		if m := eval.Interval(x.perTask(optimal[other], other, f)).Mean; best == "" || m > top {
			best, top = other, m
		}
	}
	return best
}

// difference is accuracy(a trained on ta) − accuracy(b trained on tb), both on
// family f, paired by seed and task.
func (x *experiment) difference(a, ta, b, tb, f string) eval.Estimate {
	return bootstrap(eval.Differences(x.perTask(a, ta, f), x.perTask(b, tb, f)))
}

// mixtureLoss is the mean accuracy of a learner trained on the mixture over the
// three families less its accuracy on own when trained there.
func (x *experiment) mixtureLoss(name, own string) eval.Estimate {
	mean := overFamilies(func(f string) [][]float64 { return x.perTask(name, mixture, f) })
	return bootstrap(eval.Differences(mean, x.perTask(name, own, own)))
}

// overFamilies averages what values gives for each family, task by task.
func overFamilies(values func(family string) [][]float64) [][]float64 {
	var mean [][]float64
	for _, f := range singles {
		groups := values(f)
		if mean == nil {
			mean = make([][]float64, len(groups))
		}
		for s, g := range groups {
			if mean[s] == nil {
				mean[s] = make([]float64, len(g))
			}
			floats.AddScaled(mean[s], 1/float64(len(singles)), g)
		}
	}
	return mean
}

// bootstrapRounds resamples are enough for intervals to two digits.
const bootstrapRounds = 1000

func bootstrap(groups [][]float64) eval.Estimate {
	return eval.Bootstrap(datasets.Rand(0, "bootstrap"), groups, bootstrapRounds)
}

func above(name string, threshold float64, e eval.Estimate) Check {
	return Check{name, e.Mean, [2]float64{e.Lo, e.Hi}, threshold, e.Lo >= threshold}
}

func below(name string, threshold float64, e eval.Estimate) Check {
	return Check{name, e.Mean, [2]float64{e.Lo, e.Hi}, threshold, e.Hi < threshold}
}

// within passes if the interval lies in ±threshold.
func within(name string, threshold float64, e eval.Estimate) Check {
	return Check{name, e.Mean, [2]float64{e.Lo, e.Hi}, threshold, e.Lo >= -threshold && e.Hi <= threshold}
}
