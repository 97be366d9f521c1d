package eval

import (
	"context"
	"fmt"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/internal/usercode"
)

// SquaredDistanceTo is the metric that [WithDistanceTo] measures for another predictor of
// that name.
func SquaredDistanceTo(name string) Metric { return Metric("squared distance to " + name) }

// WithDistanceTo also measures how far predictions lie from those of other predictors for
// the same queries, for each the metric [SquaredDistanceTo] its name: of targets the squared
// difference, divided by the unit of [WithUnit], and of the probabilities p and q of classes
// Σ_c (p_c − q_c)², which is 0..2.
//
// Its mean is how Raventós et al. (2023) and Akyürek et al. (2023) compare what a learner
// does with algorithms. Where the other is Bayes-optimal, it is in expectation by how much
// the squared error, or the Brier score, exceeds that of the other.
//
// In a study, a condition whose Test is a call of [Evaluate] with this option measures it
// for every arm and look:
//
//	Test: func(ctx context.Context, p eval.Predictor, _ uint64, b *datasets.Batch, at []int) (*eval.Scores, error) {
//		return eval.Evaluate(ctx, p, "linear", b, at, eval.WithUnit(8), eval.WithDistanceTo(ridge, pool))
//	}
func WithDistanceTo(others ...Predictor) Option {
	return func(o *options) { o.others = append(o.others, others...) }
}

// measureDistances adds the distances of answers to those of others.
func (s *Scores) measureDistances(ctx context.Context, o options, b *datasets.Batch, answers []float32) error {
	for _, other := range o.others {
		name, err := usercode.NameOf("predictor to measure the distance to", other)
		if err != nil {
			return fmt.Errorf("eval: %w", err)
		}
		m := SquaredDistanceTo(name)
		if s.values[m] != nil {
			return fmt.Errorf("eval: distances to two predictors called %q; give one another name by Named", name)
		}
		theirs, err := Predict(ctx, other, b, s.At)
		if err != nil {
			return err
		}
		if s.values[m], err = squaredDistances(b, o.unit, answers, theirs); err != nil {
			return fmt.Errorf("eval: distance of %s to %s: %w", s.Learner, name, err)
		}
	}
	return nil
}

// squaredDistances are those of each prediction [T, len(at)].
func squaredDistances(b *datasets.Batch, unit float64, p, q []float32) ([]float64, error) {
	k := max(1, b.C)
	if !b.Regression() {
		unit = 1
	}
	all := make([]float64, len(p)/k)
	for i := range p {
		gap := float64(p[i]) - float64(q[i])
		if !finite(gap) {
			return nil, fmt.Errorf("a prediction is %w: %g and %g", ErrNotFinite, p[i], q[i])
		}
		all[i/k] += gap * gap / unit
	}
	return all, nil
}
