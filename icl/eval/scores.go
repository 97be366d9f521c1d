package eval

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"

	"github.com/goicl/goicl/datasets"
)

// Scores are one predictor's results on one batch of test tasks.
type Scores struct {
	Learner string
	Family  string
	At      []int // numbers of in-context examples
	Tasks   int
	// Correct [Tasks, len(At)] is 1 where the likeliest class is right, 0 where it
	// is wrong, and 1/k where k classes tie and one of them is right.
	Correct []float64
}

// AllLengths is 0..n-1: every number of in-context examples of a task of n points.
func AllLengths(n int) []int {
	at := make([]int, n)
	for i := range at {
		at[i] = i
	}
	return at
}

// Evaluate scores p on the tasks of b at each number of examples in at. The
// family's name is kept for figures and tables.
func Evaluate(ctx context.Context, p Predictor, family string, b *datasets.Batch, at []int) (*Scores, error) {
	probs, err := p.Predict(ctx, b, at)
	if err != nil {
		return nil, fmt.Errorf("eval: %s on %s: %w", p.Name(), family, err)
	}
	if want := b.T * len(at) * b.C; len(probs) != want {
		return nil, fmt.Errorf("eval: %s gave %d probabilities, want T·len(at)·C = %d", p.Name(), len(probs), want)
	}
	s := &Scores{Learner: p.Name(), Family: family, At: at, Tasks: b.T, Correct: make([]float64, b.T*len(at))}
	for i := range s.Correct {
		t, n := i/len(at), at[i%len(at)]
		if s.Correct[i], err = credit(probs[i*b.C:(i+1)*b.C], b.Y[t*b.N+n]); err != nil {
			return nil, fmt.Errorf("eval: %s on %s, task %d after %d examples: %w", p.Name(), family, t, n, err)
		}
	}
	return s, nil
}

// credit is 1 for the right class, 0 for a wrong one, 1/k for a tie of k classes
// with the right one among them.
func credit(probs []float32, label int32) (float64, error) {
	top, ties := probs[0], 0
	for _, p := range probs {
		if math.IsNaN(float64(p)) {
			return 0, fmt.Errorf("a probability is NaN")
		}
		switch {
		case p > top:
			top, ties = p, 1
		case p == top:
			ties++
		}
	}
	if probs[label] < top {
		return 0, nil
	}
	return 1 / float64(ties), nil
}

// Summary is what later steps need of [Scores]; it is a fiftieth of their size.
type Summary struct {
	Learner string
	Family  string
	At      []int
	Mean    []float64 // accuracy at each number of examples
	Var     []float64 // its variance over tasks
	// PerTask is each task's accuracy over the numbers of examples from the chosen
	// first one on: the quantity that comparisons pair by task.
	PerTask []float64
}

// Summarize averages the scores; PerTask starts at that many examples.
func (s *Scores) Summarize(first int) *Summary {
	sum := &Summary{Learner: s.Learner, Family: s.Family, At: s.At, PerTask: make([]float64, s.Tasks)}
	column := make([]float64, s.Tasks)
	lengths := 0.
	for i, n := range s.At {
		for t := range column {
			column[t] = s.Correct[t*len(s.At)+i]
		}
		mean, variance := stat.PopMeanVariance(column, nil)
		sum.Mean, sum.Var = append(sum.Mean, mean), append(sum.Var, variance)
		if n >= first {
			floats.Add(sum.PerTask, column)
			lengths++
		}
	}
	floats.Scale(1/lengths, sum.PerTask)
	return sum
}

// CurveOf is the accuracy by number of examples of the same learner and family
// over several seeds, each with test tasks of its own.
func CurveOf(seeds ...*Summary) Curve {
	first := seeds[0]
	c := Curve{Learner: first.Learner, Family: first.Family, N: first.At}
	means, errors := make([]float64, len(seeds)), make([]float64, len(seeds))
	for i := range first.At {
		for s, seed := range seeds {
			means[s], errors[s] = seed.Mean[i], seed.Var[i]/float64(len(seed.PerTask))
		}
		e := interval(means, errors)
		c.Mean, c.Lo, c.Hi = append(c.Mean, e.Mean), append(c.Lo, e.Lo), append(c.Hi, e.Hi)
	}
	return c
}
