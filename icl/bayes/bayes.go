package bayes

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/internal/predict"
)

// Family is the Bayes predictor of one task family: [Pair], [Amort], [Radius] or
// [Proto]. It knows the distribution that tasks are drawn from, and so also how
// probable a context is, which [Mix] needs.
//
// The query's input is evidence too: in every family the inputs tell something
// of the rule, or would tell it from another family's. On a context that the
// family cannot produce (contradictory labels) the prediction is 1/2.
type Family interface {
	Name() string   // "Bayes"
	Family() string // the family's short name: "pair"
	// Predict returns class probabilities [T, len(at), 2] for tasks of two
	// dimensions and two classes.
	Predict(ctx context.Context, b *datasets.Batch, at []int) ([]float32, error)

	validate() error
	newFilter() filter
}

// filter is the posterior of a family over one task, updated point by point.
type filter interface {
	// see takes the input of the next point, and returns what it can tell of
	// everything taken so far.
	see(x [2]float64) belief
	// label takes the label of the point last seen.
	label(y int32)
}

// belief is what a filter knows before it is shown a point's label.
type belief struct {
	class0   float64 // probability that the point has class 0
	evidence float64 // log-density of all inputs, this one included, and of the labels before it
}

// impossible is the belief on data that the family cannot produce.
func impossible() belief { return belief{0.5, math.Inf(-1)} }

// predictBayes runs a new filter over each task and returns the probabilities
// [T, len(at), 2].
func predictBayes(ctx context.Context, b *datasets.Batch, at []int, family string, newFilter func() filter) ([]float32, error) {
	return sweep(ctx, b, at, family, 2, newFilter, func(_ filter, p belief, out []float32) {
		out[0], out[1] = float32(p.class0), float32(1-p.class0)
	})
}

// sweep shows every task to a new filter, point by point, and lets record write
// what it wants of the filter and its belief about point n into out [width], for
// each n in at. It returns all of it, [T, len(at), width].
func sweep[F filter](ctx context.Context, b *datasets.Batch, at []int, family string, width int,
	newFilter func() F, record func(f F, p belief, out []float32)) ([]float32, error) {
	if err := predict.Check(b, at); err != nil {
		return nil, err
	}
	if b.D != 2 || b.C != 2 {
		return nil, fmt.Errorf("bayes: the %s family has 2 dimensions and 2 classes, the batch %d and %d; use a classical predictor", family, b.D, b.C)
	}
	last := slices.Max(at)
	begin, first := newFilter, 0
	if f, ok := any(newFilter()).(forker[F]); ok && len(at) == 1 && sameContext(b, last) {
		for n := range last { // once for all tasks
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			x := b.Point(0, n)
			f.see([2]float64{float64(x[0]), float64(x[1])})
			f.label(b.Y[n])
		}
		begin, first = f.fork, last
	}
	all := make([]float32, b.T*len(at)*width)
	err := predict.OverTasks(ctx, b.T, func(t int) error {
		f := begin()
		for n := first; n <= last; n++ {
			if err := ctx.Err(); err != nil {
				return err
			}
			x := b.Point(t, n)
			p := f.see([2]float64{float64(x[0]), float64(x[1])})
			p.class0 = min(max(p.class0, 0), 1) // sums of weights may round beyond
			for i := range at {
				if at[i] == n {
					record(f, p, all[(t*len(at)+i)*width:][:width])
				}
			}
			if n < last {
				f.label(b.Y[t*b.N+n])
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}

// forker is a filter that is slow enough to be worth a copy: where all tasks have the same
// context, as in a decision map, it takes that in once.
type forker[F filter] interface {
	filter
	fork() F
}

// sameContext tells whether all tasks of a batch begin with the same n points.
func sameContext(b *datasets.Batch, n int) bool {
	for t := 1; t < b.T; t++ {
		if !slices.Equal(b.X[:n*b.D], b.X[t*b.N*b.D:][:n*b.D]) || !slices.Equal(b.Y[:n], b.Y[t*b.N:][:n]) {
			return false
		}
	}
	return true
}

// sigmaOr1 returns sigma, or 1, the paper's value, where it is left out.
func sigmaOr1(sigma float64) float64 {
	if sigma == 0 {
		return 1
	}
	return sigma
}

// checkSigma keeps σ where squares of float32 inputs over σ neither overflow nor
// vanish.
func checkSigma(family string, sigma float64) error {
	if sigma != 0 && !(sigma >= 1e-6 && sigma <= 1e6) {
		return fmt.Errorf("bayes: the %s family with sigma = %g; want 1e-6..1e6, or 0 for 1", family, sigma)
	}
	return nil
}

// logNormal is the log-density of x under N(0, σ²I) in two dimensions.
func logNormal(x [2]float64, sigma float64) float64 {
	u, v := x[0]/sigma, x[1]/sigma
	return -(u*u+v*v)/2 - math.Log(2*math.Pi) - 2*math.Log(sigma)
}
