package bayes

import "math"

// logNormal is the log-density of x under N(0, σ²I) in two dimensions.
func logNormal(x [2]float64, sigma float64) float64 {
	u, v := x[0]/sigma, x[1]/sigma
	return -(u*u+v*v)/2 - math.Log(2*math.Pi) - 2*math.Log(sigma)
}

// logNormalBetween is log(Φ(b) − Φ(a)), the log-probability that a standard
// normal variable falls between a and b, to about 1e-9 relative anywhere on the
// line; −Inf unless a < b.
func logNormalBetween(a, b float64) float64 {
	switch {
	case !(a < b):
		return math.Inf(-1)
	case a < 0 && b > 0:
		return math.Log((math.Erf(b/math.Sqrt2) + math.Erf(-a/math.Sqrt2)) / 2)
	case b <= 0:
		a, b = -b, -a
	}
	// Now 0 ≤ a < b. With the Mills ratio M = (1 − Φ)/φ, the probability is
	// φ(a) (M(a) − M(b) φ(b)/φ(a)), which loses digits only if a ≈ b.
	if (b-a)*max(1, b) < 1e-4 {
		middle := (a + b) / 2
		return logDensity(middle) + math.Log(b-a)
	}
	return logDensity(a) + math.Log(mills(a)-mills(b)*math.Exp((a-b)*(a+b)/2))
}

// normalCDF is Φ(x).
func normalCDF(x float64) float64 { return math.Erfc(-x/math.Sqrt2) / 2 }

func logDensity(x float64) float64 { return -x*x/2 - math.Log(2*math.Pi)/2 }

// mills is the Mills ratio (1 − Φ(x))/φ(x) for x ≥ 0. The series is Abramowitz
// and Stegun 26.2.12.
func mills(x float64) float64 {
	if x < 25 {
		return math.Sqrt(math.Pi/2) * math.Exp(x*x/2) * math.Erfc(x/math.Sqrt2)
	}
	r := 1 / (x * x)
	return (1 - r*(1-3*r*(1-5*r*(1-7*r)))) / x
}
