package bayes

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/integrate/quad"
	"gonum.org/v1/gonum/stat/distuv"
)

// TestLogNormalBetween compares with a quadrature of the density, scaled by its
// greatest value in the interval, at both sides of every switch of formula.
func TestLogNormalBetween(t *testing.T) {
	for _, a := range []float64{-1000, -40, -25.001, -25, -6, -1, -1e-3, 0, 1e-3, 1, 6, 24.9, 25, 25.1, 40, 1000, 1e6} {
		for _, width := range []float64{1e-9, 1e-6, 9e-5, 1.1e-4, 1e-2, 0.5, 3, 30} {
			b := a + width
			nearest := min(max(0, a), b)
			// Beyond 12/nearest, or 12, the density is negligible.
			lo, hi := a, b
			switch {
			case a >= 0:
				hi = min(hi, a+12*min(1, 3/max(a, 1)))
			case b <= 0:
				lo = max(lo, b-12*min(1, 3/max(-b, 1)))
			default:
				lo, hi = max(lo, -12), min(hi, 12)
			}
			scaled := func(x float64) float64 { return math.Exp((nearest - x) * (nearest + x) / 2) }
			want := logDensity(nearest) + math.Log(quad.Fixed(scaled, lo, hi, 200, quad.Legendre{}, 0))
			got := logNormalBetween(a, b)
			// a + width is rounded: in units of the interval by this much.
			rounding := 4e-16 * max(1, math.Abs(a)) / width
			if math.Abs(got-want) > 1e-8+rounding+1e-14*math.Abs(want) {
				t.Errorf("log P(%g < z < %g+%g) = %.12g, quadrature says %.12g", a, a, width, got, want)
			}
		}
	}
}

func TestLogNormalBetweenInfinite(t *testing.T) {
	for _, x := range []float64{-8, -1, 0, 0.5, 8} {
		cdf := distuv.UnitNormal.CDF(x)
		if got := math.Exp(logNormalBetween(math.Inf(-1), x)); math.Abs(got-cdf) > 1e-12 {
			t.Errorf("P(z < %g) = %g, want %g", x, got, cdf)
		}
		if got := math.Exp(logNormalBetween(x, math.Inf(1))); math.Abs(got-1+cdf) > 1e-12 {
			t.Errorf("P(z > %g) = %g, want %g", x, got, 1-cdf)
		}
	}
	if got := logNormalBetween(math.Inf(-1), math.Inf(1)); got != 0 {
		t.Errorf("log-probability of the whole line is %g", got)
	}
	for _, c := range [][2]float64{{1, 1}, {2, 1}, {math.Inf(1), math.Inf(1)}, {math.NaN(), 1}} {
		if got := logNormalBetween(c[0], c[1]); !math.IsInf(got, -1) {
			t.Errorf("log P(%g < z < %g) = %g, want -Inf", c[0], c[1], got)
		}
	}
}
