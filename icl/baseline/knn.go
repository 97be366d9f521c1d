package baseline

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/internal/predict"
)

// KNN is K nearest neighbours with Euclidean distance, as classifier and as
// regressor. The probability of class c is (k_c + 1)/(K + C), where k_c of the K
// nearest examples have class c: vote shares by Laplace's rule, so never 0. With
// fewer than K examples all of them vote, and with none the answer is uniform.
//
// The nearest example's vote counts 1.01, so that it decides a tie. Of two
// examples at the same distance the earlier one is the nearer.
type KNN struct {
	K int `json:"k,omitempty"` // number of neighbours; 0 means 3
}

// Name is "k-NN" with its number of neighbours: "3-NN".
func (p KNN) Name() string { return fmt.Sprintf("%d-NN", p.k()) }

func (p KNN) k() int { return cmp.Or(p.K, 3) }

// Predict returns class probabilities [T, len(at), C].
func (p KNN) Predict(ctx context.Context, b *datasets.Batch, at []int) ([]float32, error) {
	if err := p.validate(); err != nil {
		return nil, err
	}
	return predict.EachQuery(ctx, b, at, p.predict)
}

// Regress returns the mean target of the K nearest examples [T, len(at)], or of all if
// there are fewer, and 0 before any. It has no variance: nil.
func (p KNN) Regress(ctx context.Context, b *datasets.Batch, at []int) (mean, variance []float32, err error) {
	if err := p.validate(); err != nil {
		return nil, nil, err
	}
	return regress(ctx, b, at, func() estimator { return &knnEstimator{k: p.k()} })
}

func (p KNN) validate() error {
	if p.K < 0 {
		return fmt.Errorf("baseline: k-NN with K = %d neighbours; want at least 1, or 0 for 3", p.K)
	}
	return nil
}

func (p KNN) predict(s predict.Support, probs []float64) {
	for c := range probs {
		probs[c] = 1
	}
	for rank, i := range nearest(p.k(), len(s.Y), func(i int) float64 { return squaredDistance(s.Point(i), s.Query) }) {
		probs[s.Y[i]]++
		if rank == 0 {
			probs[s.Y[i]] += 0.01
		}
	}
	predict.Normalise(probs)
}

type knnEstimator struct {
	k int
	examples
}

func (e *knnEstimator) predict(x []float64) float64 {
	return e.mean(nearest(e.k, len(e.x), func(i int) float64 { return squaredDistance(e.x[i], x) }))
}

// nearest returns which k of n examples, or all if there are fewer, are the least
// distant, in order.
func nearest(k, n int, distance func(i int) float64) []int {
	order, distances := make([]int, n), make([]float64, n)
	for i := range order {
		order[i], distances[i] = i, distance(i)
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(distances[i], distances[j]) })
	return order[:min(k, n)]
}

func squaredDistance[T float32 | float64](a, b []T) float64 {
	sum := 0.0
	for i := range a {
		d := float64(a[i]) - float64(b[i])
		sum += d * d
	}
	return sum
}
