package bayes

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/internal/predict"
	"github.com/goicl/goicl/internal/usercode"
)

// Family is the Bayes predictor of one task family: [Pair], [Amort], [Radius] or
// [Proto]. From the distribution of tasks follows how probable a context is, too, which
// [Mix] needs.
//
// The query's input is evidence, too: in every family the inputs depend on the rule, or
// on the family. On a context that the family cannot produce (contradictory labels) the
// prediction is 1/2.
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
	// see takes in the input of the next point and returns the belief about it.
	see(x [2]float64) belief
	// label takes in the label of the point last seen.
	label(y int32)
}

// belief is what a filter predicts of a point before its label.
type belief struct {
	class0   float64 // probability that the point has class 0
	evidence float64 // log-density of all inputs, this one included, and of the labels before it
}

// impossible is the belief on data that the family cannot produce.
func impossible() belief { return belief{0.5, math.Inf(-1)} }

// predictFamily returns the probabilities [T, len(at), 2] of a family's predictor.
func predictFamily(ctx context.Context, b *datasets.Batch, at []int, f Family) ([]float32, error) {
	if err := f.validate(); err != nil {
		return nil, err
	}
	return sweep(ctx, b, at, f.Family(), 2, f.newFilter, classProbabilities)
}

func classProbabilities[F filter](_ F, p belief, out []float64) {
	out[0], out[1] = p.class0, 1-p.class0
}

// sweep runs a new filter over each task and returns what record writes of the filter
// and its belief about point n into out [width], for each n in at: [T, len(at), width].
func sweep[F filter](ctx context.Context, b *datasets.Batch, at []int, family string, width int,
	newFilter func() F, record func(f F, p belief, out []float64)) ([]float32, error) {
	if err := b.WantClasses(); err != nil {
		return nil, err
	}
	if b.D != 2 || b.C != 2 {
		return nil, fmt.Errorf("bayes: the %s family has 2 dimensions and 2 classes, the batch %d and %d; use a predictor of package baseline", family, b.D, b.C)
	}
	if err := cmp.Or(usercode.WantContext(ctx), predict.CheckAt(b, at)); err != nil {
		return nil, fmt.Errorf("bayes: %w", err)
	}
	run := predict.Online[F]{
		New: newFilter, Width: width,
		Predict: func(f F, t, n int, out []float64) {
			p := f.see(point(b, t, n))
			p.class0 = min(max(p.class0, 0), 1) // sums of weights may round to more than 1
			if out != nil {
				record(f, p, out)
			}
		},
		Learn: func(f F, t, n int) { f.label(b.Y[t*b.N+n]) },
	}
	if f, ok := any(newFilter()).(forker[F]); ok && len(at) == 1 && sameContext(b, at[0]) {
		for n := range at[0] { // once for all tasks
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			f.see(point(b, 0, n))
			f.label(b.Y[n])
		}
		run.New, run.First = f.fork, at[0]
	}
	return run.Run(ctx, b, at)
}

func point(b *datasets.Batch, t, n int) [2]float64 {
	x := b.Point(t, n)
	return [2]float64{float64(x[0]), float64(x[1])}
}

// forker is a slow filter that can be copied: where all tasks have the same context, as in
// a decision map, it takes in the context once.
type forker[F filter] interface {
	filter
	fork() F
}

// sameContext reports whether all tasks of a batch begin with the same n points.
func sameContext(b *datasets.Batch, n int) bool {
	for t := 1; t < b.T; t++ {
		if !slices.Equal(b.X[:n*b.D], b.X[t*b.N*b.D:][:n*b.D]) || !slices.Equal(b.Y[:n], b.Y[t*b.N:][:n]) {
			return false
		}
	}
	return true
}

// checkSigma keeps σ where squares of float32 inputs over σ neither overflow nor
// vanish.
func checkSigma(family string, sigma float64) error {
	if sigma != 0 && !(sigma >= 1e-6 && sigma <= 1e6) {
		return fmt.Errorf("bayes: the %s family with sigma = %g; want 1e-6..1e6, or 0 for 1", family, sigma)
	}
	return nil
}

func sigmoid(z float64) float64 { return 1 / (1 + math.Exp(-z)) }
