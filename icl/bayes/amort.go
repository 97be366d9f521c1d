package bayes

import (
	"cmp"
	"context"
	"math"

	"github.com/goicl/goicl/datasets"
)

// Amort is the Bayes predictor of the family "amort": w ~ N(0, I),
// x ~ N(w, σ²I), and y = 0 if Σx > Σw else 1, with Σ the sum of both coordinates.
//
// With s = Σx and t = Σw, labels depend on t only: y = 0 means t < s and y = 1
// means t ≥ s. All m inputs, the query's included, give t a normal posterior
//
//	N(µ, τ²),   1/τ² = 1/2 + m/(2σ²),   µ = τ² Σ_i s_i / (2σ²)
//
// which the labels cut to (l, h) = (max{s_i : y_i = 1}, min{s_i : y_i = 0}). Hence,
// with Φ the normal distribution function at (· − µ)/τ and q = s of the query
// brought into [l, h],
//
//	P(y = 0 | x, D) = (Φ(q) − Φ(l)) / (Φ(h) − Φ(l))
//	p(D, x) = N(x_1..x_m; 0, σ²I + 11ᵀ) for each coordinate · (Φ(h) − Φ(l))
type Amort struct {
	Sigma float64 `json:"sigma,omitempty"` // standard deviation of x about w, 1e-6..1e6; 0 means 1
}

// Name is "Bayes".
func (Amort) Name() string { return "Bayes" }

// Family is "amort".
func (Amort) Family() string { return "amort" }

// Predict returns class probabilities [T, len(at), 2].
func (m Amort) Predict(ctx context.Context, b *datasets.Batch, at []int) ([]float32, error) {
	return predictFamily(ctx, b, at, m)
}

func (m Amort) validate() error { return checkSigma(m.Family(), m.Sigma) }

func (m Amort) newFilter() filter {
	return &amortFilter{sigma: cmp.Or(m.Sigma, 1), threshold: threshold{lo: math.Inf(-1), hi: math.Inf(1)}}
}

type amortFilter struct {
	sigma     float64
	threshold // t; a point lies at s

	inputs  float64    // their number m
	sum     [2]float64 // of the inputs
	squares float64    // of the inputs, both coordinates
}

func (f *amortFilter) see(x [2]float64) belief {
	f.at = x[0] + x[1]
	f.inputs++
	f.sum[0] += x[0]
	f.sum[1] += x[1]
	f.squares += x[0]*x[0] + x[1]*x[1]
	if f.lo >= f.hi {
		return impossible()
	}
	variance := 2 / (1 + f.inputs/(f.sigma*f.sigma))
	mean := variance * (f.sum[0] + f.sum[1]) / (2 * f.sigma * f.sigma)
	scale := math.Sqrt(variance)
	lo, hi := (f.lo-mean)/scale, (f.hi-mean)/scale
	query := min(max((f.at-mean)/scale, lo), hi)
	below, above := logNormalBetween(lo, query), logNormalBetween(query, hi)
	total := logSum(below, above)
	if math.IsInf(total, -1) {
		return impossible()
	}
	return belief{class0: sigmoid(below - above), evidence: f.logInputs() + total}
}

// logInputs is the log-density of the inputs: in each coordinate their
// covariance σ²I + 11ᵀ has determinant σ^(2m) (1 + m/σ²) and inverse
// (I − 11ᵀ/(σ² + m))/σ².
func (f *amortFilter) logInputs() float64 {
	variance := f.sigma * f.sigma
	explained := (f.sum[0]*f.sum[0] + f.sum[1]*f.sum[1]) / (variance + f.inputs)
	return -f.inputs*math.Log(2*math.Pi*variance) - math.Log1p(f.inputs/variance) -
		(f.squares-explained)/(2*variance)
}
