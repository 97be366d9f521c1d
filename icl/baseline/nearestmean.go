package baseline

import (
	"context"
	"math"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/internal/predict"
)

// NearestMean is the nearest-class-mean classifier, a prototypical network
// (Snell et al. 2017, eq. 2) whose embedding is the identity: the probability of
// class c is the softmax over classes of −‖x − m_c‖², m_c the mean of the
// examples of class c. The predicted class does not depend on the inputs' scale,
// its probability does.
//
// A class without an example has no mean: it gets 1/(n+C), Laplace's rule, and
// the others share the rest.
type NearestMean struct{}

// Name is "nearest mean".
func (NearestMean) Name() string { return "nearest mean" }

// Predict returns class probabilities [T, len(at), C].
func (p NearestMean) Predict(ctx context.Context, b *datasets.Batch, at []int) ([]float32, error) {
	return predict.EachQuery(ctx, b, at, p.predict)
}

func (NearestMean) predict(s predict.Support, probs []float64) {
	score := make([]float64, s.C)
	nearest := math.Inf(1)
	for c, k := range s.Counts() {
		score[c] = distanceToMean(s, c, k)
		nearest = min(nearest, score[c])
	}
	if len(s.Y) > 0 {
		for c := range score {
			score[c] = math.Exp(nearest - score[c])
		}
	}
	spread(s, score, probs)
}

// distanceToMean returns ‖query − m_c‖² for a class of k examples, +Inf for k = 0.
func distanceToMean(s predict.Support, c, k int) float64 {
	if k == 0 {
		return math.Inf(1)
	}
	sum := 0.0
	for j := range s.D {
		mean := 0.0
		for i, y := range s.Y {
			if int(y) == c {
				mean += float64(s.X[i*s.D+j]) / float64(k)
			}
		}
		diff := float64(s.Query[j]) - mean
		sum += diff * diff
	}
	return sum
}
