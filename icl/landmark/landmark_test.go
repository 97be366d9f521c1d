package landmark

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/regression"
	"github.com/goicl/goicl/icl/engine"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/study"
	"github.com/goicl/goicl/icl/train"
)

// idle is an engine that trains nothing.
type idle struct{}

func (idle) Name() string { return "idle" }

func (idle) LossGrad(_ []float32, _ *datasets.Batch, _ []int32, grad []float32) (float64, error) {
	clear(grad)
	return 1, nil
}

func (idle) Logits(_ []float32, b *datasets.Batch, at []int32) ([]float32, error) {
	return make([]float32, len(at)*max(1, b.C)), nil
}

// idly are the options of runs that train nothing.
func idly() []train.Option {
	return []train.Option{train.WithCustomEngine(func(learner.Learner, int, int) (engine.Engine, error) { return idle{}, nil })}
}

// replace has the study test p in place of what is trained.
func replace(s *study.Study, p eval.Predictor) *study.Study {
	return replaceBy(s, func(*train.Fitted, uint64) eval.Predictor { return p })
}

// replaceBy has the study test by(f, seed) in place of f, which is trained.
func replaceBy(s *study.Study, by func(f *train.Fitted, seed uint64) eval.Predictor) *study.Study {
	for i := range s.Conditions {
		c := &s.Conditions[i]
		test := c.Test
		c.Test = func(ctx context.Context, of eval.Predictor, seed uint64, b *datasets.Batch, at []int) (*eval.Scores, error) {
			if f, trained := of.(*train.Fitted); trained {
				of = by(f, seed)
			}
			if test != nil {
				return test(ctx, of, seed, b, at)
			}
			return eval.Evaluate(ctx, of, c.Name, b, at, eval.WithUnit(c.Unit))
		}
	}
	return s
}

// shuffled plants a wrong answer: under a condition, what is trained answers tasks whose targets
// or labels belong to other tasks.
func shuffled(s *study.Study, condition string) *study.Study {
	for i := range s.Conditions {
		c := &s.Conditions[i]
		if c.Name != condition {
			continue
		}
		test := c.Test
		c.Test = func(ctx context.Context, of eval.Predictor, seed uint64, b *datasets.Batch, at []int) (*eval.Scores, error) {
			if _, trained := of.(*train.Fitted); trained {
				wrong := *b
				wrong.Y, wrong.Z = rotate(b.Y, b.N), rotate(b.Z, b.N)
				b = &wrong
			}
			return test(ctx, of, seed, b, at)
		}
	}
	return s
}

// rotate moves the first n values to the end.
func rotate[T any](v []T, n int) []T {
	if len(v) == 0 {
		return v
	}
	return slices.Concat(v[n:], v[:n])
}

// run runs a study without training.
func run(t *testing.T, s *study.Study) *study.Result {
	t.Helper()
	s.Name, s.Settings = "planted", nil
	r, err := study.Run(t.Context(), s, study.Options{Dir: t.TempDir(), Train: idly()})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// want compares the verdicts of statements.
func want(t *testing.T, r *study.Result, verdicts map[string]study.Verdict) {
	t.Helper()
	for _, s := range r.Statements {
		if v, ok := verdicts[s.ID]; ok && v != s.Verdict {
			t.Errorf("%s: %s; want %s", s.ID, s.Verdict, v)
			for _, c := range r.ChecksOf(s.ID) {
				t.Logf("  %s: %.4f %v, %s", c.Name, c.Estimate, c.CI, c.Status)
			}
		}
	}
}

// TestCosts: what a study is said to take is what it took when its verdict in README was made,
// and what the page of the notebooks says.
func TestCosts(t *testing.T) {
	for file, row := range map[string]string{"README.md": `\| \*\*%s: .*\| (\d+) \|`, "notebooks/landmarks/README.md": "\\(`%s`\\).*\\| (\\d+) \\|"} {
		page, err := os.ReadFile(filepath.Join("..", "..", filepath.FromSlash(file)))
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range Registry() {
			found := regexp.MustCompile(fmt.Sprintf(row, d.Name)).FindSubmatch(page)
			if found == nil || string(found[1]) != fmt.Sprint(d.CoreMinutes) {
				t.Errorf("%s: %g core-minutes; %s has %q", d.Name, d.CoreMinutes, file, found)
			}
		}
	}
}

// TestPresets: each study exists in each preset, and says of each statement what it is.
func TestPresets(t *testing.T) {
	for _, d := range Registry() {
		for _, preset := range study.Presets() {
			s, err := Registry().New(d.Name, preset)
			if err != nil {
				t.Errorf("%s, %s: %v", d.Name, preset, err)
				continue
			}
			if err := s.Validate(); err != nil {
				t.Errorf("%s, %s: %v", d.Name, preset, err)
			}
			if s.Settings == nil || len(s.Statements) == 0 {
				t.Errorf("%s, %s: no settings, whose hash names the result, or no statements", d.Name, preset)
			}
		}
	}
}

// TestLater: weights, training tasks and test tasks are those of the later seeds.
func TestLater(t *testing.T) {
	var made []uint64
	s := &study.Study{
		Arms: []study.Arm{{Name: "plain"}, {Name: "made", Make: func(_ context.Context, _ *study.Session, seed uint64, c train.Config) (train.Config, error) {
			made = append(made, seed)
			return c, nil
		}}},
		Conditions: []study.Condition{{Name: "new", Sample: tests(regression.Linear{N: 4, D: 2}, "new", 3)}},
	}
	want, err := s.Conditions[0].Sample(1007)
	if err != nil {
		t.Fatal(err)
	}
	later(s, 1000)
	for _, a := range s.Arms {
		c, err := a.Make(t.Context(), nil, 7, train.Config{Seed: 7})
		if err != nil || c.Seed != 1007 {
			t.Errorf("%s: seed %d, error %v; want 1007", a.Name, c.Seed, err)
		}
	}
	if got, err := s.Conditions[0].Sample(7); err != nil || !slices.Equal(got.X, want.X) || !slices.Equal(made, []uint64{1007}) {
		t.Errorf("tasks %v, seeds %v, error %v", got.X[:4], made, err)
	}
}
