package oracle

import (
	"context"
	"fmt"
	"slices"

	"github.com/goicl/goicl/datasets"
)

// KNN is the K-nearest-neighbours classifier with Euclidean distance. The
// probability of class c is (k_c + 1)/(K + C), where k_c of the K nearest
// examples have class c: vote shares by Laplace's rule, so never 0. With fewer
// than K examples all of them vote, and with none the answer is uniform.
//
// The nearest example's vote counts 1.01, so that it decides a tie. Of two
// examples at the same distance the earlier one is the nearer.
type KNN struct {
	K int `json:"k,omitempty"` // number of neighbours; 0 means 3
}

// Name is "k-NN" with its number of neighbours: "3-NN".
func (p KNN) Name() string { return fmt.Sprintf("%d-NN", p.k()) }

func (p KNN) k() int {
	if p.K == 0 {
		return 3
	}
	return p.K
}

// Predict returns class probabilities [T, len(at), C]. It returns an error on a
// negative K, an invalid batch or an n outside the tasks.
func (p KNN) Predict(ctx context.Context, b *datasets.Batch, at []int) ([]float32, error) {
	if p.K < 0 {
		return nil, fmt.Errorf("oracle: k-NN with K = %d neighbours; want at least 1, or 0 for 3", p.K)
	}
	return predictEach(ctx, b, at, p.predict)
}

type neighbour struct {
	distance float64
	class    int32
}

func (p KNN) predict(s support, probs []float64) {
	near := make([]neighbour, s.n())
	for i := range near {
		near[i] = neighbour{squaredDistance(s.point(i), s.query), s.y[i]}
	}
	slices.SortStableFunc(near, func(a, b neighbour) int {
		switch {
		case a.distance < b.distance:
			return -1
		case a.distance > b.distance:
			return 1
		}
		return 0
	})
	for c := range probs {
		probs[c] = 1
	}
	for i, v := range near[:min(p.k(), len(near))] {
		probs[v.class]++
		if i == 0 {
			probs[v.class] += 0.01
		}
	}
	normalise(probs)
}

func squaredDistance(a, b []float32) float64 {
	sum := 0.0
	for i := range a {
		d := float64(a[i]) - float64(b[i])
		sum += d * d
	}
	return sum
}

// normalise scales positive numbers to sum 1.
func normalise(p []float64) {
	sum := 0.0
	for _, v := range p {
		sum += v
	}
	for i := range p {
		p[i] /= sum
	}
}
