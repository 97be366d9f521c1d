package eval

import (
	"context"
	"fmt"
	"math"

	"github.com/goicl/goicl/datasets"
)

// Regressor is whatever predicts real targets: a fitted learner, an oracle, least
// squares.
type Regressor interface {
	Name() string
	// Regress returns mean and predictive variance [T, len(at)] of the target of
	// point n of each task given the n points before it and its own input, for each
	// n in at. The variance is that of the target, noise included; it is 0 where the
	// answer is certain, and nil, not a slice, where the predictor knows none. It
	// reads neither the target of point n nor anything after it, and does not change
	// the batch.
	Regress(ctx context.Context, b *datasets.Batch, at []int) (mean, variance []float32, err error)
}

// Errors are one regressor's squared errors on one batch of test tasks.
type Errors struct {
	Learner string
	Family  string
	At      []int     // numbers of in-context examples
	Tasks   int       // T
	Squared []float64 // (z − mean)² / scale, [Tasks, len(At)]
}

// EvaluateRegression measures the squared error of r on the tasks of b at each
// number of examples in at, divided by scale. Divided by the mean square of the
// targets (d for linear functions of d standard normal inputs) it is 1 for who
// always says 0. The family's name is kept for figures and tables.
func EvaluateRegression(ctx context.Context, r Regressor, family string, b *datasets.Batch, at []int, scale float64) (*Errors, error) {
	if err := b.WantTargets(); err != nil {
		return nil, fmt.Errorf("eval: %s on %s: %w", r.Name(), family, err)
	}
	if !(scale > 0) || math.IsInf(scale, 1) {
		return nil, fmt.Errorf("eval: squared errors divided by %g; want a positive number, 1 to leave them as they are", scale)
	}
	mean, _, err := r.Regress(ctx, b, at)
	if err != nil {
		return nil, fmt.Errorf("eval: %s on %s: %w", r.Name(), family, err)
	}
	if want := b.T * len(at); len(mean) != want {
		return nil, fmt.Errorf("eval: %s gave %d means, want T·len(at) = %d", r.Name(), len(mean), want)
	}
	e := &Errors{Learner: r.Name(), Family: family, At: at, Tasks: b.T, Squared: make([]float64, len(mean))}
	for i, m := range mean {
		t, n := i/len(at), at[i%len(at)]
		gap := float64(b.Z[t*b.N+n]) - float64(m)
		if math.IsNaN(gap) || math.IsInf(gap, 0) {
			return nil, fmt.Errorf("eval: %s on %s, task %d after %d examples: the prediction is %g", r.Name(), family, t, n, m)
		}
		e.Squared[i] = gap * gap / scale
	}
	return e, nil
}

// PerTask is each task's mean error over the numbers of examples from first on: the
// quantity that comparisons pair by task. It is NaN where there are none.
func (e *Errors) PerTask(first int) []float64 {
	out := make([]float64, e.Tasks)
	for t := range out {
		sum, count := 0., 0.
		for i, n := range e.At {
			if n >= first {
				sum += e.Squared[t*len(e.At)+i]
				count++
			}
		}
		out[t] = sum / count
	}
	return out
}

// ErrorCurve is the mean squared error by number of examples of the same regressor
// and family over several seeds, each with test tasks of its own.
func ErrorCurve(seeds ...*Errors) Curve {
	first := seeds[0]
	c := Curve{Learner: first.Learner, Family: first.Family, N: first.At}
	for i := range first.At {
		groups := make([][]float64, len(seeds))
		for s, seed := range seeds {
			for t := range seed.Tasks {
				groups[s] = append(groups[s], seed.Squared[t*len(first.At)+i])
			}
		}
		e := Interval(groups)
		c.Mean, c.Lo, c.Hi = append(c.Mean, e.Mean), append(c.Lo, e.Lo), append(c.Hi, e.Hi)
	}
	return c
}
