// Package oracle holds predictors that need no training: the Bayes-optimal ones
// of a task family and classical ones that fit any task.
//
//   - Bayes-optimal classifiers: [Pair], [Amort], [Radius], [Proto], [Mix]; nearly,
//     [BayesPoint]
//   - Bayes-optimal regressors: [Linear], [Sparse], [Pool], [Quadratic], [Tree],
//     [Sinusoid]; in a limit, [ArcCosine]
//   - [Linear] with what is known of a domain: [DomainBayes], [DomainMean], [Pooled];
//     with what [FitLinear] has learned about it
//   - classical classifiers: [NearestMean], [Logistic], and the choice of one of
//     several, [Selection] and [BestOf]
//   - classical regressors: [Averaging], [Lasso], [GreedyTree], [Network]
//   - classical classifiers and regressors in one: [KNN], [LeastSquares], [Ridge]
//
// [ByName] and [BestFor] find the one to compare with on a task family.
//
// All of them answer the same question about point n of a task, given the n points
// before it with their labels or targets. Predict returns the probability of each
// class; Regress returns mean and variance of the target, the variance nil where
// the predictor has none. The answer of point n and everything after it are never
// read, but by [BestOf], and what is said at n does not depend on which other n
// were asked for.
//
// The Bayes predictors are the yardstick: no learner has a higher expected
// accuracy, a lower expected log-loss or a lower expected squared error on their
// family. They may return exactly 0 or 1, since the families label without noise.
package oracle

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/goicl/goicl/datasets"
)

// support is what a predictor may see of a task: n labelled points and the
// query's input.
type support struct {
	d, c  int
	x     []float32 // [n, d]
	y     []int32   // [n]
	query []float32 // [d]
}

func newSupport(b *datasets.Batch, t, n int) support {
	first := t * b.N
	return support{
		d: b.D, c: b.C,
		x:     b.X[first*b.D : (first+n)*b.D],
		y:     b.Y[first : first+n],
		query: b.Point(t, n),
	}
}

func (s support) n() int                { return len(s.y) }
func (s support) point(i int) []float32 { return s.x[i*s.d : (i+1)*s.d] }

// counts returns the number of examples of each class.
func (s support) counts() []int {
	k := make([]int, s.c)
	for _, y := range s.y {
		k[y]++
	}
	return k
}

// spread finishes the probabilities of a predictor that can only score classes
// it has an example of. Each class without one gets 1/(n+C), Laplace's rule of
// succession; the others share the rest in proportion to score. With no examples
// at all that is uniform, with one class it is (n+1)/(n+C) for that class.
func (s support) spread(score, probs []float64) {
	counts, rest, total := s.counts(), 1.0, 0.0
	for c, k := range counts {
		if k == 0 {
			probs[c] = 1 / float64(s.n()+s.c)
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

// predictEach returns the probabilities [T, len(at), C] of a predictor that
// looks at each query on its own.
func predictEach(ctx context.Context, b *datasets.Batch, at []int, predict func(s support, probs []float64)) ([]float32, error) {
	if err := check(b, at); err != nil {
		return nil, err
	}
	out := make([]float32, b.T*len(at)*b.C)
	err := overTasks(ctx, b.T, func(t int) error {
		probs := make([]float64, b.C)
		for i, n := range at {
			if err := ctx.Err(); err != nil {
				return err
			}
			predict(newSupport(b, t, n), probs)
			for c, p := range probs {
				out[(t*len(at)+i)*b.C+c] = float32(p)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// check reports what makes a call unusable.
func check(b *datasets.Batch, at []int) error {
	if err := b.WantClasses(); err != nil {
		return fmt.Errorf("oracle: %w", err)
	}
	return checkAt(b, at)
}

func checkAt(b *datasets.Batch, at []int) error {
	if len(at) == 0 {
		return fmt.Errorf("oracle: no query was asked for; name at least one number of examples, 0..%d", b.N-1)
	}
	for _, n := range at {
		if n < 0 || n >= b.N {
			return fmt.Errorf("oracle: a query after n = %d examples was asked for, but the tasks have %d points; want 0..%d", n, b.N, b.N-1)
		}
	}
	return nil
}

// overTasks calls f for tasks 0..n-1 on all cores and returns the first error.
// f must write only what belongs to its task.
func overTasks(ctx context.Context, n int, f func(t int) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(n, runtime.GOMAXPROCS(0)) {
		wg.Go(func() {
			for t := int(next.Add(1)) - 1; t < n && ctx.Err() == nil; t = int(next.Add(1)) - 1 {
				if err := f(t); err != nil {
					cancel(err)
				}
			}
		})
	}
	wg.Wait()
	return context.Cause(ctx)
}
