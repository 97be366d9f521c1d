package claim

import (
	"fmt"
	"math"
	"slices"

	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/figure"
)

// AgreementTable tells, for each learner, how many episodes its construction was
// compared on and how far it is from it at most.
func (e *Expression) AgreementTable() (header []string, rows [][]string) {
	for _, l := range written() {
		worst := e.worst(l.Name())
		for _, m := range e.Mutants {
			if m.Learner == l.Name() {
				rows = append(rows, []string{l.Name(), fmt.Sprint(worst.Episodes), power(worst.Float64), power(worst.Float32), power(m.Gap), m.Matrix})
			}
		}
	}
	return []string{"learner", "episodes", "float64", "float32", "1 % in one matrix", "which shows least"}, rows
}

// power writes a small number.
func power(v float64) string { return fmt.Sprintf("%.0e", v) }

// MAMLTable tells on how many episodes the construction of MAML is wrong.
func (e *Expression) MAMLTable() (header []string, rows [][]string) {
	for _, m := range e.MAML {
		rows = append(rows, []string{fmt.Sprintf("%g", m.Sharp), fmt.Sprintf("%.1f %%", 100*m.Wrong), power(m.Worst), power(m.Median)})
	}
	return []string{"sharpness", "episodes that are wrong", "worst", "median"}, rows
}

// DepthCurves are the errors of ridge regression by number of steps, and the bounds
// that theory sets them.
func (e *Expression) DepthCurves() []eval.Curve {
	var curves []eval.Curve
	for _, chebyshev := range []bool{false, true} {
		name := "gradient descent"
		if chebyshev {
			name = "Chebyshev"
		}
		measured, bound := eval.Curve{Learner: name}, eval.Curve{Learner: name + ", bound"}
		for _, d := range e.Depth {
			if d.Ridge.Chebyshev == chebyshev {
				measured.N, measured.Mean = append(measured.N, d.Ridge.Steps), append(measured.Mean, d.Worst)
				bound.N, bound.Mean = append(bound.N, d.Ridge.Steps), append(bound.Mean, d.Bound)
			}
		}
		curves = append(curves, measured, bound)
	}
	return curves
}

// OnwardsCurves are the losses of transformers that are trained onwards, by training
// steps: the family of a curve is the learner that was written down, its learner the
// start.
func (e *Expression) OnwardsCurves() []eval.Curve {
	var curves []eval.Curve
	for _, o := range e.Onwards {
		c := eval.Curve{Learner: o.Start + " start", Family: o.Learner, N: o.Steps}
		for _, loss := range o.Loss {
			c.Add(loss)
		}
		curves = append(curves, c)
	}
	return curves
}

// Learners and Classes are the rows and columns of the matrix.
func (e *Expression) Learners() []string {
	return unique(e.Matrix, func(m Membership) string { return m.Learner })
}

// Classes lists the hypothesis classes.
func (e *Expression) Classes() []string {
	return unique(e.Matrix, func(m Membership) string { return m.Class })
}

func unique(all []Membership, name func(Membership) string) []string {
	var names []string
	seen := map[string]bool{}
	for _, m := range all {
		if !seen[name(m)] {
			seen[name(m)] = true
			names = append(names, name(m))
		}
	}
	return names
}

// Words says in a word, and a number, what the matrix says of a learner and a class:
// "exact"; "impossible", and the least error of any member on the worst episode;
// "approximate", and the mean distance of the best that was trained.
func (m Membership) Words() (word, number string) {
	switch {
	case m.Kind == "impossible":
		return m.Kind, fmt.Sprintf("off by %.2f: %s", m.Bound, m.Law)
	case m.Class == transformerClass:
		return m.Kind, "to " + power(m.Error.Mean)
	case m.Kind == "exact":
		return m.Kind, "a member"
	}
	half := math.Max(m.Error.Hi-m.Error.Mean, m.Error.Mean-m.Error.Lo)
	return m.Kind, fmt.Sprintf("to %.3f ±%.3f", m.Error.Mean, half)
}

// MembershipMap draws which learner is in which hypothesis class: exactly (deep),
// approximately (pale) or, by an invariance that it violates, not at all (white).
func (e *Expression) MembershipMap(title string) *figure.Figure {
	rows, cols := e.Learners(), e.Classes()
	cells := make([][]figure.Cell, len(rows))
	for i := range cells {
		cells[i] = make([]figure.Cell, len(cols))
	}
	for _, m := range e.Matrix {
		word, number := m.Words()
		tint := map[string]float64{"exact": 1, "approximate": .35}[m.Kind]
		cells[slices.Index(rows, m.Learner)][slices.Index(cols, m.Class)] = figure.Cell{Text: word, Note: number, Tint: tint}
	}
	return figure.Table(title, rows, cols, cells)
}
