package baseline

import (
	"cmp"
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"

	"github.com/goicl/goicl/datasets"
)

// Lasso is linear regression with an L1 penalty, without an intercept (Tibshirani
// 1996). On each context of n examples it minimises
//
//	P(w) = Σ_i (z_i − w·x_i)² / (2n) + Alpha ‖w‖₁
//
// by cyclic coordinate descent (Friedman, Hastie and Tibshirani, Journal of
// Statistical Software 33(1), 2010). It begins at w = 0, the minimum of a penalty
// large enough, and halves the penalty until it is Alpha. Each stage stops once the
// duality gap, a bound on how far P(w) is from its minimum, is at most 1e-10 of P(0);
// all of them stop after 10,000 sweeps over the coordinates.
type Lasso struct {
	Alpha float64 `json:"alpha,omitempty"` // weight of the penalty; 0 means .01
}

const (
	lassoGap    = 1e-10
	lassoSweeps = 10_000
)

// Name is "lasso".
func (Lasso) Name() string { return "lasso" }

// Regress returns the means [T, len(at)], 0 before any example. It has no variance: nil.
func (m Lasso) Regress(ctx context.Context, b *datasets.Batch, at []int) (mean, variance []float32, err error) {
	if !(m.Alpha >= 0) || math.IsInf(m.Alpha, 1) {
		return nil, nil, fmt.Errorf("baseline: lasso with alpha = %g; want a positive number, or 0 for .01", m.Alpha)
	}
	return regress(ctx, b, at, func() estimator { return &lassoEstimator{alpha: cmp.Or(m.Alpha, .01)} })
}

type lassoEstimator struct {
	alpha float64
	examples
}

func (e *lassoEstimator) predict(x []float64) float64 {
	return floats.Dot(newLassoFit(e.x, e.z, e.alpha).minimise(), x)
}

// lassoFit is a state of the descent.
type lassoFit struct {
	columns  [][]float64 // of X [D][n]
	squares  []float64   // their squared lengths [D]
	z, w     []float64
	residual []float64 // z − Xw
	penalty  float64   // n · Alpha
}

func newLassoFit(x [][]float64, z []float64, alpha float64) *lassoFit {
	f := &lassoFit{z: z, w: make([]float64, len(x[0])), residual: append([]float64{}, z...), penalty: alpha * float64(len(z))}
	for j := range f.w {
		column := make([]float64, len(x))
		for i, row := range x {
			column[i] = row[j]
		}
		f.columns, f.squares = append(f.columns, column), append(f.squares, floats.Dot(column, column))
	}
	return f
}

// minimise returns the weights.
func (f *lassoFit) minimise() []float64 {
	enough, last, sweeps := lassoGap*floats.Dot(f.z, f.z)/2, f.penalty, 0
	for penalty := f.steepest(); ; penalty /= 2 {
		f.penalty = max(penalty, last)
		for ; f.gap() > enough && sweeps < lassoSweeps; sweeps++ {
			for j := range f.w {
				f.update(j)
			}
		}
		if penalty <= last {
			return f.w
		}
	}
}

// update minimises over w_j.
func (f *lassoFit) update(j int) {
	if f.squares[j] == 0 {
		return
	}
	along := floats.Dot(f.columns[j], f.residual) + f.squares[j]*f.w[j]
	w := math.Copysign(max(math.Abs(along)-f.penalty, 0), along) / f.squares[j]
	floats.AddScaled(f.residual, f.w[j]-w, f.columns[j])
	f.w[j] = w
}

// steepest is the largest product of a column with the residual.
func (f *lassoFit) steepest() float64 {
	most := 0.0
	for _, column := range f.columns {
		most = max(most, math.Abs(floats.Dot(column, f.residual)))
	}
	return most
}

// gap is the duality gap of n · P: what P exceeds the dual objective by at the
// residual, shrunk until no column's product with it is above the penalty.
func (f *lassoFit) gap() float64 {
	shrink := 1.0
	if steepest := f.steepest(); steepest > f.penalty {
		shrink = f.penalty / steepest
	}
	square := floats.Dot(f.residual, f.residual)
	primal := square/2 + f.penalty*floats.Norm(f.w, 1)
	dual := shrink*floats.Dot(f.residual, f.z) - shrink*shrink*square/2
	return primal - dual
}
