package selection

import (
	"context"
	"errors"
	"math"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/claim/internal/plane"
	"github.com/goicl/goicl/icl/engine"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/study"
	"github.com/goicl/goicl/icl/train"
)

// tiny is the smallest size that goes the whole way.
func tiny(t *testing.T) *study.Study {
	t.Helper()
	s, err := newStudy(plane.Size{
		Selection: study.LooksAt(2, 3), Told: 1, Mixture: 6, Rivals: 4, CNP: 4,
		Small: []float64{3e-3, 1e-2}, Parts: 3, Shift: 4, Few: 2, Starts: 1,
	})
	if err != nil {
		t.Fatal(err)
	}
	s.Name, s.Preset = "claim3", "tiny"
	return s
}

// steps counts how often each step of a run is made.
type steps struct {
	mu   sync.Mutex
	made map[string]int
}

func (s *steps) count(p study.Progress) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p.Step.Loss != 0 {
		s.made[p.Step.Run+" "+strings.Repeat("i", p.Step.Step)]++
	}
}

// TestRun runs the study end to end, in parts: two shards, of which the second is
// interrupted, and the call that merges them.
func TestRun(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles every learner")
	}
	all := &steps{made: map[string]int{}}
	o := study.Options{Dir: t.TempDir(), Progress: all.count}
	if err := study.Shard(t.Context(), tiny(t), 1, 2, o); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	o.Progress = func(p study.Progress) {
		all.count(p)
		if p.Done >= 4 {
			cancel()
		}
	}
	if err := study.Shard(ctx, tiny(t), 2, 2, o); !errors.Is(err, context.Canceled) && !errors.Is(err, train.ErrInterrupted) {
		t.Fatalf("error %v of an interrupted shard", err)
	}
	before := len(all.made)
	o.Progress = all.count
	r, err := study.Run(t.Context(), tiny(t), o)
	if err != nil {
		t.Fatal(err)
	}
	for step, times := range all.made {
		if times != 1 {
			t.Errorf("%s was made %d times", step, times)
		}
	}
	if before == 0 || len(all.made) <= before {
		t.Errorf("%d steps in parts, %d in all; want some of them in each", before, len(all.made))
	}
	// 7 arms with all seeds, and 12 with one.
	if len(r.Checks) != 10 || len(r.Runs) != 7*3+12 || len(r.Findings) != 35 || len(r.Looks) != 2 || r.Seeds != 3 || r.Tasks != 4 {
		t.Errorf("%d checks, %d runs, %d findings, %d looks, %d seeds, %d tasks; want 10, 33, 35, 2, 3, 4", len(r.Checks), len(r.Runs), len(r.Findings), len(r.Looks), r.Seeds, r.Tasks)
	}
	if len(r.Choices) != 6 || len(r.Table("parts").Rows) != 8 {
		t.Errorf("%d choices, %d rows of parts; want the rates of 3 members on 2 kinds of tasks each, and 8", len(r.Choices), len(r.Table("parts").Rows))
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
	if c := r.Curves(newFamily, plane.BayesOptimal)[0]; c.Mean[len(c.Mean)-1] < .9 || !slices.Equal(c.N, lengths()) {
		t.Errorf("Bayes on radius: %+v", c)
	}
	for _, f := range plane.Families() {
		for _, sigma := range plane.Sigmas() {
			// 11 arms, Bayes and two selections
			if got := r.Curves(at(f, sigma)); len(got) != 14 || len(got[0].Mean) != len(lengths()) {
				t.Errorf("%s: %d curves, want 14 of 10 numbers of examples", at(f, sigma), len(got))
			}
		}
	}
	if got := len(r.Curves(newFamily)); got != 15 {
		t.Errorf("%d curves on radius, want 15: the best of three, too", got)
	}
	if got := len(r.Curves("shift")); got != 3*15 {
		t.Errorf("%d curves by σ, want those of 14 subjects and of the own family's, on 3 families", got)
	}
	for _, c := range r.Curves("closeness") {
		if slices.Min(c.Mean) <= 0 || slices.Max(c.Mean) > 1 || len(c.Mean) != len(fewLengths()) {
			t.Errorf("closeness of %+v", c)
		}
	}
	checkOwnFamily(t, r)
}

// TestFamilyPosterior: the posterior over families sums to 1 at every number of examples,
// begins at about a third and comes to be that of the family that tasks are from.
func TestFamilyPosterior(t *testing.T) {
	for i, family := range plane.Families() {
		of, err := FamilyPosterior(t.Context(), family, 15)
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

// TestConditions: discs have tasks that are twice as long, for the best of the three; those with
// few examples keep the predictions of ICL(mix) alone.
func TestConditions(t *testing.T) {
	s := tiny(t)
	if len(s.Conditions) != 1+15+3 {
		t.Fatalf("%d conditions, want 19", len(s.Conditions))
	}
	for i, c := range s.Conditions {
		b, err := c.Sample(0)
		if err != nil {
			t.Fatal(err)
		}
		few := strings.Contains(c.Name, "few")
		points := map[bool]int{true: 100, false: 50}[i == 0]
		tasks := map[bool]int{true: 2, false: 4}[few]
		at := map[bool][]int{true: fewLengths(), false: lengths()}[few]
		if b.N != points || b.T != tasks || !slices.Equal(c.At, at) {
			t.Errorf("%s has %d tasks of %d points, after %v examples; want %d of %d, after %v", c.Name, b.T, b.N, c.At, tasks, points, at)
		}
		if c.Keep != few || few != slices.Equal(c.Arms, []string{icl}) || (c.First == fromRadius) != (i == 0) {
			t.Errorf("%s keeps its predictions: %t, of %q; averages begin at %d", c.Name, c.Keep, c.Arms, c.First)
		}
	}
	if _, err := build("huge"); err == nil || !strings.Contains(err.Error(), `unknown preset "huge"`) {
		t.Errorf("error %v; want one with the preset", err)
	}
}

// TestArms: what is checked has all seeds, what is told few; changed transformers have as many
// steps as the paper's own beside them.
func TestArms(t *testing.T) {
	s, told := tiny(t), 0
	for _, a := range s.Arms {
		checked := a.Name == icl
		for i, l := range members() {
			checked = checked || a.Name == plane.Name(l.Name(), plane.Mixture) || a.Name == plane.Name(l.Name(), plane.Families()[i])
		}
		if checked != (a.Seeds == 0) || !a.Last {
			t.Errorf("%s has %d seeds, its last weights: %t", a.Name, a.Seeds, a.Last)
		}
		if strings.HasPrefix(a.Name, partsPrefix) != reflect.DeepEqual(a.Recipe, train.Fast(3)) {
			t.Errorf("%s has the recipe %+v", a.Name, a.Recipe)
		}
		told += a.Seeds
	}
	if len(s.Arms) != 19 || told != 12 || len(s.Looks) != 2 || s.Seeds != 0 {
		t.Errorf("%d arms, of which %d have one seed, %d looks", len(s.Arms), told, len(s.Looks))
	}
	if err := s.Validate(); err != nil {
		t.Error(err)
	}
}

// idle is an engine that trains nothing and answers that it does not know.
type idle struct{}

func (idle) Name() string { return "idle" }

func (idle) LossGrad(_ []float32, _ *datasets.Batch, _ []int32, grad []float32) (float64, error) {
	clear(grad)
	return 1, nil
}

func (idle) Logits(_ []float32, b *datasets.Batch, at []int32) ([]float32, error) {
	return make([]float32, len(at)*b.C), nil
}

// TestDerived: selection is among the members of a seed on the mixture, or each on its own
// family; discs have the best of them; the Bayes predictor on families is of few seeds.
func TestDerived(t *testing.T) {
	s := tiny(t)
	conditions := s.Conditions
	s.Conditions, s.Report, s.Settings, s.Statements, s.Looks, s.Seeds = nil, nil, nil, nil, nil, 3
	s.Parts = []study.Part{{Label: "ask", Do: func(ctx context.Context, of *study.Session) error {
		for on, want := range map[string][]string{"mix": {"mix", "mix", "mix"}, "": plane.Families()} {
			got, err := trained(ctx, of, 2, func(i int) string {
				if on == "" {
					return plane.Families()[i]
				}
				return on
			})
			if err != nil {
				return err
			}
			for i, p := range got {
				f := p.(*train.Fitted)
				if f.Config.Tasks.Name() != want[i] || f.Name() != members()[i].Name() || f.Config.Seed != 2 {
					t.Errorf("%s of seed %d is trained on %s, want %s", f.Name(), f.Config.Seed, f.Config.Tasks.Name(), want[i])
				}
			}
		}
		for _, c := range conditions[:3] {
			for seed := range uint64(3) {
				var want []string
				shown := c.Family == newFamily || seed < 1
				if shown || !strings.Contains(c.Name, "σ = 2") {
					want = append(want, selected)
				}
				if shown {
					want = append(want, specialists)
				}
				if c.Family == newFamily {
					want = append(want, bestOfSet)
				}
				if shown {
					want = append(want, plane.BayesOptimal)
				}
				derived, err := c.Derive(ctx, of, seed)
				if err != nil {
					return err
				}
				if got := labels(derived); !slices.Equal(got, want) {
					t.Errorf("%s, seed %d: %q are derived, want %q", c.Name, seed, got, want)
				}
			}
		}
		return nil
	}}}
	o := study.Options{Dir: t.TempDir(), Train: []train.Option{train.WithCustomEngine(func(learner.Learner, int, int) (engine.Engine, error) { return idle{}, nil })}}
	if _, err := study.Run(t.Context(), s, o); err != nil {
		t.Fatal(err)
	}
}

func labels(all []eval.Predictor) (names []string) {
	for _, p := range all {
		names = append(names, p.Name())
	}
	return names
}
