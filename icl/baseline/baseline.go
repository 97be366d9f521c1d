// Package baseline holds classical predictors. They fit each context on its own, need
// no training and use no knowledge of a task family; package bayes holds the optimal ones.
//
//   - classifiers: [NearestMean], [Logistic], and the best of several predictors for each
//     task in hindsight, [BestOf]
//   - regressors: [Averaging], [Descent], [Lasso], [GreedyTree], [Network], and the average
//     of several by how probable they make the context, [Evidence]
//   - both: [KNN], [LeastSquares], [Ridge], and the choice of one of several, [Selection]
//
// Predict returns the probability of each class of point n of a task, given the n
// points before it with their labels; Regress returns the predicted target, and nil for
// the variance. The answer of point n and everything after it are never read, but by
// [BestOf], and the prediction at n does not depend on which other n are asked for. Both
// return an error for a setting out of range, for a batch that is invalid or of the other
// kind of tasks, and for an n outside the tasks.
package baseline

import (
	"context"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/internal/predict"
)

// spread completes the probabilities of a classifier that scores only classes with
// examples. Each class without one gets 1/(n+C), Laplace's rule of succession; the others
// share the rest in proportion to score. Without examples that is uniform, with one class
// it is (n+1)/(n+C) for that class.
func spread(s predict.Support, score, probs []float64) {
	counts, rest, total := s.Counts(), 1.0, 0.0
	for c, k := range counts {
		if k == 0 {
			probs[c] = 1 / float64(len(s.Y)+s.C)
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

// estimator fits one regression task.
type estimator interface {
	// learn takes an example. It may keep x.
	learn(x []float64, z float64)
	// predict returns the predicted target of x; it is not called before an example.
	predict(x []float64) float64
}

// regress returns the predicted targets [T, len(at)] of an estimator, 0 before any example,
// and no variance.
func regress(ctx context.Context, b *datasets.Batch, at []int, newEstimator func() estimator) (mean, variance []float32, err error) {
	if err := b.WantTargets(); err != nil {
		return nil, nil, err
	}
	mean, err = predict.Online[estimator]{
		New: newEstimator, Width: 1,
		Predict: func(e estimator, t, n int, out []float64) {
			if out != nil && n > 0 {
				out[0] = e.predict(predict.Widen(b.Point(t, n)))
			}
		},
		Learn: func(e estimator, t, n int) { e.learn(predict.Widen(b.Point(t, n)), float64(b.Z[t*b.N+n])) },
	}.Run(ctx, b, at)
	return mean, nil, err
}

// examples are the points of a task, for estimators that fit them for each query.
type examples struct {
	x [][]float64
	z []float64
}

func (e *examples) learn(x []float64, z float64) {
	e.x, e.z = append(e.x, x), append(e.z, z)
}

// mean is that of the targets of some examples.
func (e *examples) mean(of []int) float64 {
	mean := 0.0
	for _, i := range of {
		mean += e.z[i] / float64(len(of))
	}
	return mean
}
