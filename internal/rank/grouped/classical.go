package grouped

import (
	"context"
	"math/rand/v2"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/baseline"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/multilevel"
)

// Classical are the methods without a transformer.
func Classical() []Method {
	return []Method{
		fitted{"least squares, own rows", func(context.Context, []*datasets.Batch) (eval.Regressor, error) { return ownRows{}, nil }},
		fitted{"least squares, pooled", func(_ context.Context, g []*datasets.Batch) (eval.Regressor, error) { return multilevel.Pooled(g) }},
		fitted{"mixed model", func(ctx context.Context, g []*datasets.Batch) (eval.Regressor, error) {
			return multilevel.Mixed(ctx, g, multilevel.Chosen)
		}},
		fitted{"empirical Bayes, moments", func(_ context.Context, g []*datasets.Batch) (eval.Regressor, error) { return multilevel.Moments(g) }},
	}
}

// fitted is a method whose predictor is fitted to whole training groups.
type fitted struct {
	name string
	fit  func(ctx context.Context, groups []*datasets.Batch) (eval.Regressor, error)
}

// Name is what it is called.
func (m fitted) Name() string { return m.name }

// Sees reports whether it learns from training groups: all but least squares on own rows.
func (m fitted) Sees() bool { return m.name != "least squares, own rows" }

// Fit fits it.
func (m fitted) Fit(ctx context.Context, training datasets.Groups, _ *rand.Rand) (eval.Regressor, error) {
	groups, err := training.Whole()
	if err != nil {
		return nil, err
	}
	return m.fit(ctx, groups)
}

// ownRows is least squares with an intercept on a group's own rows. Of all solutions it takes the
// one of least norm, the intercept included.
type ownRows struct{}

// Name is what it is called.
func (ownRows) Name() string { return "least squares" }

// Regress puts an input of 1 behind the others.
func (ownRows) Regress(ctx context.Context, b *datasets.Batch, at []int) (mean, variance []float32, err error) {
	wide := datasets.NewBatch(b.T, b.N, b.D+1, 0)
	copy(wide.Z, b.Z)
	for t := range b.T {
		for n := range b.N {
			copy(wide.Point(t, n), b.Point(t, n))
			wide.Point(t, n)[b.D] = 1
		}
	}
	return baseline.LeastSquares{}.Regress(ctx, wide, at)
}
