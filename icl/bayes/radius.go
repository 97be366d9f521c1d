package bayes

import (
	"cmp"
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/integrate/quad"

	"github.com/goicl/goicl/datasets"
)

// Radius is the Bayes predictor of the family "radius": R ~ U(RMin, RMax),
// x ~ N(0, (.849 σR)²I), and y = 0 if ‖x‖ > R else 1.
//
// The labels cut R to (l, h) = (max{‖x_i‖ : y_i = 1}, min{‖x_i‖ : y_i = 0}). With
// all m inputs, the query's included, the posterior density of R there is
// proportional to
//
//	g(R) = R^(−2m) exp(−Σ_i ‖x_i‖² / (2 · .849² σ² R²))
//
// and, with q = ‖x‖ of the query brought into [l, h],
//
//	P(y = 0 | x, D) = ∫_l^q g / ∫_l^h g
//	p(D, x) = (2π · .849² σ²)^(−m) ∫_l^h g / (RMax − RMin)
//
// Both sides of q are integrated on a grid of 64 Gauss–Legendre points for
// each prediction, which stays fine as the labels narrow down R.
type Radius struct {
	RMin  float64 `json:"r_min,omitempty"` // least radius; 0 means 2
	RMax  float64 `json:"r_max,omitempty"` // greatest radius; 0 means 4
	Sigma float64 `json:"sigma,omitempty"` // factor on the spread of x; 0 means 1
}

// radiusSpread is the standard deviation of x in radii.
const radiusSpread = .849

// Name is "Bayes".
func (Radius) Name() string { return "Bayes" }

// Family is "radius".
func (Radius) Family() string { return "radius" }

// Predict returns class probabilities [T, len(at), 2].
func (m Radius) Predict(ctx context.Context, b *datasets.Batch, at []int) ([]float32, error) {
	return predictFamily(ctx, b, at, m)
}

// bounds returns the range of R.
func (m Radius) bounds() (lo, hi float64) {
	return cmp.Or(m.RMin, 2), cmp.Or(m.RMax, 4)
}

func (m Radius) validate() error {
	if lo, hi := m.bounds(); !(1e-6 <= lo && lo < hi && hi <= 1e6) {
		return fmt.Errorf("bayes: the radius family with radii from %g to %g; want 1e-6 ≤ RMin < RMax ≤ 1e6", lo, hi)
	}
	return checkSigma(m.Family(), m.Sigma)
}

func (m Radius) newFilter() filter {
	lo, hi := m.bounds()
	return &radiusFilter{threshold: threshold{lo: lo, hi: hi}, prior: 1 / (hi - lo), spread: radiusSpread * cmp.Or(m.Sigma, 1)}
}

type radiusFilter struct {
	prior, spread float64
	threshold             // R; a point lies at ‖x‖
	inputs        float64 // their number m
	squares       float64 // Σ‖x‖²
}

func (f *radiusFilter) see(x [2]float64) belief {
	f.at = math.Hypot(x[0], x[1])
	f.inputs++
	f.squares += f.at * f.at
	if f.lo >= f.hi {
		return impossible()
	}
	query := min(max(f.at, f.lo), f.hi)
	below, above := f.logIntegral(f.lo, query), f.logIntegral(query, f.hi)
	total := logSum(below, above)
	if math.IsInf(total, -1) {
		return impossible()
	}
	return belief{
		class0:   sigmoid(below - above),
		evidence: total + math.Log(f.prior) - f.inputs*math.Log(2*math.Pi*f.spread*f.spread),
	}
}

// logIntegral is log ∫_a^b g, −Inf where a = b.
func (f *radiusFilter) logIntegral(a, b float64) float64 {
	if a >= b {
		return math.Inf(-1)
	}
	rate := f.squares / (2 * f.spread * f.spread)
	logs, top := make([]float64, len(radiusGrid.x)), math.Inf(-1)
	for i, x := range radiusGrid.x {
		r := a + (b-a)*x
		logs[i] = -2*f.inputs*math.Log(r) - rate/(r*r)
		top = max(top, logs[i])
	}
	if math.IsInf(top, -1) {
		return top
	}
	sum := 0.0
	for i, v := range logs {
		sum += radiusGrid.weight[i] * math.Exp(v-top)
	}
	return top + math.Log(sum*(b-a))
}

// radiusGrid is the Gauss–Legendre rule on [0, 1].
var radiusGrid = newGrid(64, 0, 1)

// grid is a quadrature rule.
type grid struct{ x, weight []float64 }

func newGrid(n int, from, to float64) grid {
	g := grid{make([]float64, n), make([]float64, n)}
	quad.Legendre{}.FixedLocations(g.x, g.weight, from, to)
	return g
}

// threshold is a number that a point of class 0 lies above, and one of class 1 not.
type threshold struct {
	lo, hi float64 // its bounds from prior and labels
	at     float64 // where the point last seen lies
}

func (t *threshold) label(y int32) {
	if y == 0 {
		t.hi = min(t.hi, t.at)
	} else {
		t.lo = max(t.lo, t.at)
	}
}

// logSum is log(e^a + e^b).
func logSum(a, b float64) float64 {
	a, b = max(a, b), min(a, b)
	if math.IsInf(b, -1) {
		return a
	}
	return a + math.Log1p(math.Exp(b-a))
}
