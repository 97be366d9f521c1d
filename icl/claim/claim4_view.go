package claim

import (
	"fmt"
	"slices"

	"github.com/goicl/goicl/icl/eval"
)

// Race returns the race of that name, such as "linear, d = 10"; ok is false if the
// experiment has none.
func (r *Result) Race(name string) (race *Race, ok bool) {
	i := slices.IndexFunc(r.Races, func(race Race) bool { return race.Name() == name })
	if i < 0 {
		return nil, false
	}
	return &r.Races[i], true
}

// Arm returns an arm by its name; ok is false if the race has none.
func (r *Race) Arm(name string) (arm *Arm, ok bool) {
	i := slices.IndexFunc(r.Arms, func(a Arm) bool { return a.Name == name })
	if i < 0 {
		return nil, false
	}
	return &r.Arms[i], true
}

// Looks lists the steps that [Race.ByExamples] knows.
func (r *Race) Looks() []int {
	var steps []int
	for _, c := range r.Arms[0].Shown {
		steps = append(steps, c.Step)
	}
	return steps
}

// ByExamples lists the errors by number of examples of all arms after a step, that of
// [Race.Looks] which is nearest, and of the baselines. For linear functions there is
// also the Bayes line, max(1 − n/d, 0).
func (r *Race) ByExamples(step int) []eval.Curve {
	curves := r.atStep(step, func(a Arm) []StepCurve { return a.Shown })
	curves = append(curves, r.Baselines...)
	if r.Family == "linear" {
		curves = append(curves, r.bayesLine())
	}
	return curves
}

// ExcessByExamples lists what the errors of all arms exceed those of the best predictor
// known by, after a step as in [Race.ByExamples].
func (r *Race) ExcessByExamples(step int) []eval.Curve {
	return r.atStep(step, func(a Arm) []StepCurve { return a.Excess })
}

func (r *Race) atStep(step int, of func(Arm) []StepCurve) []eval.Curve {
	var curves []eval.Curve
	for _, a := range r.Arms {
		all := of(a)
		nearest := slices.MinFunc(all, func(x, y StepCurve) int { return max(x.Step-step, step-x.Step) - max(y.Step-step, step-y.Step) })
		curves = append(curves, nearest.Curve)
	}
	return curves
}

// bayesLine is the expected error of the Bayes predictor of linear functions.
func (r *Race) bayesLine() eval.Curve {
	line := eval.Curve{Learner: "max(1 − n/d, 0)", Family: r.Name(), Metric: eval.SquaredError}
	for n := range r.Points {
		line.N = append(line.N, n)
		line.Mean = append(line.Mean, max(1-float64(n)/float64(r.D), 0))
	}
	return line
}

// AtD lists the excess error at n = d of each arm; its N are training steps.
func (r *Race) AtD() []eval.Curve {
	return r.bySteps(func(a Arm) []eval.Estimate { return a.AtD })
}

// MeanError lists the excess of the mean error over all numbers of examples of each
// arm; its N are training steps.
func (r *Race) MeanError() []eval.Curve {
	return r.bySteps(func(a Arm) []eval.Estimate { return a.Mean })
}

func (r *Race) bySteps(of func(Arm) []eval.Estimate) []eval.Curve {
	var curves []eval.Curve
	for _, a := range r.Arms {
		c := eval.Curve{Learner: a.Name, Family: r.Name(), N: r.Steps}
		for _, e := range of(a) {
			c.Add(e)
		}
		curves = append(curves, c)
	}
	return curves
}

// Table is the measures of each arm, and below them what the arm saves or differs by
// from the first. An arm some of whose seeds did not get to half the way has "≥" before
// its steps to there.
func (r *Race) Table() (header []string, rows [][]string) {
	header = []string{"arm", "rate"}
	for _, m := range Measures() {
		name := string(m)
		if m == StepsToCommon {
			name = fmt.Sprintf("steps to %g", r.Common)
		}
		header = append(header, name)
	}
	for i, a := range r.Arms {
		row := []string{a.Name, fmt.Sprintf("%g", a.Rate)}
		for _, m := range Measures() {
			row = append(row, a.cell(m))
		}
		rows = append(rows, row)
		if i == 0 {
			continue
		}
		row = []string{"  against " + r.Arms[0].Name, ""}
		for k, m := range Measures() {
			row = append(row, comparison(a.Against[m], k < speeds))
		}
		rows = append(rows, row)
	}
	return header, rows
}

// cell writes a measure: whole steps, or an error.
func (a Arm) cell(m Measure) string {
	e, mark := a.Of[m], ""
	switch m {
	case AreaUnder, FinalAtD, FinalMean:
		return plusMinus(e)
	case StepsToHalf:
		if a.Reached < len(a.Seeds) {
			mark = "≥ "
		}
	}
	return fmt.Sprintf("%s%.0f ±%.0f", mark, e.Mean, (e.Hi-e.Lo)/2)
}

// comparison writes a share that is saved in per cent, or a difference.
func comparison(e eval.Estimate, share bool) string {
	if share {
		return fmt.Sprintf("saves %.0f %% [%.0f, %.0f]", 100*e.Mean, 100*e.Lo, 100*e.Hi)
	}
	return fmt.Sprintf("%+.3f [%+.3f, %+.3f]", e.Mean, e.Lo, e.Hi)
}

// What the checks of claim 4 ask for: the share of steps that a ramp saves, and the
// difference at the end that is too small to matter.
const (
	leastSaved  = .2
	finalMargin = .05
)

// raceChecks checks the races in which the ramp is claimed to win: the first of each
// family. In every seed must the ramp save so many steps, so the seed counts that
// supports it least.
func raceChecks(races []Race) []Check {
	var checks []Check
	seen := map[string]bool{}
	for _, r := range races {
		if seen[r.Family] {
			continue
		}
		seen[r.Family] = true
		ramp, _ := r.Arm(ArmRamp)
		worst := slices.MaxFunc(ramp.Seeds, func(a, b map[Measure]eval.Estimate) int {
			return slices.Compare([]float64{pSaved(a), -a[StepsToCommon].Mean}, []float64{pSaved(b), -b[StepsToCommon].Mean})
		})
		checks = append(checks,
			above(fmt.Sprintf("%s: share of the steps to an excess error of %g at n = d that a ramp saves, in the worst seed", r.Name(), r.Common), leastSaved, worst[StepsToCommon]),
			within(r.Name()+": final excess error at n = d, ramp − none", finalMargin, ramp.Against[FinalAtD]))
	}
	return checks
}

// pSaved is the p-value of a seed in the check of what is saved.
func pSaved(seed map[Measure]eval.Estimate) float64 { return seed[StepsToCommon].PAbove(leastSaved) }

func raceHeadline(r Race) Headline {
	ramp, _ := r.Arm(ArmRamp)
	return headline(fmt.Sprintf("%s: share of the steps to an excess error of %g at n = d that a ramp saves, mean over seeds", r.Name(), r.Common), ramp.Against[StepsToCommon])
}

// raceFindings tells for each race and curriculum what it saves and how it ends.
func raceFindings(races []Race) []Headline {
	var all []Headline
	for _, r := range races {
		for _, a := range r.Arms[1:] {
			of := fmt.Sprintf("%s, %s against none: ", r.Name(), a.Name)
			all = append(all,
				headline(fmt.Sprintf("%sshare of the steps to an excess of %g saved", of, r.Common), a.Against[StepsToCommon]),
				headline(of+"share of the area under the error saved", a.Against[AreaUnder]),
				headline(of+"share of the plateau saved", a.Against[PlateauLength]),
				headline(of+"difference of the final excess at n = d", a.Against[FinalAtD]))
		}
	}
	return all
}
