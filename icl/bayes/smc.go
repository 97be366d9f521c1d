package bayes

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"

	"github.com/goicl/goicl/icl/internal/predict"
)

// prototypes is one particle: both coordinates of w_0, then of w_1.
type prototypes [4]float64

// cloud is a distribution over prototypes as weighted particles.
type cloud struct {
	particles []prototypes
	weights   []float64 // sum 1
	evidence  float64   // log of the product of the weights' sums before each scaling to 1
}

// newCloud draws particles from the prior N(0, I).
func newCloud(rng *rand.Rand, n int) *cloud {
	c := &cloud{particles: make([]prototypes, n), weights: make([]float64, n)}
	for i := range c.particles {
		for j := range c.particles[i] {
			c.particles[i][j] = rng.NormFloat64()
		}
		c.weights[i] = 1 / float64(n)
	}
	return c
}

// energies evaluates a function at every particle.
func (c *cloud) energies(energy func(prototypes) float64) []float64 {
	e := make([]float64, len(c.particles))
	for i, w := range c.particles {
		e[i] = energy(w)
	}
	return e
}

// tempered returns the weights times exp(−step · energy), and the log of their
// sum. Both come relative to the least energy, so that they do not underflow. An
// infinite step leaves the particles of energy 0 only.
func (c *cloud) tempered(energies []float64, step float64) (weights []float64, logSum float64) {
	least := math.Inf(1)
	for _, e := range energies {
		least = min(least, e)
	}
	if math.IsInf(step, 1) {
		least = 0
	}
	weights, sum := make([]float64, len(energies)), 0.0
	for i, e := range energies {
		weights[i] = c.weights[i]
		if e != least {
			weights[i] *= math.Exp(-step * (e - least))
		}
		sum += weights[i]
	}
	if least == 0 {
		return weights, math.Log(sum)
	}
	return weights, math.Log(sum) - step*least
}

// accept takes the weights that tempered returned.
func (c *cloud) accept(weights []float64, logSum float64) {
	c.weights = weights
	c.evidence += logSum
	if !math.IsInf(logSum, -1) {
		predict.Normalise(c.weights)
	}
}

// step returns the greatest step ≤ limit that leaves half of an evenly weighted
// cloud effective.
func (c *cloud) step(energies []float64, limit float64) float64 {
	enough := func(step float64) bool {
		w, _ := c.tempered(energies, step)
		return effectiveSize(w) >= float64(len(w))/2
	}
	low, high := 0.0, min(limit, 1e-300)
	for high < limit && enough(high) {
		low, high = high, min(limit, high*1024)
	}
	for range 30 {
		middle := math.Sqrt(low) * math.Sqrt(high)
		if low == 0 {
			middle = high / 2
		}
		if enough(middle) {
			low = middle
		} else {
			high = middle
		}
	}
	return low
}

// effectiveSize is the effective sample size (Σw)²/Σw² of weights, 0 where all
// are 0.
func effectiveSize(weights []float64) float64 {
	sum, squares := 0.0, 0.0
	for _, w := range weights {
		sum += w
		squares += w * w
	}
	if squares == 0 {
		return 0
	}
	return sum * sum / squares
}

// resample replaces the cloud by particles of equal weight, each copied as often
// as its weight says, up to one: systematic resampling.
func (c *cloud) resample(rng *rand.Rand) {
	n := float64(len(c.weights))
	next := make([]prototypes, 0, len(c.particles))
	level := rng.Float64() / n
	sum := 0.0
	for i, w := range c.weights {
		for sum += w; level < sum && len(next) < cap(next); level += 1 / n {
			next = append(next, c.particles[i])
		}
	}
	for len(next) < cap(next) { // the weights' sum fell short of 1 by rounding
		next = append(next, next[len(next)-1])
	}
	c.particles = next
	for i := range c.weights {
		c.weights[i] = 1 / n
	}
}

// move takes every particle of an evenly weighted cloud through Metropolis steps
// that leave the density exp(logTarget) invariant. A proposal adds normal noise
// with the cloud's own covariance, scaled by 2.38/√4 (Roberts, Gelman and Gilks
// 1997) and then, in turn, by 1, 1/2 and 1/4.
func (c *cloud) move(rng *rand.Rand, steps int, logTarget func(prototypes) float64) {
	root := c.covarianceRoot()
	for i := range c.particles {
		w := &c.particles[i]
		value := logTarget(*w)
		for k := range steps {
			proposal := jump(rng, *w, root, 1.19/float64(int(1)<<(k%3)))
			if v := logTarget(proposal); v >= value || rng.Float64() < math.Exp(v-value) {
				*w, value = proposal, v
			}
		}
	}
}

// jump adds scale · root · z, z ~ N(0, I).
func jump(rng *rand.Rand, w prototypes, root *[4][4]float64, scale float64) prototypes {
	for j := range w {
		z := scale * rng.NormFloat64()
		for i := j; i < len(w); i++ {
			w[i] += root[i][j] * z
		}
	}
	return w
}

// covarianceRoot returns the lower Cholesky factor of the covariance of an evenly
// weighted cloud, with a little added to the variances so that there is one.
func (c *cloud) covarianceRoot() *[4][4]float64 {
	n := float64(len(c.particles))
	var mean prototypes
	for _, w := range c.particles {
		for j := range w {
			mean[j] += w[j] / n
		}
	}
	cov := mat.NewSymDense(4, nil)
	for _, w := range c.particles {
		for i := range w {
			for j := range i + 1 {
				cov.SetSym(i, j, cov.At(i, j)+(w[i]-mean[i])*(w[j]-mean[j])/n)
			}
		}
	}
	extra := 1e-9*mat.Trace(cov) + 1e-300
	for i := range 4 {
		cov.SetSym(i, i, cov.At(i, i)+extra)
	}
	root := new([4][4]float64)
	var chol mat.Cholesky
	if !chol.Factorize(cov) {
		return root
	}
	var lower mat.TriDense
	chol.LTo(&lower)
	for i := range 4 {
		for j := range i + 1 {
			root[i][j] = lower.At(i, j)
		}
	}
	return root
}
