package expressiveness

import (
	"fmt"
	"math"

	"github.com/goicl/goicl/icl/construct"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/study"
)

func (x *experiment) report(d *study.Data, r *study.Result) error {
	r.Tasks = x.Tests
	curves := x.fineTuningCurves(d)
	r.Add("fine-tuning", curves...)
	r.Figure = study.Figure{
		Title: "Fine-tuned from a constructed learner", XLabel: "training steps", YLabel: "log-loss on the mixture",
		Rows: []study.Row{{Title: "{family}", Group: "fine-tuning"}},
	}
	r.Add("ridge by depth", x.depthCurves()...)
	matrix, err := x.matrix(d)
	if err != nil {
		return err
	}
	r.Tables = append(r.Tables, x.agreementTable(), x.mamlTable(), matrix.table(), x.repetitionTable(), x.shapesTable(), x.ridgeTable())
	if r.Checks, err = x.checks(d); err != nil {
		return err
	}
	r.Headline = study.Find("greatest difference of a construction from its learner", study.Exactly(x.worst().Float64))
	if err := x.choices(d, r); err != nil {
		return err
	}
	return x.findings(d, r, curves)
}

// membership is whether a learner is in a hypothesis class.
type membership struct {
	learner, class string
	kind           kind
	// violated names the invariance that rules it out, and bound is then the least error of
	// any member on the worst episode, as a probability.
	violated string
	bound    float64
	// error is, where it is approximate, the mean distance (total variation) of the best
	// member trained to imitate it; for transformers the construction's greatest
	// difference.
	error eval.Estimate
}

type kind string

const (
	exact       kind = "exact"
	approximate kind = "approximate"
	impossible  kind = "impossible"
)

// transformers is the class of the constructions.
const transformers = "transformer"

// matrix has a membership for each learner and class. What it calls impossible is so for
// learners that average over examples; see [class].
type matrix []membership

// matrixNote is what a reader of the matrix must know.
const matrixNote = "* for learners that average over examples: one that sums over them, or is told how many there are, is not ruled out. " +
	"MatchNet and the witness are ruled out by repetition only because they add virtual examples; a Matching Network without one " +
	"does not change when every example is repeated. The table “repetition” has the numbers."

func (m matrix) at(learner, class string) membership {
	for _, v := range m {
		if v.learner == learner && v.class == class {
			return v
		}
	}
	return membership{}
}

// matrix fills in memberships: invariances first, and where none is violated training.
func (x *experiment) matrix(d *study.Data) (matrix, error) {
	var all matrix
	for _, name := range rows() {
		for _, c := range classes() {
			m, err := x.membership(d, c, name)
			if err != nil {
				return nil, err
			}
			all = append(all, m)
		}
		m := membership{learner: name, class: transformers, kind: exact, error: study.Exactly(x.worst(name).Float64)}
		if name == ridge {
			m.kind, m.error = approximate, study.Exactly(x.depth[len(x.depth)-1].worst)
		}
		all = append(all, m)
	}
	return all, nil
}

// rounding is what a violation may be and count as none.
const rounding = 1e-9

func (x *experiment) membership(d *study.Data, c class, name string) (m membership, err error) {
	m = membership{learner: name, class: c.name, kind: exact}
	if c.has(name) {
		return m, nil
	}
	violation := x.violations[[2]string{name, c.name}]
	if violation > rounding {
		m.kind, m.violated, m.bound = impossible, c.invariance.Name, violation/2
		return m, nil
	}
	m.kind = approximate
	if !c.trained(name) {
		return m, fmt.Errorf("%s violates no invariance of %s-based learners any more; take it out of the violators", name, c.name)
	}
	distances, err := bestDistances(d, c, name)
	if err != nil {
		return m, err
	}
	m.error = eval.Interval(distances)
	return m, nil
}

// words says in a word, and a number, whether a learner is in a class: "exact";
// "impossible", and the least error of any member on the worst episode; "approximate", and
// the mean distance of the best that was trained. A * refers to matrixNote.
func (m membership) words() (word, number string) {
	switch {
	case m.kind == impossible && m.violated == construct.Repetition.Name:
		return string(m.kind), fmt.Sprintf("off by %.2f: %s*", m.bound, m.violated)
	case m.kind == impossible:
		return string(m.kind), fmt.Sprintf("off by %.2f: %s", m.bound, m.violated)
	case m.class == transformers:
		return string(m.kind), "to " + power(m.error.Mean)
	case m.kind == exact:
		return string(m.kind), "a member"
	}
	half := math.Max(m.error.Hi-m.error.Mean, m.error.Mean-m.error.Lo)
	return string(m.kind), fmt.Sprintf("to %.3f ±%.3f", m.error.Mean, half)
}

// table has a row for each learner and a column for each class. A cell has a word and,
// below it, a number; exact members are deep, approximate ones pale.
func (m matrix) table() eval.Table {
	t := eval.Table{Title: "membership", Header: []string{""}, Note: matrixNote}
	for _, c := range classes() {
		t.Header = append(t.Header, c.name)
	}
	t.Header = append(t.Header, transformers)
	for _, name := range rows() {
		row, tints := []string{name}, []float64(nil)
		for _, class := range t.Header[1:] {
			v := m.at(name, class)
			word, number := v.words()
			row, tints = append(row, word+"\n"+number), append(tints, map[kind]float64{exact: 1, approximate: .35}[v.kind])
		}
		t.Rows, t.Tints = append(t.Rows, row), append(t.Tints, tints)
	}
	return t
}

// power writes a small number.
func power(v float64) string { return fmt.Sprintf("%.0e", v) }

// agreementTable is, for each learner, on how many episodes its construction was compared
// and how far it is from it at most.
func (x *experiment) agreementTable() eval.Table {
	t := eval.Table{Title: "agreement", Header: []string{"learner", "episodes", "float64", "float32", "1 % in one matrix", "which shows least"}}
	for _, m := range x.mutants {
		worst := x.worst(m.learner)
		t.Rows = append(t.Rows, []string{m.learner, fmt.Sprint(worst.Episodes), power(worst.Float64), power(worst.Float32), power(m.gap), m.matrix})
	}
	return t
}

// shapesTable is the agreement on each backend and shape of tasks.
func (x *experiment) shapesTable() eval.Table {
	t := eval.Table{Title: "agreement by shape", Header: []string{"learner", "backend", "inputs", "classes", "episodes", "float64", "float32"}}
	for _, a := range x.agreements {
		if a.Episodes > 0 {
			t.Rows = append(t.Rows, []string{a.Learner, a.backend, fmt.Sprint(a.D), fmt.Sprint(a.C), fmt.Sprint(a.Episodes), power(a.Float64), power(a.Float32)})
		}
	}
	return t
}

// mamlTable is on how many episodes the construction of MAML is wrong.
func (x *experiment) mamlTable() eval.Table {
	t := eval.Table{Title: "MAML", Header: []string{"sharpness", "episodes that are wrong", "worst", "median"}}
	for _, m := range x.maml {
		t.Rows = append(t.Rows, []string{fmt.Sprintf("%g", m.sharp), fmt.Sprintf("%.1f %%", 100*m.wrong), power(m.worst), power(m.median)})
	}
	return t
}

// ridgeTable is the error of ridge regression by number of steps beside its bound.
func (x *experiment) ridgeTable() eval.Table {
	t := eval.Table{Title: "ridge", Header: []string{"iteration", "steps", "worst", "bound"}}
	for _, d := range x.depth {
		t.Rows = append(t.Rows, []string{iteration(d.Chebyshev), fmt.Sprint(d.Steps), power(d.worst), power(d.bound)})
	}
	return t
}

func iteration(chebyshev bool) string {
	if chebyshev {
		return "Chebyshev"
	}
	return "gradient descent"
}

// depthCurves are the errors of ridge regression by number of steps, and the bounds that
// theory sets them.
func (x *experiment) depthCurves() []eval.Curve {
	var curves []eval.Curve
	for _, chebyshev := range []bool{false, true} {
		name := iteration(chebyshev)
		measured, bound := eval.Curve{Learner: name}, eval.Curve{Learner: name + ", bound"}
		for _, d := range x.depth {
			if d.Chebyshev == chebyshev {
				measured.N, measured.Mean = append(measured.N, d.Steps), append(measured.Mean, d.worst)
				bound.N, bound.Mean = append(bound.N, d.Steps), append(bound.Mean, d.bound)
			}
		}
		curves = append(curves, measured, bound)
	}
	return curves
}
