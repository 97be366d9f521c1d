package baseline

import (
	"cmp"
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/internal/predict"
)

// Logistic is logistic regression fitted to each context. With labels
// z = ±1 it minimises
//
//	Σ_i log(1 + exp(−z_i (w·x_i + b))) + (L2/2) ‖w‖²
//
// over w and an unpenalised intercept b by Newton's method (iteratively
// reweighted least squares; Hastie, Tibshirani and Friedman, §4.4.1) with step
// halving. The penalty keeps the fit finite on separable data; it acts on the
// inputs as they are, so bring them to a common scale first.
//
// With more than two classes it fits one class against the rest for each and
// normalises. A class without an example gets 1/(n+C), Laplace's rule, and the
// others share the rest: with examples of one class only, that class gets
// (n+1)/(n+C), and with none the answer is uniform.
type Logistic struct {
	L2 float64 `json:"l2,omitempty"` // weight of the ridge penalty; 0 means 1
}

// Name is "logistic regression".
func (Logistic) Name() string { return "logistic regression" }

// Predict returns class probabilities [T, len(at), C].
func (p Logistic) Predict(ctx context.Context, b *datasets.Batch, at []int) ([]float32, error) {
	if !(p.L2 >= 0) || math.IsInf(p.L2, 1) {
		return nil, fmt.Errorf("baseline: logistic regression with L2 = %g; want a positive number, or 0 for 1", p.L2)
	}
	p.L2 = cmp.Or(p.L2, 1)
	return predict.EachQuery(ctx, b, at, p.predict)
}

func (p Logistic) predict(s predict.Support, probs []float64) {
	score := make([]float64, s.C)
	for c, k := range s.Counts() {
		switch k {
		case 0: // spread sets its probability
		case len(s.Y):
			score[c] = 1
		default:
			score[c] = sigmoid(p.logit(s, c))
		}
	}
	// Where all scores underflow, far from the data, the classes seen tie.
	if floats.Sum(score) == 0 {
		for c := range score {
			score[c] = 1
		}
	}
	spread(s, score, probs)
}

// logit fits class c against the rest and returns w·query + b.
func (p Logistic) logit(s predict.Support, c int) float64 {
	f := newFit(s, c, p.L2)
	beta := f.minimise()
	z := beta[s.D]
	for j, x := range s.Query {
		z += beta[j] * float64(x)
	}
	return z
}

// fit is one binary problem: rows (x_i, 1), labels ±1.
type fit struct {
	x    *mat.Dense // [n, d+1]
	z    []float64  // [n]
	l2   float64
	grad []float64     // [d+1], of the objective at the last point asked for
	hess *mat.SymDense // [d+1, d+1]
}

func newFit(s predict.Support, c int, l2 float64) *fit {
	f := &fit{x: mat.NewDense(len(s.Y), s.D+1, nil), z: make([]float64, len(s.Y)), l2: l2,
		grad: make([]float64, s.D+1), hess: mat.NewSymDense(s.D+1, nil)}
	for i, y := range s.Y {
		row := f.x.RawRowView(i)
		for j, x := range s.Point(i) {
			row[j] = float64(x)
		}
		row[s.D] = 1
		f.z[i] = -1
		if int(y) == c {
			f.z[i] = 1
		}
	}
	return f
}

// minimise returns (w, b) [d+1]. Every accepted step lowers the objective, so the result
// is finite and at least as good as 0. It is not gonum's optimize.Newton, which takes 1.2 to
// 3 times as long and reports convergence as an error of the line search.
func (f *fit) minimise() []float64 {
	beta := make([]float64, len(f.grad))
	step, next := mat.NewVecDense(len(beta), nil), make([]float64, len(beta))
	var chol mat.Cholesky
	value := f.objective(beta)
	for range 100 {
		f.derivatives(beta)
		if !chol.Factorize(f.hess) {
			return beta
		}
		// A warning about conditioning is ignored: the step is checked below.
		_ = chol.SolveVecTo(step, mat.NewVecDense(len(beta), f.grad))
		decrement := floats.Dot(f.grad, step.RawVector().Data)
		if !(decrement > 1e-14) {
			return beta
		}
		scale := 1.0
		for ; scale > 1e-9; scale /= 2 {
			floats.AddScaledTo(next, beta, -scale, step.RawVector().Data)
			if v := f.objective(next); v <= value-1e-4*scale*decrement {
				value = v
				break
			}
		}
		if scale <= 1e-9 {
			return beta
		}
		copy(beta, next)
	}
	return beta
}

func (f *fit) objective(beta []float64) float64 {
	d := len(beta) - 1
	sum := f.l2 / 2 * floats.Dot(beta[:d], beta[:d])
	for i, z := range f.z {
		sum += softplus(-z * floats.Dot(f.x.RawRowView(i), beta))
	}
	return sum
}

// derivatives fills the gradient and the Hessian at beta.
func (f *fit) derivatives(beta []float64) {
	d := len(beta) - 1
	f.hess.Zero()
	for j := range d {
		f.grad[j] = f.l2 * beta[j]
		f.hess.SetSym(j, j, f.l2)
	}
	f.grad[d] = 0
	for i, z := range f.z {
		row := f.x.RawRowView(i)
		miss := sigmoid(-z * floats.Dot(row, beta)) // probability of the other label
		floats.AddScaled(f.grad, -z*miss, row)
		f.hess.SymRankOne(f.hess, miss*(1-miss), mat.NewVecDense(d+1, row))
	}
}

func sigmoid(z float64) float64 { return 1 / (1 + math.Exp(-z)) }

// softplus is log(1 + exp(z)) without overflow.
func softplus(z float64) float64 {
	return math.Max(z, 0) + math.Log1p(math.Exp(-math.Abs(z)))
}
