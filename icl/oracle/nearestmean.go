package oracle

import (
	"context"
	"math"

	"github.com/goicl/goicl/datasets"
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

// Predict returns class probabilities [T, len(at), C]. It returns an error on an
// invalid batch or an n outside the tasks.
func (p NearestMean) Predict(ctx context.Context, b *datasets.Batch, at []int) ([]float32, error) {
	return predictEach(ctx, b, at, p.predict)
}

func (NearestMean) predict(s support, probs []float64) {
	score := make([]float64, s.c)
	nearest := math.Inf(1)
	for c, k := range s.counts() {
		score[c] = s.distanceToMean(c, k)
		nearest = min(nearest, score[c])
	}
	if s.n() > 0 {
		for c := range score {
			score[c] = math.Exp(nearest - score[c])
		}
	}
	s.spread(score, probs)
}

// distanceToMean returns ‖query − m_c‖² for a class of k examples, +Inf for k = 0.
func (s support) distanceToMean(c, k int) float64 {
	if k == 0 {
		return math.Inf(1)
	}
	sum := 0.0
	for j := range s.d {
		mean := 0.0
		for i, y := range s.y {
			if int(y) == c {
				mean += float64(s.x[i*s.d+j]) / float64(k)
			}
		}
		diff := float64(s.query[j]) - mean
		sum += diff * diff
	}
	return sum
}
