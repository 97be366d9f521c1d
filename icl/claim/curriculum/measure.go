package curriculum

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"

	"github.com/goicl/goicl/icl/eval"
)

// measure is a summary of a run.
type measure string

// The measures.
const (
	stepsMean measure = "steps to half, mean"    // until the mean excess is first below .5
	stepsAtD  measure = "steps to half at n = d" // until the excess at n = d is first below .5
	reached   measure = "reached"                // 1 for a run whose mean excess gets below .5, else 0
	area      measure = "mean excess, all steps" // mean over steps of the mean excess
	finalAtD  measure = "final excess at n = d"  // after the last step
	finalMean measure = "final excess, mean"     // after the last step
)

// halfLevel is half of what there is to learn.
const halfLevel = .5

// columns are the measures of the table.
func columns() []measure { return []measure{stepsMean, stepsAtD, area, finalAtD, finalMean} }

// isSteps reports whether a measure counts steps, of which ratios are compared.
func (m measure) isSteps() bool { return m == stepsMean || m == stepsAtD }

// of is the measure of a run. One that does not get to half counts with all its steps.
func (c *comparison) measure(m measure, r run) float64 {
	last := len(c.at) - 1
	switch m {
	case stepsMean, stepsAtD:
		return c.toHalf(m, r).Step
	case reached:
		if c.toHalf(stepsMean, r).Censored {
			return 0
		}
		return 1
	case area:
		return areaUnder(c.at, r.mean)
	case finalAtD:
		return r.atD[last]
	}
	return r.mean[last]
}

// toHalf is when a run gets to half, by a measure that counts steps.
func (c *comparison) toHalf(m measure, r run) eval.Crossing {
	curve := r.mean
	if m == stepsAtD {
		curve = r.atD
	}
	return eval.Level{At: halfLevel}.Crossing(c.at, curve)
}

// areaUnder is the mean of a curve over steps, by the trapezoidal rule.
func areaUnder(steps []int, curve []float64) float64 {
	sum := 0.
	for i := 1; i < len(steps); i++ {
		sum += (curve[i-1] + curve[i]) / 2 * float64(steps[i]-steps[i-1])
	}
	return sum / float64(steps[len(steps)-1]-steps[0])
}

// differences are what an arm makes of a measure, with each seed: the difference from none or,
// of steps, ln(steps of none / steps of the arm).
func (c *comparison) differences(a *arm, m measure) []float64 {
	values := make([]float64, len(a.runs))
	for s := range a.runs {
		r, none := a.runs[s], c.arms[0].runs[s]
		if m.isSteps() {
			values[s] = c.toHalf(m, none).LogRatio(c.toHalf(m, r))
		} else {
			values[s] = c.measure(m, r) - c.measure(m, none)
		}
	}
	return values
}

// against is the mean difference over seeds.
func (c *comparison) against(a *arm, m measure) eval.Estimate {
	return eval.OfSeeds(c.differences(a, m))
}

// saves has a 1 for each seed in which an arm gets to half the mean excess in fewer steps than
// none.
func (c *comparison) saves(a *arm) []float64 {
	values := c.differences(a, stepsMean)
	for s, v := range values {
		values[s] = 0
		if v > 0 {
			values[s] = 1
		}
	}
	return values
}

// share is the mean of values that are 1, 0 or −1. Where all seeds do the same they do not
// vary at all, though others might, so the variance is taken with half a seed more of each
// outcome there may be: of 1 and 0 twice each, or of a pair's four (Agresti and Min 2005).
func share(values []float64, outcomes ...float64) eval.Estimate {
	e := eval.OfSeeds(values)
	if n := float64(len(values)); n > 1 {
		e.SE = math.Sqrt(stat.PopVariance(slices.Concat(values, values, outcomes), nil) / (n - 1))
		lo, hi := e.Bounds(.025)
		e.Lo, e.Hi = max(slices.Min(outcomes), lo), min(1, hi)
	}
	return e
}

// table is the measures of each arm, and below them how the arm compares with the first: a
// ratio of steps, or a difference.
func (c *comparison) table() eval.Table {
	t := eval.Table{Title: c.name(), Header: []string{"arm", "seeds that get to half"}}
	for _, m := range columns() {
		t.Header = append(t.Header, string(m))
	}
	for i, a := range c.arms {
		count := stat.Mean(a.values(func(r run) float64 { return c.measure(reached, r) }), nil) * float64(len(a.runs))
		row, against := []string{a.name, fmt.Sprintf("%.0f of %d", count, len(a.runs))}, []string{"  none / " + a.name + ", or " + a.name + " − none", ""}
		for _, m := range columns() {
			row = append(row, cell(m, a.over(func(r run) float64 { return c.measure(m, r) })))
			against = append(against, difference(m, c.against(a, m)))
		}
		t.Rows = append(t.Rows, row)
		if i > 0 {
			t.Rows = append(t.Rows, against)
		}
	}
	return t
}

// cell writes whole steps, or an error.
func cell(m measure, e eval.Estimate) string {
	if m.isSteps() {
		return fmt.Sprintf("%.0f ±%.0f", e.Mean, (e.Hi-e.Lo)/2)
	}
	return e.String()
}

// difference writes a ratio of steps, or a difference.
func difference(m measure, e eval.Estimate) string {
	if m.isSteps() {
		e = ratio(e)
		return fmt.Sprintf("× %.2f [%.2f, %.2f]", e.Mean, e.Lo, e.Hi)
	}
	return fmt.Sprintf("%+.3f [%+.3f, %+.3f]", e.Mean, e.Lo, e.Hi)
}
