package curriculum

import (
	"fmt"
	"slices"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/eval"
)

// measure is a summary of a run.
type measure string

// The measures.
const (
	stepsToHalf   measure = "steps to half"       // until the excess at n = d is first below .5
	stepsToCommon measure = "steps to the common" // until it is first below the common level
	plateauLength measure = "plateau"             // steps until it is first below .9
	areaUnder     measure = "area"                // mean over steps of the excess of the mean error
	finalAtD      measure = "final at n = d"      // excess at n = d after the last step
	finalMean     measure = "final mean"          // excess of the mean error after the last step
)

// measures lists all, those of speed first.
func measures() []measure {
	return []measure{stepsToHalf, stepsToCommon, plateauLength, areaUnder, finalAtD, finalMean}
}

// speeds is the number of measures that are compared by the share that is saved.
const speeds = 4

const (
	plateauLevel = .9
	halfLevel    = .5
)

var commonLevels = []float64{.9, .8, .7, .6, halfLevel}

// curves are the mean excesses by look, at n = d and of the mean error, of an arm's
// seed over some of its tasks.
func (c *comparison) curves(a *arm, seed int, tasks []int) (atD, mean []float64) {
	for _, v := range a.runs[seed] {
		atD = append(atD, over(v.atD, tasks)/over(c.unknowing[seed].atD, tasks))
		mean = append(mean, over(v.mean, tasks)/over(c.unknowing[seed].mean, tasks))
	}
	return atD, mean
}

// over is a sum over some tasks.
func over(v []float64, tasks []int) float64 {
	sum := 0.
	for _, t := range tasks {
		sum += v[t]
	}
	return sum
}

// commonLevel is the smallest level that all runs get below of the arms of that number,
// none and ramp.
func (c *comparison) commonLevel(arms int) float64 {
	worst := 0.
	for _, a := range c.arms[:arms] {
		for s := range a.runs {
			atD, _ := c.curves(a, s, eval.AllLengths(len(c.unknowing[s].atD)))
			worst = max(worst, slices.Min(atD))
		}
	}
	common := commonLevels[0]
	for _, level := range commonLevels {
		if worst < level {
			common = level
		}
	}
	return common
}

// stepsTo is the step at which a curve first falls below a level, on the straight line
// between two looks, or the last step if it does not.
func stepsTo(steps []int, curve []float64, level float64) float64 {
	for i, v := range curve {
		switch {
		case v >= level:
		case i == 0:
			return float64(steps[0])
		default:
			share := (curve[i-1] - level) / (curve[i-1] - v)
			return float64(steps[i-1]) + share*float64(steps[i]-steps[i-1])
		}
	}
	return float64(steps[len(steps)-1])
}

// area is the mean of a curve over steps, by the trapezoidal rule.
func area(steps []int, curve []float64) float64 {
	sum := 0.
	for i := 1; i < len(steps); i++ {
		sum += (curve[i-1] + curve[i]) / 2 * float64(steps[i]-steps[i-1])
	}
	return sum / float64(steps[len(steps)-1]-steps[0])
}

// measure returns the measures of each arm, and then what each saves or differs by from
// the first arm, of a seed with some of its tasks.
func (c *comparison) measure(seed int, tasks []int) []float64 {
	var all, against []float64
	count := len(measures())
	for i, a := range c.arms {
		atD, mean := c.curves(a, seed, tasks)
		last := len(c.at) - 1
		all = append(all,
			stepsTo(c.at, atD, halfLevel), stepsTo(c.at, atD, c.common), stepsTo(c.at, atD, plateauLevel),
			area(c.at, mean), atD[last], mean[last])
		for m, v := range all[i*count:] {
			if m < speeds {
				against = append(against, saved(v, all[m]))
			} else {
				against = append(against, v-all[m])
			}
		}
	}
	return append(all, against...)
}

// saved is the share that is saved where it takes v instead of of.
func saved(v, of float64) float64 {
	if of == 0 {
		return 0
	}
	return 1 - v/of
}

// compare writes the measures, with intervals, to the arms.
func (c *comparison) compare() {
	const rounds = 1000
	rng := datasets.Rand(0, "bootstrap race")
	sizes := make([]int, len(c.unknowing))
	for s, v := range c.unknowing {
		sizes[s] = len(v.atD)
	}
	all := eval.BootstrapOf(rng, sizes, rounds, c.measure)
	for k, a := range c.arms {
		a.of, a.against = measuresOf(all, k), measuresOf(all, len(c.arms)+k)
	}
	for s, size := range sizes {
		one := eval.BootstrapOf(rng, []int{size}, rounds, func(_ int, tasks []int) []float64 { return c.measure(s, tasks) })
		for k, a := range c.arms {
			a.seeds = append(a.seeds, measuresOf(one, len(c.arms)+k))
		}
	}
}

// measuresOf names the k-th set of measures.
func measuresOf(all []eval.Estimate, k int) map[measure]eval.Estimate {
	of := map[measure]eval.Estimate{}
	for m, name := range measures() {
		of[name] = all[k*len(measures())+m]
	}
	return of
}

// table is the measures of each arm, and below them what the arm saves or differs by
// from the first. An arm some of whose seeds did not get to half the way has "≥" before
// its steps to there.
func (c *comparison) table() eval.Table {
	t := eval.Table{Title: c.name(), Header: []string{"arm", "rate"}}
	for _, m := range measures() {
		name := string(m)
		if m == stepsToCommon {
			name = fmt.Sprintf("steps to %g", c.common)
		}
		t.Header = append(t.Header, name)
	}
	for i, a := range c.arms {
		row := []string{a.name, fmt.Sprintf("%g", a.rate)}
		for _, m := range measures() {
			row = append(row, a.cell(m))
		}
		t.Rows = append(t.Rows, row)
		if i == 0 {
			continue
		}
		row = []string{"  against " + c.arms[0].name, ""}
		for k, m := range measures() {
			row = append(row, difference(a.against[m], k < speeds))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// cell writes a measure: whole steps, or an error.
func (a *arm) cell(m measure) string {
	e, mark := a.of[m], ""
	switch m {
	case areaUnder, finalAtD, finalMean:
		return e.String()
	case stepsToHalf:
		if a.reached < len(a.seeds) {
			mark = "≥ "
		}
	}
	return fmt.Sprintf("%s%.0f ±%.0f", mark, e.Mean, (e.Hi-e.Lo)/2)
}

// difference writes a share that is saved in per cent, or a difference.
func difference(e eval.Estimate, share bool) string {
	if share {
		return fmt.Sprintf("saves %.0f %% [%.0f, %.0f]", 100*e.Mean, 100*e.Lo, 100*e.Hi)
	}
	return fmt.Sprintf("%+.3f [%+.3f, %+.3f]", e.Mean, e.Lo, e.Hi)
}
