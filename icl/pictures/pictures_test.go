package pictures

import (
	"strings"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/study"
)

// TestSmoke runs the study on the drawings that ship: the learner of prototypes is ahead of
// chance, and the table has all learners and settings.
func TestSmoke(t *testing.T) {
	s, err := Registry().New("omniglot", "smoke")
	if err != nil {
		t.Fatal(err)
	}
	r, err := study.Run(t.Context(), s, study.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	if r.Headline.Estimate < .3 {
		t.Errorf("an accuracy of %.2f; chance has .2", r.Headline.Estimate)
	}
	table := r.Tables[0]
	if len(table.Rows) != len(heads())+1 || len(table.Header) != 2 || !strings.Contains(table.Rows[0][1], "(98.8)") {
		t.Errorf("table %v", table)
	}
	t.Log(r)
}

// TestDomainsSmoke runs the study across domains on the drawings that ship.
func TestDomainsSmoke(t *testing.T) {
	s, err := Registry().New("alphabets", "smoke")
	if err != nil {
		t.Fatal(err)
	}
	r, err := study.Run(t.Context(), s, study.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	table := r.Tables[0]
	if len(r.Checks) != 1 || len(table.Rows) != 3 || len(table.Rows[0]) != 4 {
		t.Errorf("%d checks, table %v", len(r.Checks), table)
	}
	t.Log(r)
}

func TestUnknownPreset(t *testing.T) {
	if _, err := newOmniglot("none"); err == nil || !strings.Contains(err.Error(), "smoke") {
		t.Errorf("error %v, want one that lists presets", err)
	}
}

// TestNearest: the class of the example that looks most like the query, and no query is an example.
func TestNearest(t *testing.T) {
	b := datasets.NewBatch(1, 4, 3, 2)
	copy(b.X, []float32{1, 0, 0, 0, 1, 1, 0, 2, 3, 0, 4, 6})
	copy(b.Y, []int32{0, 1, 0, 0})
	got, err := eval.Predict(t.Context(), nearest{2}, b, []int{2, 3})
	if err != nil || got[1] != 1 || got[3] != 1 {
		t.Errorf("probabilities %v, %v; want class 1 for both", got, err)
	}
	if got, err = eval.Predict(t.Context(), nearest{3}, b, []int{3}); err != nil || got[0] != 1 {
		t.Errorf("probabilities %v, %v; want class 0, that of the third point", got, err)
	}
}
