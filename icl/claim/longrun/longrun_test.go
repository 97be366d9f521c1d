package longrun

import (
	"context"
	"math"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/engine"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/study"
	"github.com/goicl/goicl/icl/train"
)

// fragile is an engine that trains nothing. Batches of 3 tasks diverge after 400 steps, and
// the gradient of those of 2 tasks is long in the steps from 501 to 520.
type fragile struct {
	mu    *sync.Mutex
	steps map[int]int // by size of the batch
}

func (fragile) Name() string { return "fragile" }

func (f fragile) LossGrad(_ []float32, b *datasets.Batch, _ []int32, grad []float32) (float64, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.steps[b.T]++
	clear(grad)
	if b.T == 2 && f.steps[2] > 500 && f.steps[2] <= 520 {
		grad[0] = 100
	}
	if b.T == 3 && f.steps[3] > 400 {
		return math.NaN(), nil
	}
	return 1, nil
}

func (fragile) Logits(_ []float32, b *datasets.Batch, at []int32) ([]float32, error) {
	return make([]float32, len(at)*b.C), nil
}

// TestRun: runs are tested along the way, one that diverges as far as it got, and the tables
// say where.
func TestRun(t *testing.T) {
	s, err := New([]string{"authors", "clipped"}, 1000, 4)
	if err != nil {
		t.Fatal(err)
	}
	s.Arms[0].Recipe.Batch, s.Arms[1].Recipe.Batch = 2, 3
	f := fragile{&sync.Mutex{}, map[int]int{}}
	r, err := study.Run(t.Context(), s, study.Options{Dir: t.TempDir(), Train: []train.Option{
		train.WithCustomEngine(func(learner.Learner, int, int) (engine.Engine, error) { return f, nil }),
	}})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Checks) != 0 || r.Verdict != "" || len(r.Runs) != 2 || r.Tasks != 4 || r.Seeds != 1 {
		t.Errorf("%d checks, verdict %q, %d runs, %d tasks", len(r.Checks), r.Verdict, len(r.Runs), r.Tasks)
	}
	looks := train.LogSpaced(100, 1000, 41)
	for _, c := range slices.Concat(r.Curves(accuracies), r.Curves(accuracies+" of "+newFamily)) {
		want := looks
		if c.Learner == "clipped" {
			want = slices.DeleteFunc(slices.Clone(looks), func(step int) bool { return step > 400 })
		}
		if !slices.Equal(c.N, want) || len(c.Mean) != len(want) || len(c.Lo) != len(want) {
			t.Errorf("%s on %s was tested after %v, want %v", c.Learner, c.Family, c.N, want)
		}
	}
	rows := r.Figure.Rows
	if len(rows) != 2 || len(r.Curves(rows[0].Group)) != 6 || len(r.Curves(rows[1].Group)) != 2 || !r.Figure.LogX {
		t.Fatalf("the figure is %+v", r.Figure)
	}
	for i, row := range rows {
		for _, c := range r.Curves(row.Group) {
			if least := slices.Min(c.Mean); row.YMin > least || row.YMax <= row.YMin {
				t.Errorf("row %d goes from %g to %g, but %s has %g", i, row.YMin, row.YMax, c.Learner, least)
			}
		}
	}
	spikes := r.Tables[1].Rows
	if spikes[0][0] != "authors" || spikes[0][1] != "1" || !strings.HasPrefix(spikes[0][2], "50") || spikes[0][5] != "" {
		t.Errorf("authors: %q; want a spike after step 500", spikes[0])
	}
	if spikes[1][0] != "clipped" || spikes[1][1] != "0" || !strings.Contains(spikes[1][5], "diverged at step 401") {
		t.Errorf("clipped: %q; want it to have diverged", spikes[1])
	}
}

// TestAccuracyTable: a run that ended early leaves cells empty, wherever it stands.
func TestAccuracyTable(t *testing.T) {
	for _, order := range [][]string{{"short", "long"}, {"long", "short"}} {
		r := &study.Result{}
		for _, name := range order {
			for _, f := range families() {
				c := eval.Curve{Learner: name, Family: f}
				for i := range map[string]int{"short": 3, "long": 11}[name] {
					c.N = append(c.N, 10*(i+1))
					c.Add(eval.Estimate{Mean: .5})
				}
				group := accuracies
				if f == newFamily {
					group += " of " + newFamily
				}
				r.Add(group, c)
			}
		}
		table := accuracyTable(r, order)
		if len(table.Header) != 1+2*len(families()) || len(table.Rows) != 3 || table.Header[4] != order[0]+": radius" {
			t.Fatalf("%d columns and %d rows, want %d and 3", len(table.Header), len(table.Rows), 1+2*len(families()))
		}
		last, short := table.Rows[2], 1+len(families())*slices.Index(order, "short")
		long := 1 + len(families())*slices.Index(order, "long")
		if last[0] != "110" || last[short] != "" || last[long] == "" || table.Rows[0][short] == "" {
			t.Errorf("the last row is %q", last)
		}
	}
}

// TestSpikes: consecutive long gradients are one spike; a gradient of exactly 10 is none.
func TestSpikes(t *testing.T) {
	var entries []train.Entry
	for i, norm := range []float64{1, 11, 12, 2, 10, 30, 1, math.Inf(1)} {
		entries = append(entries, train.Entry{Step: 10 * (i + 1), GradNorm: norm})
	}
	if got := spikes(entries); !slices.Equal(got, []int{20, 60, 80}) {
		t.Errorf("spikes at %v, want 20, 60 and 80", got)
	}
	if got := spikes(nil); got != nil {
		t.Errorf("spikes of nothing: %v", got)
	}
}

// TestNew: what is wrong is named with its value; recipes differ in what limits a step.
func TestNew(t *testing.T) {
	for want, call := range map[string]struct {
		names        []string
		steps, tests int
	}{
		`unknown recipe "fast"; known: authors, clipped, decayed`: {[]string{"authors", "fast"}, 1000, 1},
		"999 steps and 8 test tasks; want at least 1000 and 1":    {[]string{"authors"}, 999, 8},
		"1000 steps and 0 test tasks":                             {[]string{"authors"}, 1000, 0},
	} {
		if _, err := New(call.names, call.steps, call.tests); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v; want one with %q", err, want)
		}
	}
	s, err := New(Recipes(), 5000, 16)
	if err != nil || s.Validate() != nil || s.Seeds != 1 || len(s.Arms) != 3 || len(s.Conditions) != 4 {
		t.Fatalf("%+v, error %v", s, err)
	}
	for i, want := range []train.Recipe{{Clip: 0}, {Clip: 1}, {Clip: 1, Warmup: 500, Cosine: true}} {
		want.Batch, want.OnePrefix, want.Steps = 126, true, 5000
		if a := s.Arms[i]; !reflect.DeepEqual(a.Recipe, want) || !a.MayDiverge || a.TestAt[0] != 100 || a.TestAt[len(a.TestAt)-1] != 5000 {
			t.Errorf("%s is trained by %+v, want %+v", a.Name, a.Recipe, want)
		}
	}
	for _, c := range s.Conditions {
		if want := map[bool]int{true: 10, false: 2}[c.Name == newFamily]; c.First != want {
			t.Errorf("%s is averaged from %d examples on, want %d", c.Name, c.First, want)
		}
	}
	twice, err := New([]string{"authors", "authors"}, 1000, 1)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := study.Run(context.Background(), twice, study.Options{}); err == nil || !strings.Contains(err.Error(), `two arms called "authors"`) {
		t.Errorf("error %v of the same recipe twice", err)
	}
}
