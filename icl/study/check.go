package study

import (
	"fmt"
	"math"

	"github.com/goicl/goicl/icl/eval"
)

// Check compares an estimate with a threshold: the smallest difference that matters. It
// passes, or fails, where the estimate lies on the right, or the wrong, side of it by more
// than chance explains; see [Look].
type Check struct {
	ID        string `json:"id"` // of its statement, with a number: "matching.2"
	Name      string `json:"name"`
	Statement string `json:"statement"`
	Why       string `json:"why,omitempty"` // why a smaller difference does not matter
	// Want is the side that passes: "above" the threshold, "below" it, or "within" ± it.
	Want      string     `json:"want"`
	Threshold float64    `json:"threshold"`
	Estimate  float64    `json:"estimate"`
	CI        [2]float64 `json:"ci"` // leaves out the truth with twice the look's level
	Status    Status     `json:"status"`
	// Look is the number of the look that closed it, from 1 on; 0 for one that is open.
	Look int `json:"look,omitempty"`
	// More says, of an open check, how many more seeds would close it in four of five
	// studies, if estimate and spread stay what they are; see [eval.SeedsToResolve].
	More  int       `json:"more,omitempty"`
	Seeds []float64 `json:"seeds,omitempty"` // the estimate with each seed

	of    eval.Estimate
	level float64 // of the look that judged it last
}

// Status is what is known of a check.
type Status string

// The statuses of a check.
const (
	Pass Status = "pass"
	Fail Status = "fail"
	Open Status = "open"
)

func check(name, want string, threshold float64, e eval.Estimate) Check {
	return Check{Name: name, Want: want, Threshold: threshold, Estimate: e.Mean, Status: Open, Seeds: e.Seeds, of: e}
}

// Above is a check that passes if the estimate is above the threshold.
func Above(name string, threshold float64, e eval.Estimate) Check {
	return check(name, "above", threshold, e)
}

// Below is a check that passes if the estimate is below the threshold.
func Below(name string, threshold float64, e eval.Estimate) Check {
	return check(name, "below", threshold, e)
}

// Within is a check that passes if the estimate lies inside ±threshold: two one-sided tests
// (Schuirmann 1987).
func Within(name string, threshold float64, e eval.Estimate) Check {
	return check(name, "within", threshold, e)
}

// For says which statement of the study the check belongs to, and why a difference smaller
// than its threshold does not matter.
func (c Check) For(statement, why string) Check {
	c.Statement, c.Why = statement, why
	return c
}

// pPass is the p-value of the hypothesis that the truth is not on the side that passes.
func (c Check) pPass() float64 {
	switch c.Want {
	case "above":
		return c.of.PAbove(c.Threshold)
	case "below":
		return c.of.PBelow(c.Threshold)
	}
	return max(c.of.PAbove(-c.Threshold), c.of.PBelow(c.Threshold))
}

// pFail is the p-value of the hypothesis that the truth is on the side that passes. An
// estimate without sampling error is on one of the sides.
func (c Check) pFail() float64 {
	if c.of.SE == 0 {
		return 1 - c.pPass()
	}
	switch c.Want {
	case "above":
		return c.of.PBelow(c.Threshold)
	case "below":
		return c.of.PAbove(c.Threshold)
	}
	return min(c.of.PBelow(-c.Threshold), c.of.PAbove(c.Threshold))
}

// seedsToClose is how many seeds would close the check in four of five studies.
func (c Check) seedsToClose() int {
	gap := math.Abs(c.Estimate - c.Threshold)
	if c.Want == "within" {
		gap = math.Abs(c.Threshold - math.Abs(c.Estimate))
	}
	return eval.SeedsToResolve(gap, c.of.Spread(len(c.Seeds)), c.level, .8)
}

// wanted is the condition in words: "> 0.01", or "within ±0.05".
func (c Check) wanted() string {
	switch c.Want {
	case "above":
		return fmt.Sprintf("> %g", c.Threshold)
	case "below":
		return fmt.Sprintf("< %g", c.Threshold)
	}
	return fmt.Sprintf("within ±%g", c.Threshold)
}

// Exactly is an estimate without sampling error, such as a greatest difference.
func Exactly(v float64) eval.Estimate { return eval.Estimate{Mean: v, Lo: v, Hi: v} }

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
