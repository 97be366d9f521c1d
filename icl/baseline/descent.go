package baseline

import (
	"cmp"
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/goicl/goicl/datasets"
)

// Descent is linear regression by a few steps of gradient descent on the squared error of
// the context, from w = 0: with S = XᵀX/n of a context of n examples, a step is
//
//	w ← w − Rate · Xᵀ(Xw − z)/n,   prediction w·x
//
// GD++ (von Oswald et al., "Transformers Learn In-Context by Gradient Descent", ICML 2023)
// also changes the inputs of all points, the query's included, after a step, x ← (I − Gamma · S)x,
// and goes on with the residuals z − Xw as targets. One layer of linear attention computes
// one such step.
//
// Before any example it predicts 0. Where a step overflows, the prediction is that of the
// steps before it.
type Descent struct {
	// Label is its name in tables; "" means "1 GD step", "2 GD++ steps" and so on.
	Label string `json:"label,omitempty"`
	// Steps are made in turn. None means one step whose rate, n/(n + D + 1) after n examples
	// in D dimensions, is the best for inputs x ~ N(0, I) and targets without noise; see
	// [BestStep], and [DescentFit] for several steps.
	Steps []DescentStep `json:"steps,omitempty"`
}

// DescentStep is a step of [Descent].
type DescentStep struct {
	Rate  float64 `json:"rate"`
	Gamma float64 `json:"gamma,omitempty"` // of GD++; 0 leaves inputs as they are
}

// The most that a [Descent] may have, in number and size.
const (
	maxDescentSteps = 1000
	maxDescentRate  = 1e6
)

// Name is the label.
func (m Descent) Name() string {
	steps, plus := max(1, len(m.Steps)), ""
	for _, s := range m.Steps {
		if s.Gamma != 0 {
			plus = "++"
		}
	}
	name := fmt.Sprintf("%d GD%s step", steps, plus)
	if steps > 1 {
		name += "s"
	}
	return cmp.Or(m.Label, name)
}

// Regress returns the means [T, len(at)]. It has no variance: nil.
func (m Descent) Regress(ctx context.Context, b *datasets.Batch, at []int) (mean, variance []float32, err error) {
	if err := m.validate(); err != nil {
		return nil, nil, err
	}
	return regress(ctx, b, at, func() estimator { return &descentEstimator{Descent: m} })
}

func (m Descent) validate() error {
	if len(m.Steps) > maxDescentSteps {
		return fmt.Errorf("baseline: gradient descent of %d steps; want at most %d", len(m.Steps), maxDescentSteps)
	}
	for i, s := range m.Steps {
		if !(math.Abs(s.Rate) <= maxDescentRate && math.Abs(s.Gamma) <= maxDescentRate) { // also catches NaN
			return fmt.Errorf("baseline: step %d of gradient descent has the rate %g and gamma %g; want numbers within ±%g", i+1, s.Rate, s.Gamma, float64(maxDescentRate))
		}
	}
	return nil
}

// stepsAt are the steps after n examples in d dimensions.
func (m Descent) stepsAt(n, d int) []DescentStep {
	if len(m.Steps) > 0 {
		return m.Steps
	}
	rate, _ := BestStep(n, d, 1, 3, 0)
	return []DescentStep{{Rate: rate}}
}

type descentEstimator struct {
	Descent
	examples
}

func (e *descentEstimator) predict(query []float64) float64 {
	n, d := len(e.x), len(query)
	x, q, residual := mat.NewDense(n, d, nil), mat.NewVecDense(d, append([]float64{}, query...)), mat.NewVecDense(n, append([]float64{}, e.z...))
	for i, row := range e.x {
		x.SetRow(i, row)
	}
	gradient, fitted, sum := mat.NewVecDense(d, nil), mat.NewVecDense(n, nil), 0.0
	for _, s := range e.stepsAt(n, d) {
		gradient.MulVec(x.T(), residual)
		gradient.ScaleVec(s.Rate/float64(n), gradient)
		next := sum + mat.Dot(gradient, q)
		if math.IsNaN(next) || math.IsInf(next, 0) {
			break
		}
		sum = next
		fitted.MulVec(x, gradient)
		residual.SubVec(residual, fitted)
		if s.Gamma != 0 {
			transform(x, q, s.Gamma/float64(n))
		}
	}
	return sum
}

// transform multiplies the inputs and the query by I − gamma XᵀX.
func transform(x *mat.Dense, q *mat.VecDense, gamma float64) {
	var s, change mat.Dense
	var moved mat.VecDense
	s.Mul(x.T(), x)
	s.Scale(gamma, &s)
	change.Mul(x, &s)
	moved.MulVec(&s, q)
	x.Sub(x, &change)
	q.SubVec(q, &moved)
}
