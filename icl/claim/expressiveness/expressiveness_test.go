package expressiveness

import (
	"context"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/goicl/goicl/icl/construct"
	"github.com/goicl/goicl/icl/study"
)

func tinySize() size {
	return size{Looks: []int{2}, Episodes: 16, Teaching: 2, Students: 2, FineTune: 20, Tests: 32}
}

// newStudy is the study of an experiment.
func newStudy(t *testing.T, x *experiment) *study.Study {
	t.Helper()
	s, err := x.study()
	if err != nil {
		t.Fatal(err)
	}
	s.Name, s.Preset = "claim1", "tiny"
	return s
}

// TestRun runs the study end to end, as small as it gets.
func TestRun(t *testing.T) {
	if testing.Short() {
		t.Skip("trains a few dozen learners for a few steps")
	}
	size := tinySize()
	size.FineTune = 8
	x := newExperiment(size)
	s := newStudy(t, x)
	report := s.Report
	s.Report = func(ctx context.Context, d *study.Data, r *study.Result) error {
		if err := report(ctx, d, r); err != nil {
			return err
		}
		checkMatrix(t, x, d)
		checkStaleViolators(t, x, d)
		return nil
	}
	r, err := study.Run(t.Context(), s, study.Options{Dir: t.TempDir(), Backend: "go"})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Checks) != 12 || len(r.Findings) != 3*3+2*3+2+1 || r.Seeds != 2 || r.Tasks != 32 || len(r.Runs) != 2*len(s.Arms) {
		t.Errorf("%d checks, %d findings, %d seeds, %d tasks, %d runs; want 12, 18, 2, 32 and %d", len(r.Checks), len(r.Findings), r.Seeds, r.Tasks, len(r.Runs), 2*len(s.Arms))
	}
	for _, c := range r.Checks {
		// What is not trained holds at any size.
		if untrained := c.CI[0] == c.CI[1]; untrained && c.Status != study.Pass {
			t.Errorf("%s is %s: %g, threshold %g", c.Name, c.Status, c.Estimate, c.Threshold)
		}
		if c.Why == "" {
			t.Errorf("%s: no reason for the threshold", c.Name)
		}
	}
	if r.Statements[0].Verdict != study.Reproduced {
		t.Errorf("%q is %s", r.Statements[0].Text, r.Statements[0].Verdict)
	}
	checkTables(t, r)
	checkCurves(t, r)
}

// checkMatrix wants each learner in its own class, the witness in none but the
// transformer's, and what an invariance forbids to be off by something.
func checkMatrix(t *testing.T, x *experiment, d *study.Data) {
	t.Helper()
	m, err := x.matrix(d)
	if err != nil {
		t.Fatal(err)
	}
	if len(m) != len(rows())*(len(classes())+1) {
		t.Errorf("a matrix of %d fields for %d learners and %d classes", len(m), len(rows()), len(classes())+1)
	}
	for _, v := range m {
		own := slices.ContainsFunc(classes(), func(c class) bool { return c.name == v.class && c.has(v.learner) })
		if own != (v.kind == exact && v.class != transformers) {
			t.Errorf("%s is %s for %s", v.learner, v.kind, v.class)
		}
		if v.learner == (construct.Witness{}.Name()) && (v.kind == impossible) == (v.class == transformers) {
			t.Errorf("the witness is %s for %s", v.kind, v.class)
		}
		if v.kind == impossible && (v.bound <= 0 || v.violated == "") {
			t.Errorf("%s is impossible for %s, but off by %g", v.learner, v.class, v.bound)
		}
		if word, number := v.words(); word == "" || number == "" {
			t.Errorf("no words for %+v", v)
		}
	}
	if v := m.at("nobody", transformers); v.kind != "" {
		t.Errorf("an unknown learner is %s", v.kind)
	}
}

// checkStaleViolators: a learner that is listed as a violator and violates nothing is an
// error, for nobody is trained to imitate it.
func checkStaleViolators(t *testing.T, x *experiment, d *study.Data) {
	t.Helper()
	key := [2]string{"MatchNet", "gradient"}
	old := x.violations[key]
	x.violations[key] = 0
	if _, err := x.matrix(d); err == nil || !strings.Contains(err.Error(), "MatchNet violates no invariance of gradient-based learners any more") {
		t.Errorf("error %v where a violator violates nothing", err)
	}
	x.violations[key] = old
}

func checkTables(t *testing.T, r *study.Result) {
	t.Helper()
	agreement := r.Table("agreement")
	if len(agreement.Rows) != len(constructed()) || len(agreement.Rows[0]) != len(agreement.Header) {
		t.Errorf("the table of agreement is %+v", agreement)
	}
	for _, row := range agreement.Rows {
		if row[1] == "0" || row[5] == "" {
			t.Errorf("%s was compared on %s episodes, and the change of %q shows least", row[0], row[1], row[5])
		}
	}
	shapes := r.Table("agreement by shape")
	if len(shapes.Rows) < 3*len(constructed()) {
		t.Errorf("%d shapes for %d constructions", len(shapes.Rows), len(constructed()))
	}
	for _, row := range shapes.Rows {
		if row[1] != "go" {
			t.Errorf("%s was compared on %s; only Go's backend was asked for", row[0], row[1])
		}
	}
	membership := r.Table("membership")
	if !strings.Contains(membership.Note, "average over examples") || !strings.Contains(membership.Note, "virtual examples") {
		t.Errorf("the matrix is noted %q", membership.Note)
	}
	if repetition := r.Table("repetition"); len(repetition.Rows) != len(variants()) {
		t.Errorf("%d rows of repeated examples, want %d", len(repetition.Rows), len(variants()))
	}
	if len(membership.Rows) != len(rows()) || len(membership.Tints) != len(rows()) || len(membership.Header) != 5 {
		t.Fatalf("the matrix is %+v", membership)
	}
	for i, row := range membership.Rows {
		for j, cell := range row[1:] {
			word, _, _ := strings.Cut(cell, "\n")
			if want := map[string]float64{"exact": 1, "approximate": .35, "impossible": 0}[word]; membership.Tints[i][j] != want {
				t.Errorf("%s, %s: %q has the tint %g", row[0], membership.Header[j+1], cell, membership.Tints[i][j])
			}
		}
	}
	if maml, ridge := r.Table("MAML"), r.Table("ridge"); len(maml.Rows) != len(sharpness) || len(ridge.Rows) != 2*len(depths) || ridge.Rows[0][0] != "gradient descent" || ridge.Rows[len(depths)][0] != "Chebyshev" {
		t.Errorf("%d rows of MAML, %d of ridge regression", len(maml.Rows), len(ridge.Rows))
	}
}

func checkCurves(t *testing.T, r *study.Result) {
	t.Helper()
	row := r.Figure.Rows[0]
	tuned := r.Curves(row.Group)
	if len(r.Figure.Rows) != 1 || len(tuned) != 6 {
		t.Errorf("%d curves of fine-tuning, want 3 learners from 2 starts", len(tuned))
	}
	for _, c := range tuned {
		if c.N[0] != 0 || c.N[len(c.N)-1] != 8 || len(c.Mean) != len(c.N) {
			t.Errorf("%s from a %s has looks at %v", c.Family, c.Learner, c.N)
		}
	}
	depth := r.Curves("ridge by depth")
	if len(depth) != 4 {
		t.Fatalf("%d curves of depth, want 2 iterations with their bounds", len(depth))
	}
	for i := 0; i < len(depth); i += 2 {
		measured, bound := depth[i], depth[i+1]
		if !slices.Equal(measured.N, depths) || bound.Learner != measured.Learner+", bound" {
			t.Errorf("%s by %v", measured.Learner, measured.N)
		}
		for k, v := range measured.Mean {
			if v > bound.Mean[k]*1.01+1e-12 {
				t.Errorf("%s of %d steps is off by %g, more than theory's %g", measured.Learner, measured.N[k], v, bound.Mean[k])
			}
		}
	}
	if gd, chebyshev := depth[0].Mean[len(depths)-1], depth[2].Mean[len(depths)-1]; chebyshev >= gd {
		t.Errorf("Chebyshev's iteration ends at %g, gradient descent at %g", chebyshev, gd)
	}
}

// TestClasses: members are of their own class, nobody is a violator of it, and the control
// is a member of which there is a construction.
func TestClasses(t *testing.T) {
	members := 0
	for _, c := range classes() {
		members += len(c.members)
		if !c.has(c.control.Name()) || !c.trained(c.control.Name()) || !c.trained(construct.Witness{}.Name()) || len(c.students) == 0 {
			t.Errorf("%s: control %s", c.name, c.control.Name())
		}
		for _, name := range c.violators {
			if c.has(name) || !slices.Contains(rows(), name) {
				t.Errorf("%s violates the invariance of the class %s that it is in, or is not in the matrix", name, c.name)
			}
			if c.trained(name) && name != (construct.Witness{}.Name()) {
				t.Errorf("students of %s are trained to imitate %s, which none can", c.name, name)
			}
		}
	}
	if len(rows()) != members+2 || rows()[members] != ridge {
		t.Errorf("the matrix has the rows %v", rows())
	}
	if s := sizeOf("quick"); !reflect.DeepEqual(s, sizeOf("paper")) || s.seeds() != 10 || sizeOf("smoke").seeds() != 2 {
		t.Errorf("the size is %+v", s)
	}
}

// TestArms: each member of a class is trained before it is constructed, students imitate
// what nothing rules out, and three constructions are trained on from two starts.
func TestArms(t *testing.T) {
	s := newStudy(t, newExperiment(tinySize()))
	kinds := map[string]int{}
	for _, a := range s.Arms {
		switch {
		case strings.HasPrefix(a.Name, "teacher "):
			kinds["teachers"]++
		case strings.Contains(a.Name, " imitates "):
			kinds["students"]++
		case strings.HasSuffix(a.Name, constructedStart), strings.HasSuffix(a.Name, randomStart):
			kinds["tuned"]++
		default:
			t.Errorf("an arm %q", a.Name)
		}
	}
	students := 0
	for _, name := range rows() {
		for _, c := range classes() {
			if c.trained(name) {
				students += len(c.students)
			}
		}
	}
	if want := (map[string]int{"teachers": len(teachers()), "students": students + len(paperTeachers()), "tuned": 6}); fmt.Sprint(kinds) != fmt.Sprint(want) {
		t.Errorf("arms %v, want %v", kinds, want)
	}
	tested := 0
	for _, c := range s.Conditions {
		tested += len(c.Arms)
	}
	if tested != students+len(paperTeachers())+6 {
		t.Errorf("%d arms are tested, each under one condition; want all but teachers", tested)
	}
	if steps := tinySize().tunedSteps(); steps[0] != 0 || steps[1] != 1 || steps[len(steps)-1] != 20 || !slices.IsSorted(steps) {
		t.Errorf("looks at %v", steps)
	}
}

// TestMAMLError: the share of episodes that differ by more than 1e-10.
func TestMAMLError(t *testing.T) {
	for _, test := range []struct {
		errs []float64
		want mamlError
	}{
		{[]float64{.5, 0, 1e-12, 1e-3}, mamlError{1, .5, .5, 1e-3}},
		{[]float64{1e-11, 0}, mamlError{1, 0, 1e-11, 1e-11}},
		{[]float64{1e-10}, mamlError{1, 0, 1e-10, 1e-10}},
		{[]float64{.1, .3, .2}, mamlError{1, 1, .3, .2}},
	} {
		if got := newMAMLError(1, test.errs); got != test.want {
			t.Errorf("of %v: %+v, want %+v", test.errs, got, test.want)
		}
	}
}

// TestWords: a word and a number for each kind of membership.
func TestWords(t *testing.T) {
	for want, m := range map[string]membership{
		"impossible off by 0.25: repetition*": {kind: impossible, bound: .25, violated: "repetition"},
		"impossible off by 0.25: relabelling": {kind: impossible, bound: .25, violated: "relabelling"},
		"exact a member":                      {class: "metric", kind: exact},
		"exact to 7e-15":                      {class: transformers, kind: exact, error: study.Exactly(7e-15)},
		"approximate to 2e-08":                {class: transformers, kind: approximate, error: study.Exactly(2e-8)},
		"approximate to 0.120 ±0.030":         {class: "metric", kind: approximate, error: estimate(.12, .1, .15)},
	} {
		word, number := m.words()
		if got := word + " " + number; got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if got := math.Float64bits(widened([]float32{.5})[0]); got != math.Float64bits(.5) {
		t.Error("float32 weights are changed as they are widened")
	}
}
