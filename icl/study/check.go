package study

import (
	"cmp"
	"math"
	"slices"

	"github.com/goicl/goicl/icl/eval"
)

// Check compares an estimate with a threshold. It is a hypothesis test: it passes
// if the estimate lies on the right side of the threshold by more than chance
// explains, at a level of 2.5 % one-sided over all checks of the study together
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
	for i, adjusted := range holm(p) {
		checks[i].P, checks[i].Pass = adjusted, adjusted <= level
	}
	return checks
}

// holm adjusts the p-values of several hypotheses (Holm 1979): rejecting those
// whose adjusted value is at most α keeps the probability of any false rejection
// at α, however the tests depend on each other.
func holm(p []float64) []float64 {
	order := make([]int, len(p))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(p[a], p[b]) })
	adjusted, most := make([]float64, len(p)), 0.
	for rank, i := range order {
		most = math.Min(1, math.Max(most, p[i]*float64(len(p)-rank)))
		adjusted[i] = most
	}
	return adjusted
}

func check(name string, threshold float64, e eval.Estimate, p float64) Check {
	return Check{Name: name, Estimate: e.Mean, CI: [2]float64{e.Lo, e.Hi}, Threshold: threshold, P: p}
}

// Above passes if the estimate is above the threshold.
func Above(name string, threshold float64, e eval.Estimate) Check {
	return check(name, threshold, e, e.PAbove(threshold))
}

// Below passes if the estimate is below the threshold.
func Below(name string, threshold float64, e eval.Estimate) Check {
	return check(name, threshold, e, e.PBelow(threshold))
}

// Within passes if the estimate lies inside ±threshold: two tests, of which the weaker
// counts.
func Within(name string, threshold float64, e eval.Estimate) Check {
	return check(name, threshold, e, max(e.PAbove(-threshold), e.PBelow(threshold)))
}

// Exactly is an estimate without sampling error, such as a greatest difference.
func Exactly(v float64) eval.Estimate { return eval.Estimate{Mean: v, Lo: v, Hi: v} }

// Verdict is what the checks say about a study.
type Verdict string

// The verdicts: all checks pass, none does, or some do.
const (
	Reproduced    Verdict = "reproduced"
	NotReproduced Verdict = "not reproduced"
	Mixed         Verdict = "mixed"
)

// verdict sums up checks; a study without any has no verdict.
func verdict(checks []Check) Verdict {
	switch passed(checks) {
	case len(checks):
		if len(checks) == 0 {
			return ""
		}
		return Reproduced
	case 0:
		return NotReproduced
	}
	return Mixed
}

// passed is the number of checks that pass.
func passed(checks []Check) int {
	n := 0
	for _, c := range checks {
		if c.Pass {
			n++
		}
	}
	return n
}

// Finding is a named estimate with its 95 % interval that is no check.
type Finding struct {
	Name     string     `json:"name"`
	Estimate float64    `json:"estimate"`
	CI       [2]float64 `json:"ci"`
}

// Find makes a finding of an estimate.
func Find(name string, e eval.Estimate) Finding {
	return Finding{name, e.Mean, [2]float64{e.Lo, e.Hi}}
}
