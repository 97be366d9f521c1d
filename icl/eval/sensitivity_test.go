package eval_test

import (
	"context"
	"fmt"
	"log"
	"math"
	"strings"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/regression"
	"github.com/goicl/goicl/datasets/synthetic"
	"github.com/goicl/goicl/icl/eval"
)

// curved predicts Σ_i c_i x_i + e_i x_i² whatever the context, with c_i = i + 1, e_i = i − 1.
type curved struct{}

func (curved) Name() string { return "curved" }

func (curved) Regress(_ context.Context, b *datasets.Batch, at []int) (mean, variance []float32, err error) {
	for t := range b.T {
		for _, n := range at {
			sum := 0.0
			for i, v := range b.Point(t, n) {
				sum += float64(i+1)*float64(v) + float64(i-1)*float64(v)*float64(v)
			}
			mean = append(mean, float32(sum))
		}
	}
	return mean, nil, nil
}

// TestSensitivity: that of a quadratic function is its gradient at the query, whose context and
// batch stay as they are.
func TestSensitivity(t *testing.T) {
	b, err := regression.Linear{N: 5, D: 3, Inputs: regression.Inputs{Scale: 2}}.Sample(datasets.Rand(1, "test"), 50)
	if err != nil {
		t.Fatal(err)
	}
	before := fmt.Sprint(b.X)
	got, err := eval.Sensitivity(t.Context(), curved{}, b, 3)
	if err != nil || len(got) != 150 {
		t.Fatalf("%d numbers, error %v", len(got), err)
	}
	for i, v := range got {
		k, x := i%3, float64(b.Point(i/3, 3)[i%3])
		if want := float64(k+1) + 2*float64(k-1)*x; math.Abs(v-want) > 1e-4 {
			t.Errorf("task %d, dimension %d: %g, want %g", i/3, k, v, want)
		}
	}
	if fmt.Sprint(b.X) != before {
		t.Error("the batch has changed")
	}
	for i, c := range eval.Cosines(got, got, 3) {
		if math.Abs(c-1) > 1e-12 {
			t.Errorf("task %d has the cosine %g to itself", i, c)
		}
	}
	if c := eval.Cosines([]float64{1, 0, 0, 0, 3, 4}, []float64{0, 2, 1, 1, -3, -4}, 2); fmt.Sprint(c) != "[0 0 -1]" {
		t.Errorf("cosines %v", c)
	}
}

func TestSensitivityErrors(t *testing.T) {
	of := func(s datasets.Sampler, n int, change func(b *datasets.Batch)) error {
		b, err := s.Sample(datasets.Rand(1, "test"), 2)
		if err != nil {
			t.Fatal(err)
		}
		change(b)
		_, err = eval.Sensitivity(t.Context(), curved{}, b, n)
		return err
	}
	nothing, linear := func(*datasets.Batch) {}, regression.Linear{N: 3, D: 2}
	for want, err := range map[string]error{
		"want 0..2":            of(linear, 3, nothing),
		"after -1 examples":    of(linear, -1, nothing),
		"inputs that are all":  of(linear, 1, func(b *datasets.Batch) { clear(b.X) }),
		"classification tasks": of(synthetic.Pair{N: 3}, 1, nothing),
		"prediction is not fi": of(linear, 1, func(b *datasets.Batch) { b.X[2] = 3e38 }),
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v; want %q", err, want)
		}
	}
	if c := eval.Cosines([]float64{1, 2, 3}, []float64{1, 2, 3}, 2); c != nil {
		t.Errorf("cosines %v", c)
	}
}

// How far the prediction rises with each coordinate of the query's input.
func ExampleSensitivity() {
	b, err := regression.Linear{N: 3, D: 2}.Sample(datasets.Rand(0, "test"), 1)
	if err != nil {
		log.Fatal(err)
	}
	b.Point(0, 2)[0], b.Point(0, 2)[1] = 1, 10
	gradient, err := eval.Sensitivity(context.Background(), curved{}, b, 2)
	fmt.Printf("%.1f, error %v\n", gradient, err)
	// Output: [-1.0 2.0], error <nil>
}
