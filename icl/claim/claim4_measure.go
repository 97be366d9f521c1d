package claim

import (
	"slices"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/eval"
)

// Measure is a summary of a run.
type Measure string

// The measures.
const (
	StepsToHalf   Measure = "steps to half"       // until the excess at n = d is first below .5
	StepsToCommon Measure = "steps to the common" // until it is first below [Race.Common]
	PlateauLength Measure = "plateau"             // steps until it is first below .9
	AreaUnder     Measure = "area"                // mean over steps of the excess of the mean error
	FinalAtD      Measure = "final at n = d"      // excess at n = d after the last step
	FinalMean     Measure = "final mean"          // excess of the mean error after the last step
)

// Measures lists all, those of speed first.
func Measures() []Measure {
	return []Measure{StepsToHalf, StepsToCommon, PlateauLength, AreaUnder, FinalAtD, FinalMean}
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
func (f *field) curves(arm, seed int, tasks []int) (atD, mean []float64) {
	l := f.lanes[arm][seed]
	return ratios(l.atD, f.atD[seed], tasks), ratios(l.mean, f.mean[seed], tasks)
}

// ratios are the sums of each look over some tasks, divided by that of whole.
func ratios(looks [][]float64, whole []float64, tasks []int) []float64 {
	over := func(v []float64) float64 {
		sum := 0.
		for _, t := range tasks {
			sum += v[t]
		}
		return sum
	}
	all, of := make([]float64, len(looks)), over(whole)
	for i, look := range looks {
		all[i] = over(look) / of
	}
	return all
}

// commonLevel is the smallest level that all runs get below of the arms of that number,
// none and ramp.
func (f *field) commonLevel(arms int) float64 {
	worst := 0.
	for arm, lanes := range f.lanes[:arms] {
		for s := range lanes {
			atD, _ := f.curves(arm, s, eval.AllLengths(len(lanes[s].atD[0])))
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
func (f *field) measure(seed int, tasks []int) []float64 {
	var all, against []float64
	count := len(Measures())
	for arm := range f.lanes {
		atD, mean := f.curves(arm, seed, tasks)
		last := len(f.steps) - 1
		all = append(all,
			stepsTo(f.steps, atD, halfLevel), stepsTo(f.steps, atD, f.common), stepsTo(f.steps, atD, plateauLevel),
			area(f.steps, mean), atD[last], mean[last])
		for m, v := range all[arm*count:] {
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
func (f *field) compare(arms []Arm) {
	rng := datasets.Rand(0, "bootstrap race")
	sizes := make([]int, len(f.lanes[0]))
	for s, l := range f.lanes[0] {
		sizes[s] = len(l.atD[0])
	}
	all := eval.BootstrapOf(rng, sizes, bootstrapRounds, f.measure)
	for k := range arms {
		arms[k].Of, arms[k].Against = measuresOf(all, k), measuresOf(all, len(arms)+k)
	}
	for s, size := range sizes {
		one := eval.BootstrapOf(rng, []int{size}, bootstrapRounds, func(_ int, tasks []int) []float64 { return f.measure(s, tasks) })
		for k := range arms {
			arms[k].Seeds = append(arms[k].Seeds, measuresOf(one, len(arms)+k))
		}
	}
}

// measuresOf names the k-th set of measures.
func measuresOf(all []eval.Estimate, k int) map[Measure]eval.Estimate {
	of := map[Measure]eval.Estimate{}
	for m, name := range Measures() {
		of[name] = all[k*len(Measures())+m]
	}
	return of
}
