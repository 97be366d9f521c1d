package oracle

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/goicl/goicl/datasets"
)

// student learns one regression task point by point.
type student interface {
	// learn takes an example. It may keep x.
	learn(x []float64, z float64)
}

// estimator is a student that knows how sure it is.
type estimator interface {
	student
	// predict returns mean and variance of the target of x.
	predict(x []float64) (mean, variance float64)
}

// pointEstimator is a student that does not.
type pointEstimator interface {
	student
	predict(x []float64) float64
}

// regress returns the means and variances [T, len(at)] of an estimator, made anew
// for each task.
func regress[E estimator](ctx context.Context, b *datasets.Batch, at []int, newEstimator func() E) (mean, variance []float32, err error) {
	pairs, err := teach(ctx, b, at, 2, newEstimator, func(e E, x []float64, out []float32) {
		m, v := e.predict(x)
		out[0], out[1] = narrow(m), narrow(v)
	})
	if err != nil {
		return nil, nil, err
	}
	for i := 0; i < len(pairs); i += 2 {
		mean, variance = append(mean, pairs[i]), append(variance, pairs[i+1])
	}
	return mean, variance, nil
}

// regressPoint returns the means [T, len(at)] of an estimator that has no variance.
func regressPoint[E pointEstimator](ctx context.Context, b *datasets.Batch, at []int, newEstimator func() E) (mean, variance []float32, err error) {
	mean, err = teach(ctx, b, at, 1, newEstimator, func(e E, x []float64, out []float32) {
		out[0] = narrow(e.predict(x))
	})
	return mean, nil, err
}

// teach shows every task to a new student, point by point, and lets record write
// what it says of point n, before it is shown its target, into out [width], for
// each n in at. It returns all of it, [T, len(at), width].
func teach[S student](ctx context.Context, b *datasets.Batch, at []int, width int,
	newStudent func() S, record func(s S, x []float64, out []float32)) ([]float32, error) {
	if err := wantTargets(b); err != nil {
		return nil, err
	}
	if err := checkAt(b, at); err != nil {
		return nil, err
	}
	last := slices.Max(at)
	all := make([]float32, b.T*len(at)*width)
	err := overTasks(ctx, b.T, func(t int) error {
		s := newStudent()
		for n := 0; n <= last; n++ {
			if err := ctx.Err(); err != nil {
				return err
			}
			x := widen(b.Point(t, n))
			for i := range at {
				if at[i] == n {
					record(s, x, all[(t*len(at)+i)*width:][:width])
				}
			}
			if n < last {
				s.learn(x, float64(b.Z[t*b.N+n]))
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}

func wantTargets(b *datasets.Batch) error {
	if err := b.WantTargets(); err != nil {
		return fmt.Errorf("oracle: %w", err)
	}
	return nil
}

func widen(x []float32) []float64 {
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = float64(v)
	}
	return out
}

// narrow is the float32 nearest to v; beyond its range that is ±MaxFloat32.
func narrow(v float64) float32 {
	return float32(min(max(v, -math.MaxFloat32), math.MaxFloat32))
}

// examples are the points learnt, for those who fit anew for each query.
type examples struct {
	x [][]float64
	z []float64
}

func (e *examples) learn(x []float64, z float64) {
	e.x, e.z = append(e.x, x), append(e.z, z)
}

// rounding is the relative error of a target stored as float32. Bayes predictors
// take it for noise, on top of the noise they are told, of rounding times the
// target's standard deviation under the prior. Without it, two nearly equal inputs
// would blow the rounding of their targets up; with it nothing needs a threshold.
const rounding = 0x1p-24

// maxScale bounds what a prior is made of, and minNoise the noise from below, so
// that no square overflows.
const (
	maxScale = 1e30
	minNoise = 1e-30
)

func checkNoise(noise float64) error {
	if noise != 0 && !(noise >= minNoise && noise <= maxScale) {
		return fmt.Errorf("oracle: noise = %g; want %g to %g, or 0", noise, float64(minNoise), float64(maxScale))
	}
	return nil
}
