package eval

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/goicl/goicl/datasets"
)

// recite predicts the same numbers whatever it is asked.
type recite []float32

func (recite) Name() string { return "recite" }

func (r recite) Predict(context.Context, *datasets.Batch, []int) ([]float32, error) { return r, nil }

func (r recite) Regress(context.Context, *datasets.Batch, []int) (mean, variance []float32, err error) {
	return r, nil, nil
}

// TestWithScore: a user-defined score sees each answer with its truth, for classes and for
// real targets, and stands alone.
func TestWithScore(t *testing.T) {
	at := []int{1, 2}
	classes := datasets.NewBatch(2, 3, 1, 2)
	classes.Y = []int32{0, 1, 0, 1, 0, 1}
	ofTruth := func(answer []float32, truth float64) float64 { return float64(answer[int(truth)]) }
	targets := datasets.NewBatch(2, 3, 1, 0)
	targets.Z = []float32{0, 1, 2, 3, 4, 5}
	gap := func(answer []float32, truth float64) float64 { return truth - float64(answer[0]) }
	for name, test := range map[string]struct {
		b       *datasets.Batch
		score   Score
		answers recite
		want    []float32
	}{
		"classes": {classes, ofTruth, recite{.9, .1, .2, .8, .3, .7, .6, .4}, []float32{.1, .2, .3, .4}},
		"targets": {targets, gap, recite{1, 1, 1, 1}, []float32{0, 1, 3, 4}},
	} {
		s, err := Evaluate(t.Context(), test.answers, "any", test.b, at, WithScore("mine", test.score))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for i, want := range test.want {
			if got := s.Values("mine")[i]; got != float64(want) {
				t.Errorf("%s: score %d is %g, want %g", name, i, got, want)
			}
		}
		if s.Values(Accuracy) != nil || s.Values(SquaredError) != nil {
			t.Errorf("%s: other metrics are measured, too", name)
		}
	}
	infinite := func([]float32, float64) float64 { return math.Inf(-1) }
	_, err := Evaluate(t.Context(), recite{.9, .1, .2, .8, .3, .7, .6, .4}, "any", classes, at, WithScore("mine", infinite))
	if err == nil || !strings.Contains(err.Error(), "task 0 after 1 examples: the score of [0.9 0.1] is -Inf") {
		t.Errorf("error %v; want one that says which score is not finite", err)
	}
}

// TestPredictAsksByTheTasks: one predictor of both kinds is asked for probabilities or
// for targets, and another name changes nothing but the name.
func TestPredictAsksByTheTasks(t *testing.T) {
	classes, targets := datasets.NewBatch(1, 2, 1, 3), datasets.NewBatch(1, 2, 1, 0)
	for _, b := range []*datasets.Batch{classes, targets} {
		want := recite{.2, .3, .5}[:max(1, b.C)]
		for _, p := range []Predictor{want, Named{want, "another"}} {
			got, err := Predict(t.Context(), p, b, []int{1})
			if err != nil || !slices.Equal(got, want) {
				t.Errorf("%s with %d classes: %v, %v; want %v", p.Name(), b.C, got, err, want)
			}
			s, err := Evaluate(t.Context(), p, "any", b, []int{1})
			if err != nil || s.Learner != p.Name() || s.Values(Metrics(b)[0]) == nil {
				t.Errorf("%s with %d classes: scores of %v, %v", p.Name(), b.C, s, err)
			}
		}
	}
	_, err := Predict(t.Context(), recite{1, 2}, classes, []int{1})
	if err == nil || err.Error() != "eval: recite: 2 numbers are predicted, want 3: 3 for each query" {
		t.Errorf("error %v; want one with the number of probabilities", err)
	}
	_, err = Evaluate(t.Context(), recite{float32(math.Inf(1))}, "any", targets, []int{1})
	if !errors.Is(err, ErrNotFinite) {
		t.Errorf("error %v, want ErrNotFinite", err)
	}
}
