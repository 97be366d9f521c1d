package eval

import (
	"context"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"

	"github.com/goicl/goicl/datasets"
)

// Sensitivity is the gradient of a regressor's prediction after n examples by the query's own
// input, [T, D], by central differences: two predictions for each dimension, an eighth of the
// inputs' root mean square apart. It is exact, but for rounding, of predictions that are linear
// or quadratic in the query's input, such as w·x with w from the context. Von Oswald et al. (2023)
// compare it between a learner and gradient descent.
//
// It is an error if tasks have classes, if n is not within them, or if all inputs are 0.
func Sensitivity(ctx context.Context, p Predictor, b *datasets.Batch, n int) ([]float64, error) {
	if err := b.WantTargets(); err != nil {
		return nil, fmt.Errorf("eval: %w", err)
	}
	if n < 0 || n >= b.N {
		return nil, fmt.Errorf("eval: sensitivity after %d examples of tasks of %d points; want 0..%d", n, b.N, b.N-1)
	}
	square := 0.0
	for _, v := range b.X {
		square += float64(v) * float64(v) / float64(len(b.X))
	}
	step := math.Sqrt(square) / 16
	if !(step > 0) {
		return nil, fmt.Errorf("eval: sensitivity to inputs that are all 0; draw tasks with inputs")
	}
	gradient := make([]float64, b.T*b.D)
	for d := range b.D {
		above, err := shifted(ctx, p, b, n, d, step)
		if err != nil {
			return nil, err
		}
		below, err := shifted(ctx, p, b, n, d, -step)
		if err != nil {
			return nil, err
		}
		for t := range b.T {
			gradient[t*b.D+d] = (above.z[t] - below.z[t]) / (above.x[t] - below.x[t])
		}
	}
	return gradient, nil
}

// answered are a coordinate of each query's input and the prediction there.
type answered struct{ x, z []float64 }

// shifted are the predictions where a coordinate of the inputs after n examples is moved.
func shifted(ctx context.Context, p Predictor, b *datasets.Batch, n, d int, by float64) (a answered, err error) {
	moved := *b
	moved.X = slices.Clone(b.X)
	for t := range b.T {
		x := &moved.Point(t, n)[d]
		*x += float32(by)
		a.x = append(a.x, float64(*x))
	}
	answers, err := Predict(ctx, p, &moved, []int{n})
	if err != nil {
		return a, err
	}
	for _, v := range answers {
		if !finite(float64(v)) {
			return a, fmt.Errorf("eval: sensitivity: a prediction is %w", ErrNotFinite)
		}
		a.z = append(a.z, float64(v))
	}
	return a, nil
}

// Cosines are those of the angles between two gradients of [Sensitivity] for tasks of d
// dimensions, one for each task: 1 where they point the same way, and 0 where either has no
// length. There are none where the sizes do not fit.
func Cosines(a, b []float64, d int) []float64 {
	if d < 1 || len(a) != len(b) || len(a)%d != 0 {
		return nil
	}
	cosines := make([]float64, len(a)/d)
	for t := range cosines {
		u, v := a[t*d:(t+1)*d], b[t*d:(t+1)*d]
		if length := floats.Norm(u, 2) * floats.Norm(v, 2); length > 0 {
			cosines[t] = floats.Dot(u, v) / length
		}
	}
	return cosines
}
