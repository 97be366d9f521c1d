package claim

import (
	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/eval"
)

// Check compares an estimate with a threshold. It is a hypothesis test: it passes
// if the estimate lies on the right side of the threshold by more than chance
// explains, at a level of 2.5 % one-sided over all checks of the claim together
// (Holm's correction).
type Check struct {
	Name      string     `json:"name"`
	Estimate  float64    `json:"estimate"`
	CI        [2]float64 `json:"ci"` // 95 %; see [eval.Bootstrap]
	Threshold float64    `json:"threshold"`
	P         float64    `json:"p"` // one-sided, adjusted for the number of checks
	Pass      bool       `json:"pass"`
}

// level is the largest p-value that passes.
const level = .025

// judge adjusts the checks' p-values for their number and decides.
func judge(checks []Check) []Check {
	p := make([]float64, len(checks))
	for i, c := range checks {
		p[i] = c.P
	}
	for i, adjusted := range eval.Holm(p) {
		checks[i].P, checks[i].Pass = adjusted, adjusted <= level
	}
	return checks
}

func check(name string, threshold float64, e eval.Estimate, p float64) Check {
	return Check{Name: name, Estimate: e.Mean, CI: [2]float64{e.Lo, e.Hi}, Threshold: threshold, P: p}
}

func above(name string, threshold float64, e eval.Estimate) Check {
	return check(name, threshold, e, e.PAbove(threshold))
}

func below(name string, threshold float64, e eval.Estimate) Check {
	return check(name, threshold, e, e.PBelow(threshold))
}

// within passes if the estimate lies inside ±threshold: two tests, of which the
// weaker counts.
func within(name string, threshold float64, e eval.Estimate) Check {
	return check(name, threshold, e, max(e.PAbove(-threshold), e.PBelow(threshold)))
}

// bootstrapRounds resamples are enough for intervals to two digits.
const bootstrapRounds = 1000

func bootstrap(groups [][]float64) eval.Estimate {
	return eval.Bootstrap(datasets.Rand(0, "bootstrap"), groups, bootstrapRounds)
}

// difference is accuracy(a) − accuracy(b) under a condition, paired by seed and task.
func (x *experiment) difference(a, b subject, where condition) eval.Estimate {
	return bootstrap(eval.Differences(x.perTask(a, where), x.perTask(b, where)))
}
