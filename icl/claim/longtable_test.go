package claim

import (
	"testing"

	"github.com/goicl/goicl/icl/eval"
)

// TestLongTable: a run that ended early leaves cells empty, wherever it stands.
func TestLongTable(t *testing.T) {
	run := func(name string, points int) *LongRun {
		r := &LongRun{Recipe: name, Accuracy: map[string][]eval.Estimate{}}
		for i := range points {
			r.Steps = append(r.Steps, 10*(i+1))
			for _, f := range longFamilies {
				r.Accuracy[f] = append(r.Accuracy[f], eval.Estimate{Mean: .5})
			}
		}
		return r
	}
	header, rows := LongTable(run("short", 3), run("long", 11))
	if len(header) != 1+2*len(longFamilies) || len(rows) != 3 {
		t.Fatalf("%d columns and %d rows, want %d and 3", len(header), len(rows), 1+2*len(longFamilies))
	}
	last := rows[2]
	if last[0] != "110" || last[1] != "" || last[len(longFamilies)+1] == "" {
		t.Errorf("the last row is %q", last)
	}
	if _, rows := LongTable(); len(rows) != 0 {
		t.Errorf("of no runs there are the rows %q", rows)
	}
}
