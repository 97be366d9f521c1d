package claim

import (
	"fmt"
	"slices"

	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/optim"
)

// Arm returns an arm by its name; ok is false if there is none.
func (t *Transfer) Arm(name string) (arm *TransferArm, ok bool) {
	i := slices.IndexFunc(t.Arms, func(a TransferArm) bool { return a.Name == name })
	if i < 0 {
		return nil, false
	}
	return &t.Arms[i], true
}

// nearest is the place of the number nearest to v.
func nearest(numbers []int, v int) int {
	best := 0
	for i, n := range numbers {
		if max(n-v, v-n) < max(numbers[best]-v, v-numbers[best]) {
			best = i
		}
	}
	return best
}

// ByExamples lists errors by number of examples, of M² and ICL of equal compute adapted to
// the number of tasks of Support that is nearest, of the latter without adaptation, and of
// the oracles.
func (t *Transfer) ByExamples(tasks int) []eval.Curve {
	k := nearest(t.Support, tasks)
	m2, _ := t.Arm(ArmM2)
	compute, _ := t.Arm(ArmCompute)
	curves := []eval.Curve{m2.Tuned[k].Curve, compute.Tuned[k].Curve, compute.Plain.Curve}
	for _, o := range t.Oracles {
		curves = append(curves, o.BySupport[k].Curve)
	}
	return curves
}

// BySupport lists mean errors by the number of tasks adapted to: of all arms, tuned or as
// M² itself adapts, and of the oracles.
func (t *Transfer) BySupport(own bool) []eval.Curve {
	var curves []eval.Curve
	for _, a := range t.Arms {
		curves = append(curves, t.curve(a.Name, func(k int) eval.Estimate {
			if own {
				return a.Own[k].Error
			}
			return a.Tuned[k].Error
		}))
	}
	for _, o := range t.Oracles {
		curves = append(curves, t.curve(o.Name, func(k int) eval.Estimate { return o.BySupport[k].Error }))
	}
	return curves
}

// Leads lists, for each other arm, by how much M² is better when both are tuned.
func (t *Transfer) Leads() []eval.Curve {
	var curves []eval.Curve
	for _, a := range t.Arms[1:] {
		curves = append(curves, t.curve(a.Name, func(k int) eval.Estimate { return a.Tuned[k].Lead }))
	}
	return curves
}

func (t *Transfer) curve(name string, of func(k int) eval.Estimate) eval.Curve {
	c := eval.Curve{Learner: name, Family: "domains", Metric: eval.SquaredError, N: t.Support}
	for k := range t.Support {
		c.Add(of(k))
	}
	return c
}

// Table is the mean errors of all arms and oracles by the number of tasks adapted to,
// tuned or as M² itself adapts.
func (t *Transfer) Table(own bool) (header []string, rows [][]string) {
	header = []string{"", "not adapted"}
	for _, s := range t.Support {
		header = append(header, fmt.Sprintf("t = %d", s))
	}
	for i, c := range t.BySupport(own) {
		row := []string{c.Learner, ""}
		if i < len(t.Arms) {
			row[1] = plusMinus(t.Arms[i].Plain.Error)
		}
		for k := range t.Support {
			row = append(row, fmt.Sprintf("%.3f ±%.3f", c.Mean[k], (c.Hi[k]-c.Lo[k])/2))
		}
		rows = append(rows, row)
	}
	return header, rows
}

// Ways is how each arm was trained and chose to adapt; a * says that the best may lie
// beyond what there was to choose from.
func (t *Transfer) Ways() (header []string, rows [][]string) {
	header = []string{"arm", "training rate"}
	for _, s := range t.Support {
		header = append(header, fmt.Sprintf("t = %d", s))
	}
	for _, a := range t.Arms {
		row := []string{a.Name, fmt.Sprintf("%g", a.Rate)}
		for _, w := range a.Tuned {
			row = append(row, w.String())
		}
		rows = append(rows, row)
	}
	return header, rows
}

// Trials is each arm's error on validation domains by the rate of training, after the best
// adaptation to 64 tasks found. A rate that diverged has none.
func (t *Transfer) Trials() (header []string, rows [][]string) {
	var rates []float64
	for _, a := range t.Arms {
		for _, tried := range a.Tried {
			if !slices.Contains(rates, tried.Rate) {
				rates = append(rates, tried.Rate)
			}
		}
	}
	slices.Sort(rates)
	header = []string{"arm"}
	for _, r := range rates {
		header = append(header, fmt.Sprintf("rate %g", r))
	}
	for _, a := range t.Arms {
		row := make([]string, 1+len(rates))
		row[0] = a.Name
		for _, tried := range a.Tried {
			row[1+slices.Index(rates, tried.Rate)] = fmt.Sprintf("%.3f", tried.Loss)
		}
		rows = append(rows, row)
	}
	return header, rows
}

// String is "adam 0.001, 50 steps", with a star if it lies on the edge.
func (w Way) String() string {
	optimizer, edge := "SGD", ""
	if w.Optimizer != (optim.Optimizer{}) {
		optimizer = w.Optimizer.String()
	}
	if w.Edge {
		edge = " *"
	}
	return fmt.Sprintf("%s %g, %d steps%s", optimizer, w.Rate, w.Steps, edge)
}

// checks are those of paper.md's criterion: at 64 tasks M² adapted is better than ICL
// adapted and not, and less so with more tasks.
func (t *Transfer) checks() []Check {
	k, last := nearest(t.Support, choiceTasks), len(t.Support)-1
	var all []Check
	for _, a := range t.Arms[1:] {
		all = append(all, above(fmt.Sprintf("adapted to %d tasks: error of %s − M²", t.Support[k], a.Name), 0, a.Tuned[k].Lead))
	}
	compute, _ := t.Arm(ArmCompute)
	return append(all,
		above(fmt.Sprintf("error of %s, not adapted − M² adapted to %d tasks", ArmCompute, t.Support[k]), 0, compute.PlainLead),
		above(fmt.Sprintf("lead of M² over %s at %d tasks − at %d", ArmCompute, t.Support[k], t.Support[last]), 0, compute.Shrinks))
}

func (t *Transfer) headline() Headline {
	k := nearest(t.Support, choiceTasks)
	compute, _ := t.Arm(ArmCompute)
	return headline(fmt.Sprintf("adapted to %d tasks: error of %s − M²", t.Support[k], ArmCompute), compute.Tuned[k].Lead)
}

// findings are the leads at each number of tasks, tuned and by M²'s own protocol, and
// what is left to the best that could be known.
func (t *Transfer) findings() []Headline {
	var all []Headline
	for _, a := range t.Arms[1:] {
		for k, s := range t.Support {
			all = append(all,
				headline(fmt.Sprintf("tuned, t = %d: error of %s − M²", s, a.Name), a.Tuned[k].Lead),
				headline(fmt.Sprintf("M²'s own %d steps, t = %d: error of %s − M²", t.OwnSteps, s, a.Name), a.Own[k].Lead))
		}
	}
	for _, a := range t.Arms {
		all = append(all, headline(a.Name+", not adapted: error", a.Plain.Error))
	}
	for _, o := range t.Oracles {
		all = append(all, headline(o.Name+": error", o.BySupport[nearest(t.Support, choiceTasks)].Error))
	}
	return all
}
