package eval

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/goicl/goicl/datasets"
)

// SquaredError is (z − mean)², divided by the scale given to [EvaluateRegression].
const SquaredError Metric = "squared error"

// Regressor is whatever predicts real targets: a fitted learner, an oracle, least
// squares.
type Regressor interface {
	Name() string
	// Regress returns mean and predictive variance [T, len(at)] of the target of
	// point n of each task given the n points before it and its own input, for each
	// n in at. The variance is that of the target, noise included: 0 where the answer
	// is certain. A predictor that has no variance returns nil for it. Regress reads
	// neither the target of point n nor anything after it, and does not change the
	// batch.
	Regress(ctx context.Context, b *datasets.Batch, at []int) (mean, variance []float32, err error)
}

// ErrNotFinite is what the error wraps of evaluating a regressor whose prediction is NaN
// or infinite.
var ErrNotFinite = errors.New("not finite")

// Named is a regressor under another name, to tell one from another of its kind.
type Named struct {
	Regressor
	Label string
}

// Name is the label.
func (n Named) Name() string { return n.Label }

// EvaluateRegression measures the [SquaredError] of r, and no other metric, on the
// tasks of b at each number of examples in at, divided by scale. With the mean
// square of the targets for scale (d for linear functions of d standard normal
// inputs), it is 1 for who always says 0. The family's name is kept for figures and
// tables.
func EvaluateRegression(ctx context.Context, r Regressor, family string, b *datasets.Batch, at []int, scale float64) (*Scores, error) {
	if !(scale > 0) || math.IsInf(scale, 1) {
		return nil, fmt.Errorf("eval: squared errors divided by %g; want a positive number, 1 to leave them as they are", scale)
	}
	if err := b.WantTargets(); err != nil {
		return nil, fmt.Errorf("eval: %s on %s: %w", r.Name(), family, err)
	}
	mean, _, err := r.Regress(ctx, b, at)
	if err != nil {
		return nil, fmt.Errorf("eval: %s on %s: %w", r.Name(), family, err)
	}
	if want := b.T * len(at); len(mean) != want {
		return nil, fmt.Errorf("eval: %s gave %d means, want T·len(at) = %d", r.Name(), len(mean), want)
	}
	squares := make([]float64, len(mean))
	for i, m := range mean {
		t, n := i/len(at), at[i%len(at)]
		gap := float64(b.Z[t*b.N+n]) - float64(m)
		if math.IsNaN(gap) || math.IsInf(gap, 0) {
			return nil, fmt.Errorf("eval: %s on %s, task %d after %d examples: the prediction is %w: %g", r.Name(), family, t, n, ErrNotFinite, m)
		}
		squares[i] = gap * gap / scale
	}
	return &Scores{Learner: r.Name(), Family: family, At: at, Tasks: b.T, values: map[Metric][]float64{SquaredError: squares}}, nil
}
