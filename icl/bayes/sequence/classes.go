package sequence

import (
	"context"
	"fmt"
	"math"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/classes"
	"github.com/goicl/goicl/icl/internal/predict"
)

// NearestItem copies the label of the item of the context that is nearest to the query: what
// there is to learn in context of [classes.Sequences]. Two items of one class, g points
// apart, have the correlation ρ = cos(g·Drift)/(1+ε²) in each dimension, so that
//
//	P(label l) ∝ Σ_{i: y_i = l} N(x; ρ_i x_i, (1−ρ_i²)/D I)
//
// over the items x_i before the query x. That is Bayes-optimal where the query is of the class
// of one item, each as likely, and every item is of a novel class of its own (Novel 1, Burst
// 1); copies of one class would say more together. It is 0 for labels that the
// context does not have, and uniform without a context.
type NearestItem struct {
	Tasks classes.Sequences `json:"tasks,omitzero"` // the settings of the sequences
}

// Name is "nearest item".
func (NearestItem) Name() string { return "nearest item" }

// Predict returns class probabilities [T, len(at), L].
func (p NearestItem) Predict(ctx context.Context, b *datasets.Batch, at []int) ([]float32, error) {
	s := p.Tasks.WithDefaults()
	if err := check(s, b); err != nil {
		return nil, err
	}
	return predict.EachQuery(ctx, b, at, func(c predict.Support, probs []float64) {
		n := len(c.Y)
		logs := make([]float64, n)
		for i := range logs {
			rho := math.Cos(float64(n-i)*s.Drift) / (1 + s.Noise*s.Noise)
			logs[i] = logDensity(c.Query, c.Point(i), rho)
		}
		ofLabels(probs, logs, func(i int) int { return int(c.Y[i]) })
	})
}

// NearestClass answers with the label k mod L of the class whose mean is nearest to the query,
// whatever the context: what there is to learn in weights of [classes.Sequences], whose means
// and frequencies it knows. With ρ = cos(n·Drift)/√(1+ε²) after n items,
//
//	P(label l) ∝ Σ_{k mod L = l} P(k) N(x; ρ μ_k, (1−ρ²)/D I)
//
// That is Bayes-optimal where the query's class is drawn by P(k) and does not depend on the
// context, as in [classes.Sequences.InWeights]. A query takes K·D operations.
type NearestClass struct {
	Tasks classes.Sequences `json:"tasks,omitzero"` // the settings of the sequences it is trained on
}

// Name is "nearest class".
func (NearestClass) Name() string { return "nearest class" }

// Predict returns class probabilities [T, len(at), L].
func (p NearestClass) Predict(ctx context.Context, b *datasets.Batch, at []int) ([]float32, error) {
	s := p.Tasks.WithDefaults()
	if err := check(s, b); err != nil {
		return nil, err
	}
	means, err := s.Means()
	if err != nil {
		return nil, err
	}
	frequencies, err := s.Frequencies()
	if err != nil {
		return nil, err
	}
	return predict.EachQuery(ctx, b, at, func(c predict.Support, probs []float64) {
		rho := math.Cos(float64(len(c.Y))*s.Drift) / math.Sqrt(1+s.Noise*s.Noise)
		logs := make([]float64, len(means))
		for k, mean := range means {
			logs[k] = math.Log(frequencies[k]) + logDensity(c.Query, mean, rho)
		}
		ofLabels(probs, logs, func(k int) int { return k % s.Labels })
	})
}

// check reports settings out of range, and a batch of other tasks.
func check(s classes.Sequences, b *datasets.Batch) error {
	if err := s.Validate(); err != nil {
		return fmt.Errorf("sequence: %w", err)
	}
	if err := b.WantClasses(); err != nil {
		return err
	}
	if b.D != s.D || b.C != s.Labels {
		return fmt.Errorf("sequence: the batch has %d dimensions and %d labels, the sequences %d and %d; set Tasks to what the batch was drawn from", b.D, b.C, s.D, s.Labels)
	}
	return nil
}

// leastVariance stands for none, as between items of a class without noise.
const leastVariance = 1e-10

// logDensity is log N(x; ρ y, (1−ρ²)/D I) without its constant.
func logDensity(x, y []float32, rho float64) float64 {
	squares := 0.
	for i, v := range x {
		gap := float64(v) - rho*float64(y[i])
		squares += gap * gap
	}
	d, variance := float64(len(x)), max(1-rho*rho, leastVariance)
	return -d / 2 * (math.Log(variance) + squares/variance)
}

// ofLabels adds up probabilities, given by their logarithms, by label; without any they are
// uniform.
func ofLabels(probs, logs []float64, label func(i int) int) {
	most := math.Inf(-1)
	for _, l := range logs {
		most = max(most, l)
	}
	for i := range probs {
		probs[i] = 0
		if len(logs) == 0 {
			probs[i] = 1
		}
	}
	for i, l := range logs {
		probs[label(i)] += math.Exp(l - most)
	}
	predict.Normalise(probs)
}
