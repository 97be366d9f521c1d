// Package baseline holds classical predictors. They fit each context anew, need no
// training and know nothing of a task family; package bayes holds the optimal ones.
//
//   - classifiers: [NearestMean], [Logistic], and the choice of one of several
//     predictors, [Selection] and [BestOf]
//   - regressors: [Averaging], [Lasso], [GreedyTree], [Network]
//   - both: [KNN], [LeastSquares], [Ridge]
//
// Predict returns the probability of each class of point n of a task, given the n
// points before it with their labels; Regress returns the predicted target, and nil for
// the variance. The answer of point n and everything after it are never read, but by
// [BestOf], and the prediction at n does not depend on which other n are asked for.
package baseline

import (
	"context"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/internal/predict"
)

// spread finishes the probabilities of a predictor that can only score classes
// it has an example of. Each class without one gets 1/(n+C), Laplace's rule of
// succession; the others share the rest in proportion to score. With no examples
// at all that is uniform, with one class it is (n+1)/(n+C) for that class.
func spread(s predict.Support, score, probs []float64) {
	counts, rest, total := s.Counts(), 1.0, 0.0
	for c, k := range counts {
		if k == 0 {
			probs[c] = 1 / float64(s.Len()+s.C)
			rest -= probs[c]
		} else {
			total += score[c]
		}
	}
	for c, k := range counts {
		if k > 0 {
			probs[c] = rest * score[c] / total
		}
	}
}

// pointEstimator is a student that does not.
type pointEstimator interface {
	predict.Student
	predict(x []float64) float64
}

// regressPoint returns the means [T, len(at)] of an estimator that has no variance.
func regressPoint[E pointEstimator](ctx context.Context, b *datasets.Batch, at []int, newEstimator func() E) (mean, variance []float32, err error) {
	mean, err = predict.Learn(ctx, b, at, 1, newEstimator, func(e E, x []float64, out []float32) {
		out[0] = predict.Narrow(e.predict(x))
	})
	return mean, nil, err
}

// examples are the points learnt, for those who fit anew for each query.
type examples struct {
	x [][]float64
	z []float64
}

func (e *examples) Learn(x []float64, z float64) {
	e.x, e.z = append(e.x, x), append(e.z, z)
}
