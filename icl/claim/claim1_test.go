package claim

import (
	"slices"
	"strings"
	"testing"

	"github.com/goicl/goicl/icl/train"
)

// TestExpressiveness runs claim 1 end to end, as small as it gets.
func TestExpressiveness(t *testing.T) {
	if testing.Short() {
		t.Skip("trains a few dozen learners for a few steps")
	}
	e := &expressiveness{size: expressSize{Seeds: 2, Episodes: 16, Teaching: 2, Lessons: 2, Onwards: 20, Tests: 32}}
	o := Options{Backend: "go", Progress: func(Progress) {}, Train: []train.Option{train.WithDir(t.TempDir()), train.WithBackend("go")}}
	if err := e.prepare(o); err != nil {
		t.Fatal(err)
	}
	r, err := e.conclude(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	byName := map[string]Check{}
	for _, c := range judge(r.Checks) {
		byName[c.Name] = c
	}
	for name, c := range byName {
		// What is not trained holds at any size.
		if untrained := !strings.Contains(name, "trained"); untrained && !c.Pass {
			t.Errorf("%s: %g, threshold %g", name, c.Estimate, c.Threshold)
		}
	}
	if len(byName) != 11 {
		t.Errorf("%d checks, want 11", len(byName))
	}
	checkMatrix(t, r.Expression)
	if header, rows := r.Expression.AgreementTable(); len(rows) != len(written()) || len(rows[0]) != len(header) {
		t.Errorf("a table of %d rows for %d learners", len(rows), len(written()))
	}
	for _, c := range r.Expression.OnwardsCurves() {
		if c.N[0] != 0 || c.N[len(c.N)-1] != 20 || len(c.Mean) != len(c.N) {
			t.Errorf("%s from a %s has looks at %v", c.Family, c.Learner, c.N)
		}
	}
	if curves := r.Expression.DepthCurves(); len(curves) != 4 {
		t.Errorf("%d curves of depth", len(curves))
	}
}

// checkMatrix wants each learner in its own class, the witness in none but the
// transformer's, and what a law forbids to be off by something.
func checkMatrix(t *testing.T, e *Expression) {
	t.Helper()
	for _, m := range e.Matrix {
		own := slices.ContainsFunc(classes(), func(c class) bool { return c.name == m.Class && c.has(m.Learner) })
		if own != (m.Kind == "exact" && m.Class != "transformer") {
			t.Errorf("%s is %s for %s", m.Learner, m.Kind, m.Class)
		}
		if m.Learner == "witness" && (m.Kind == "impossible") == (m.Class == "transformer") {
			t.Errorf("the witness is %s for %s", m.Kind, m.Class)
		}
		if m.Kind == "impossible" && (m.Bound <= 0 || m.Law == "") {
			t.Errorf("%s is impossible for %s, but off by %g", m.Learner, m.Class, m.Bound)
		}
		if word, number := m.Words(); word == "" || number == "" {
			t.Errorf("no words for %+v", m)
		}
	}
	if rows, cols := e.Learners(), e.Classes(); len(rows)*len(cols) != len(e.Matrix) || len(cols) != 4 {
		t.Errorf("a matrix of %d fields for %d learners and %d classes", len(e.Matrix), len(rows), len(cols))
	}
}
