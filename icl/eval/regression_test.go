package eval

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/goicl/goicl/datasets"
)

// constant predicts the same number for every target.
type constant float32

func (constant) Name() string { return "constant" }

func (c constant) Regress(_ context.Context, b *datasets.Batch, at []int) (mean, variance []float32, err error) {
	for range b.T * len(at) {
		mean = append(mean, float32(c))
	}
	return mean, nil, nil
}

// ramp is two tasks of four points; the target is the point's number, plus the
// task's.
func ramp() *datasets.Batch {
	const points = 4
	b := datasets.NewBatch(2, points, 1, 0)
	for i := range b.Z {
		b.Z[i] = float32(i%points + i/points)
	}
	return b
}

func TestSquaredErrors(t *testing.T) {
	s, err := Evaluate(context.Background(), constant(1), "ramp", ramp(), []int{0, 3}, WithUnit(2))
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []float64{.5, 2, 0, 4.5} { // targets 0, 3 and 1, 4
		if got := s.Values(SquaredError)[i]; got != want {
			t.Errorf("error %d is %g, want %g", i, got, want)
		}
	}
	sum := s.Summarize(1)
	if of := sum.Of(SquaredError); of.PerTask[0] != 2 || of.PerTask[1] != 4.5 {
		t.Errorf("errors from one example on: %v, want [2 4.5]", of.PerTask)
	}
	best, err := Evaluate(context.Background(), constant(3), "ramp", ramp(), []int{0, 3}, WithUnit(2))
	if err != nil {
		t.Fatal(err)
	}
	gap := Regret(SquaredError, []*Summary{sum}, []*Summary{best.Summarize(1)})
	if math.Abs(gap.Mean[1]-3) > 1e-12 { // (2 + 4.5)/2 against (0 + .5)/2
		t.Errorf("regret %v after three examples, want 3", gap.Mean[1])
	}
}

// failing fails, or returns too little.
type failing struct {
	constant
	err error
}

func (f failing) Regress(context.Context, *datasets.Batch, []int) (mean, variance []float32, err error) {
	return []float32{1}, nil, f.err
}

func TestEvaluateTargetsRefuses(t *testing.T) {
	ctx := context.Background()
	evaluate := func(p Predictor, b *datasets.Batch, unit float64, at ...int) error {
		if len(at) == 0 {
			at = []int{1, 2}
		}
		_, err := Evaluate(ctx, p, "ramp", b, at, WithUnit(unit))
		return err
	}
	_, none := Evaluate(ctx, constant(1), "ramp", ramp(), nil)
	s, err := Evaluate(ctx, constant(1), "ramp", ramp(), []int{1})
	if err != nil {
		t.Fatal(err)
	}
	_, distance := s.DistanceTo(s)
	for want, err := range map[string]error{
		"constant on ramp: it has no method Predict, so it cannot":   evaluate(constant(1), half(2, 4), 1),
		"guess on ramp: it has no method Regress, so it cannot pred": evaluate(guess(.5), ramp(), 1),
		"mine on ramp: it has no method Regress":                     evaluate(Named{guess(.5), "mine"}, ramp(), 1),
		"n = 4 in-context examples of tasks of 4 points":             evaluate(constant(1), ramp(), 1, 0, 4),
		"n = -1 in-context examples":                                 evaluate(constant(1), ramp(), 1, -1),
		"no number of in-context examples is given":                  none,
		"constant on ramp: datasets: the batch is nil":               evaluate(constant(1), nil, 1),
		"divided by 0; want a positive number":                       evaluate(constant(1), ramp(), 0),
		"divided by NaN":                                             evaluate(constant(1), ramp(), math.NaN()),
		"divided by +Inf":                                            evaluate(constant(1), ramp(), math.Inf(1)),
		"task 0 after 1 examples: the prediction is not finite: NaN": evaluate(constant(math.NaN()), ramp(), 1),
		"constant on ramp: 1 numbers are predicted, want 4: 1 for":   evaluate(failing{}, ramp(), 1),
		"constant on ramp: out of luck":                              evaluate(failing{err: errors.New("out of luck")}, ramp(), 1),
		"constant has no probabilities":                              distance,
	} {
		if err == nil || !strings.HasPrefix(err.Error(), "eval: ") || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v; want one with %q", err, want)
		}
	}
}

// The tasks decide what is measured: here they have real targets.
func ExampleEvaluate_targets() {
	tasks := datasets.NewBatch(2, 2, 1, 0)
	copy(tasks.Z, []float32{1, 2, -1, 4})
	scores, err := Evaluate(context.Background(), constant(0), "by hand", tasks, []int{0, 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(CurveOf(SquaredError, scores.Summarize(0)).Mean)
	// Output: [1 10]
}
