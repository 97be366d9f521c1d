package markov

import (
	"math"
	"math/rand/v2"

	"github.com/goicl/goicl/datasets"
)

// dirichlet draws from Dirichlet(a, …, a): independent Gamma(a) variables over their sum. It works
// with logarithms, since those of a small a are too small for float64. Rounding to float32
// removes what the machines' functions may differ in.
func dirichlet(rng *rand.Rand, a float64, p []float32) {
	logs, most := make([]float64, len(p)), math.Inf(-1)
	for i := range logs {
		logs[i] = logGamma(rng, a)
		most = max(most, logs[i])
	}
	sum := 0.
	for i, l := range logs {
		logs[i] = math.Exp(l - most)
		sum += logs[i]
	}
	for i, g := range logs {
		p[i] = float32(max(g/sum, leastProbability))
	}
}

// logGamma draws the logarithm of a Gamma(a) variable (Marsaglia and Tsang, "A simple method for
// generating gamma variables", ACM TOMS 26, 2000; for a < 1 by Gamma(a) = Gamma(a+1) U^{1/a}).
func logGamma(rng *rand.Rand, a float64) float64 {
	if a < 1 {
		return logGamma(rng, a+1) + math.Log(1-rng.Float64())/a
	}
	d := a - 1./3
	c := 1 / math.Sqrt(9*d)
	for {
		x := datasets.Normal(rng)
		v := 1 + float64(c*x) // conversions prevent fusing
		if v <= 0 {
			continue
		}
		logV := 3 * math.Log(v)
		if math.Log(1-rng.Float64()) < float64(x*x/2)+float64(d*(1-float64(v*v*v)+logV)) {
			return math.Log(d) + logV
		}
	}
}

// stationary returns the stationary distribution of a chain whose transition probabilities
// [k, k] are positive, by taking states out one by one (Grassmann, Taksar and Heyman, "Regenerative
// analysis and steady state distributions for Markov chains", Operations Research 33, 1985):
// nothing is subtracted, so that small probabilities stay exact.
func stationary(transition []float32, k int) []float64 {
	p := make([]float64, len(transition))
	for i, v := range transition {
		p[i] = float64(v)
	}
	leave := constant(k, 1) // the probability of going from n to an earlier state
	for n := k - 1; n > 0; n-- {
		leave[n] = 0
		for j := range n {
			leave[n] += p[n*k+j]
		}
		for i := range n {
			for j := range n {
				p[i*k+j] += float64(p[i*k+n] * p[n*k+j] / leave[n]) // the conversion prevents fusing
			}
		}
	}
	pi := constant(k, 0)
	pi[0] = 1
	for n := 1; n < k; n++ {
		for i := range n {
			pi[n] += float64(pi[i] * p[i*k+n] / leave[n])
		}
		total := 1 + pi[n]
		for i := range n + 1 {
			pi[i] /= total
		}
	}
	return pi
}

// constant is a vector of k equal numbers.
func constant(k int, v float64) []float64 {
	x := make([]float64, k)
	for i := range x {
		x[i] = v
	}
	return x
}
