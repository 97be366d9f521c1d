package tabular_test

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/regression"
	"github.com/goicl/goicl/datasets/synthetic"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/inspect"
	"github.com/goicl/goicl/icl/tabular"
)

// TestPredictor: a task's answer is that for a table of its examples, whether tasks share
// their examples, as those of a decision map do, or not.
func TestPredictor(t *testing.T) {
	m := model(t, false)
	b, err := synthetic.Pair{N: 12}.Sample(datasets.Rand(3, "tasks"), 5)
	if err != nil {
		t.Fatal(err)
	}
	copy(b.X[b.N*b.D:], b.X[:8*b.D]) // the second task has eight examples of the first
	copy(b.Y[b.N:], b.Y[:8])
	at := []int{0, 7, 8, 11}
	p, err := eval.Predict(t.Context(), tabular.Predictor{Model: m}, b, at)
	if err != nil {
		t.Fatal(err)
	}
	for task := range b.T {
		for i, n := range at {
			want := []float64{.5, .5}
			if n > 0 {
				known := datasets.Table{Features: []string{"x", "y"}, Classes: []string{"0", "1"}, Y: b.Y[task*b.N : task*b.N+n]}
				for j := range n {
					known.X = append(known.X, b.Point(task, j))
				}
				test := known
				test.X, test.Y = [][]float32{b.Point(task, n)}, nil
				want = predict(t, m, known, test).P[0]
			}
			if got := p[(task*len(at)+i)*2:][:2]; got[0] != float32(want[0]) || got[1] != float32(want[1]) {
				t.Errorf("task %d after %d examples: %v, want %v", task, n, got, want)
			}
		}
	}
}

func TestPredictorOfTargets(t *testing.T) {
	b, err := regression.Linear{N: 12, D: 2}.Sample(datasets.Rand(3, "tasks"), 40)
	if err != nil {
		t.Fatal(err)
	}
	mean, variance, err := tabular.Predictor{Model: model(t, true)}.Regress(t.Context(), b, []int{0, 11})
	if err != nil || variance != nil {
		t.Fatal(variance, err)
	}
	loss, zero := 0., 0.
	for task := range b.T {
		z := float64(b.Z[task*b.N+11])
		loss, zero = loss+math.Pow(float64(mean[2*task+1])-z, 2), zero+z*z
		if mean[2*task] != 0 {
			t.Errorf("%g without examples, want 0", mean[2*task])
		}
	}
	if !(loss < zero) {
		t.Errorf("squared error %g after 11 examples, that of 0 is %g", loss, zero)
	}
}

func TestWrongTasks(t *testing.T) {
	classes, _ := synthetic.Pair{N: 5}.Sample(datasets.Rand(0, "tasks"), 2)
	targets, _ := regression.Linear{N: 5, D: 2}.Sample(datasets.Rand(0, "tasks"), 2)
	p := tabular.Predictor{Model: model(t, false)}
	regress := func(p tabular.Predictor, b *datasets.Batch) error {
		_, _, err := p.Regress(t.Context(), b, []int{2})
		return err
	}
	answer := func(p tabular.Predictor, b *datasets.Batch, at int) error {
		_, err := p.Predict(t.Context(), b, []int{at})
		return err
	}
	for want, err := range map[string]error{
		"no model":                   answer(tabular.Predictor{}, classes, 2),
		"n = 5 in tasks of 5 points": answer(p, classes, 5),
		"holds regression tasks":     answer(p, targets, 2),
		"holds classification tasks": regress(p, classes),
		"was trained for classes":    regress(p, targets),
	} {
		if err == nil || !strings.HasPrefix(err.Error(), "tabular: ") || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v; want one with %q", err, want)
		}
	}
}

// Asked about tasks, a model is a predictor like any other: here its decision map.
func ExamplePredictor() {
	m, err := small[false]()
	if err != nil {
		fmt.Println(err)
		return
	}
	task, _ := synthetic.Proto{N: 20}.Sample(datasets.Rand(0, "map"), 1)
	maps, err := inspect.DecisionMaps(context.Background(), task, 0, 10, tabular.Predictor{Model: m})
	fmt.Println(maps[0].Title, len(maps[0].Probs), err)
	// Output: ICL 8192 <nil>
}
