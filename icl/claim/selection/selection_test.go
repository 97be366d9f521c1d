package selection

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/goicl/goicl/icl/claim/internal/plane"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/study"
	"github.com/goicl/goicl/icl/train"
)

// tiny is the smallest size that goes the whole way.
func tiny(t *testing.T) *study.Study {
	t.Helper()
	s, err := newStudy(plane.Size{Seeds: 2, Tasks: 16, Single: 3, Mixture: 3, Rivals: 4, CNP: 4, Rates: []float64{3e-3, 1e-2}, RateSeeds: 2, Softmax: 1, Shift: 8, Starts: 1})
	if err != nil {
		t.Fatal(err)
	}
	s.Name, s.Preset = "claim3", "tiny"
	return s
}

// TestRun runs the study end to end, in parts: two shards, of which the second is
// interrupted, and the call that merges them.
func TestRun(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles every learner")
	}
	o := study.Options{Dir: t.TempDir()}
	var mu sync.Mutex
	made := map[string]int{} // times that a step was made
	count := func(p study.Progress) {
		mu.Lock()
		defer mu.Unlock()
		if p.Step.Loss != 0 {
			made[p.Step.Run+" "+strings.Repeat("i", p.Step.Step)]++
		}
	}
	o.Progress = count
	if err := study.Shard(t.Context(), tiny(t), 1, 2, o); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	o.Progress = func(p study.Progress) {
		count(p)
		if p.Done >= 4 {
			cancel()
		}
	}
	if err := study.Shard(ctx, tiny(t), 2, 2, o); !errors.Is(err, context.Canceled) && !errors.Is(err, train.ErrInterrupted) {
		t.Fatalf("error %v of an interrupted shard", err)
	}
	before := len(made)
	o.Progress = count
	r, err := study.Run(t.Context(), tiny(t), o)
	if err != nil {
		t.Fatal(err)
	}
	for step, times := range made {
		if times != 1 {
			t.Errorf("%s was made %d times", step, times)
		}
	}
	if before == 0 || len(made) <= before {
		t.Errorf("%d steps in parts, %d in all; want some of them in each", before, len(made))
	}
	if len(r.Checks) != 4 || len(r.Runs) != 24 || len(r.Findings) != 21 || r.Seeds != 2 || r.Tasks != 8 {
		t.Errorf("%d checks, %d runs, %d findings, %d seeds, %d tasks; want 4, 24, 21, 2, 8", len(r.Checks), len(r.Runs), len(r.Findings), r.Seeds, r.Tasks)
	}
	checkGroups(t, r)
}

func checkGroups(t *testing.T, r *study.Result) {
	t.Helper()
	row := r.Figure.Rows[0]
	if got := r.Curves(row.Group, row.Learners...); len(r.Figure.Rows) != 1 || len(got) != 5 {
		t.Errorf("%d curves in the figure, want those of %q", len(got), row.Learners)
	}
	// Bayes knows the rule: nothing else is right in nearly all discs.
	if c := r.Curves("radius", plane.BayesOptimal)[0]; c.Mean[len(c.Mean)-1] < .9 || !slices.Equal(c.N, lengths()) {
		t.Errorf("Bayes on radius: %+v", c)
	}
	for _, f := range plane.Families() {
		for _, sigma := range plane.Sigmas() {
			want := 14 // 12 arms, Bayes and selection
			if sigma == 1 {
				want++ // Bayes of the mixture
			}
			if got := r.Curves(at(f, sigma)); len(got) != want || len(got[0].Mean) != len(lengths()) {
				t.Errorf("%s: %d curves, want %d of 10 numbers of examples", at(f, sigma), len(got), want)
			}
		}
	}
	if got := len(r.Curves("radius")); got != 16 {
		t.Errorf("%d curves on radius, want 16: the best of three, too", got)
	}
	for _, c := range r.Curves("closeness") {
		if c.Metric != eval.Distance || c.Learner == icl || slices.Min(c.Mean) < 0 || slices.Max(c.Mean) > 1 {
			t.Errorf("closeness of %+v", c)
		}
	}
	checkOwnFamily(t, r)
	for _, c := range r.Curves("shift", bayesMix) {
		if !slices.Equal(c.N, []int{1}) {
			t.Errorf("the Bayes predictor of the mixture, which knows of no shift, is tested at σ = %v", c.N)
		}
	}
}

// TestFamilyPosterior: the posterior over families sums to 1 at every number of examples,
// begins at about a third and comes to be that of the family that tasks are from.
func TestFamilyPosterior(t *testing.T) {
	for i, family := range plane.Families() {
		of, err := FamilyPosterior(t.Context(), family, 40)
		if err != nil || len(of) != 3 {
			t.Fatalf("%d curves, error %v; want 3", len(of), err)
		}
		for k := range of[0].Mean {
			if sum := of[0].Mean[k] + of[1].Mean[k] + of[2].Mean[k]; math.Abs(sum-1) > 1e-3 {
				t.Errorf("on %s, after %d examples, probabilities sum to %g", family, k, sum)
			}
		}
		own, last := of[i], len(of[0].Mean)-1
		if own.Learner != family || own.Family != family || len(own.N) != plane.Points || own.Mean[0] > .7 || own.Mean[last] < own.Mean[0] || own.Mean[last] < .6 {
			t.Errorf("on %s the posterior of %s goes from %.2f to %.2f", own.Family, own.Learner, own.Mean[0], own.Mean[last])
		}
	}
	if _, err := FamilyPosterior(t.Context(), "unknown", 4); err == nil {
		t.Error("an unknown family is no error")
	}
}

// TestDerivedPredictors: the conditions have selection among the three members of a seed,
// the best of them only on discs, whose tasks are twice as long, and Bayes of the mixture
// where the spread is that of training.
func TestDerivedPredictors(t *testing.T) {
	s := tiny(t)
	if len(s.Conditions) != 16 || len(s.Arms) != 12 {
		t.Fatalf("%d conditions, %d arms; want 16 and 12", len(s.Conditions), len(s.Arms))
	}
	for i, c := range s.Conditions {
		b, err := c.Sample(0)
		if err != nil {
			t.Fatal(err)
		}
		if want := map[bool]int{true: 100, false: 50}[i == 0]; b.N != want || b.T != 8 {
			t.Errorf("%s has %d tasks of %d points, want 8 of %d", c.Name, b.T, b.N, want)
		}
		if c.Keep != !strings.Contains(c.Name, "σ") {
			t.Errorf("%s keeps its predictions: %t", c.Name, c.Keep)
		}
	}
	if _, err := build("huge"); err == nil || !strings.Contains(err.Error(), `unknown preset "huge"`) {
		t.Errorf("error %v; want one with the preset", err)
	}
}
