// Package predict runs predictors over the tasks of a batch: what packages bayes and
// baseline share.
package predict

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/internal/usercode"
)

// Support is what a predictor may use of a task: n labelled examples and the query's
// input.
type Support struct {
	D, C  int
	X     []float32 // [n, D]
	Y     []int32   // [n]
	Query []float32 // [D]
}

// Point returns the input [D] of example i.
func (s Support) Point(i int) []float32 { return s.X[i*s.D : (i+1)*s.D] }

// Counts returns the number of examples of each class [C].
func (s Support) Counts() []int {
	k := make([]int, s.C)
	for _, y := range s.Y {
		k[y]++
	}
	return k
}

// EachQuery returns the probabilities [T, len(at), C] of a predictor that fits each
// support anew: predict writes those of the query into probs [C].
func EachQuery(ctx context.Context, b *datasets.Batch, at []int, predict func(s Support, probs []float64)) ([]float32, error) {
	if err := b.WantClasses(); err != nil {
		return nil, err
	}
	if err := CheckAt(b, at); err != nil {
		return nil, err
	}
	return fill(ctx, b.T, len(at), b.C, func(ctx context.Context, t int, set func(i int, values []float64)) error {
		probs := make([]float64, b.C)
		for i, n := range at {
			if err := ctx.Err(); err != nil {
				return err
			}
			first := t * b.N
			predict(Support{
				D: b.D, C: b.C,
				X:     b.X[first*b.D : (first+n)*b.D],
				Y:     b.Y[first : first+n],
				Query: b.Point(t, n),
			}, probs)
			set(i, probs)
		}
		return nil
	})
}

// Online is a predictor that takes in a task point by point. S is its state.
type Online[S any] struct {
	New   func() S // the state before point First
	First int      // points that a new state has taken in already
	Width int      // numbers in a prediction
	// Predict shows s the input of point n of task t, and writes the prediction into out
	// [Width], which is nil where none is asked for.
	Predict func(s S, t, n int, out []float64)
	// Learn shows s the label or target of point n of task t.
	Learn func(s S, t, n int)
}

// Run returns the predictions [T, len(at), Width] after the first n points of each task,
// for each n in at. The batch must be valid.
func (o Online[S]) Run(ctx context.Context, b *datasets.Batch, at []int) ([]float32, error) {
	if err := CheckAt(b, at); err != nil {
		return nil, err
	}
	last := slices.Max(at)
	return fill(ctx, b.T, len(at), o.Width, func(ctx context.Context, t int, set func(i int, values []float64)) error {
		s, prediction := o.New(), make([]float64, o.Width)
		for n := o.First; n <= last; n++ {
			if err := ctx.Err(); err != nil {
				return err
			}
			if !slices.Contains(at, n) {
				o.Predict(s, t, n, nil)
			} else {
				o.Predict(s, t, n, prediction)
			}
			for i := range at {
				if at[i] == n {
					set(i, prediction)
				}
			}
			if n < last {
				o.Learn(s, t, n)
			}
		}
		return nil
	})
}

// fill returns [tasks, queries, width] numbers, of which f sets those of task t.
func fill(ctx context.Context, tasks, queries, width int, f func(ctx context.Context, t int, set func(i int, values []float64)) error) ([]float32, error) {
	all := make([]float32, tasks*queries*width)
	err := OverTasks(ctx, tasks, func(ctx context.Context, t int) error {
		return f(ctx, t, func(i int, values []float64) {
			for k, v := range values {
				all[(t*queries+i)*width+k] = Narrow(v)
			}
		})
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}

// OverTasks calls f for tasks 0..n-1 on all cores and returns the first error. f must
// write only what belongs to its task.
func OverTasks(ctx context.Context, n int, f func(ctx context.Context, t int) error) error {
	if err := usercode.WantContext(ctx); err != nil {
		return fmt.Errorf("predict: %w", err)
	}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	for t := range n {
		g.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			return usercode.TryOn(func() string { return fmt.Sprintf("the prediction of task %d", t) }, func() error { return f(ctx, t) })
		})
	}
	return g.Wait()
}

// CheckAt reports numbers of examples outside the tasks.
func CheckAt(b *datasets.Batch, at []int) error {
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

// Widen returns x in float64.
func Widen(x []float32) []float64 {
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = float64(v)
	}
	return out
}

// Narrow is the float32 nearest to v; beyond its range that is ±MaxFloat32.
func Narrow(v float64) float32 {
	return float32(min(max(v, -math.MaxFloat32), math.MaxFloat32))
}

// Normalise scales positive numbers to sum 1.
func Normalise(p []float64) {
	sum := 0.0
	for _, v := range p {
		sum += v
	}
	for i := range p {
		p[i] /= sum
	}
}
