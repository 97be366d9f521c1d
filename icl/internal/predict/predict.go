// Package predict runs predictors that need no training over the tasks of a batch:
// what packages bayes and baseline share.
package predict

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/goicl/goicl/datasets"
)

// Support is what a predictor may see of a task: n labelled points and the
// query's input.
type Support struct {
	D, C  int
	X     []float32 // [n, D]
	Y     []int32   // [n]
	Query []float32 // [D]
}

func newSupport(b *datasets.Batch, t, n int) Support {
	first := t * b.N
	return Support{
		D: b.D, C: b.C,
		X:     b.X[first*b.D : (first+n)*b.D],
		Y:     b.Y[first : first+n],
		Query: b.Point(t, n),
	}
}

// Len returns the number of examples n.
func (s Support) Len() int { return len(s.Y) }

// Point returns the input [D] of example i.
func (s Support) Point(i int) []float32 { return s.X[i*s.D : (i+1)*s.D] }

// Counts returns the number of examples of each class.
func (s Support) Counts() []int {
	k := make([]int, s.C)
	for _, y := range s.Y {
		k[y]++
	}
	return k
}

// EachQuery returns the probabilities [T, len(at), C] of a predictor that
// looks at each query on its own.
func EachQuery(ctx context.Context, b *datasets.Batch, at []int, predict func(s Support, probs []float64)) ([]float32, error) {
	if err := Check(b, at); err != nil {
		return nil, err
	}
	out := make([]float32, b.T*len(at)*b.C)
	err := OverTasks(ctx, b.T, func(t int) error {
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

// Check reports what makes a call unusable.
func Check(b *datasets.Batch, at []int) error {
	if err := b.WantClasses(); err != nil {
		return fmt.Errorf("predict: %w", err)
	}
	return checkAt(b, at)
}

func checkAt(b *datasets.Batch, at []int) error {
	if len(at) == 0 {
		return fmt.Errorf("predict: no query was asked for; name at least one number of examples, 0..%d", b.N-1)
	}
	for _, n := range at {
		if n < 0 || n >= b.N {
			return fmt.Errorf("predict: a query after n = %d examples was asked for, but the tasks have %d points; want 0..%d", n, b.N, b.N-1)
		}
	}
	return nil
}

// OverTasks calls f for tasks 0..n-1 on all cores and returns the first error.
// f must write only what belongs to its task.
func OverTasks(ctx context.Context, n int, f func(t int) error) error {
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
