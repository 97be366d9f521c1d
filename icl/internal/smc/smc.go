// Package smc is a sequential Monte Carlo sampler of distributions in four dimensions:
// weighted particles that are tempered, resampled and moved (Chopin 2002; Del Moral,
// Doucet and Jasra 2006).
package smc

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"

	"github.com/goicl/goicl/icl/internal/predict"
)

// Cloud is a distribution as weighted particles.
type Cloud[P ~[4]float64] struct {
	Particles []P
	Weights   []float64 // sum 1
	Evidence  float64   // log of the product of the weights' sums before each scaling to 1
}

// New draws n particles from the prior N(0, I).
func New[P ~[4]float64](rng *rand.Rand, n int) *Cloud[P] {
	c := &Cloud[P]{Particles: make([]P, n), Weights: make([]float64, n)}
	for i := range c.Particles {
		for j := range c.Particles[i] {
			c.Particles[i][j] = rng.NormFloat64()
		}
		c.Weights[i] = 1 / float64(n)
	}
	return c
}

// Energies evaluates a function at every particle.
func (c *Cloud[P]) Energies(energy func(P) float64) []float64 {
	e := make([]float64, len(c.Particles))
	for i, w := range c.Particles {
		e[i] = energy(w)
	}
	return e
}

// Tempered returns the weights times exp(−step · energy), and the log of their
// sum. Both come relative to the least energy, so that they do not underflow. An
// infinite step leaves the particles of energy 0 only.
func (c *Cloud[P]) Tempered(energies []float64, step float64) (weights []float64, logSum float64) {
	least := math.Inf(1)
	for _, e := range energies {
		least = min(least, e)
	}
	if math.IsInf(step, 1) {
		least = 0
	}
	weights, sum := make([]float64, len(energies)), 0.0
	for i, e := range energies {
		weights[i] = c.Weights[i]
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

// Accept takes the weights that tempered returned.
func (c *Cloud[P]) Accept(weights []float64, logSum float64) {
	c.Weights = weights
	c.Evidence += logSum
	if !math.IsInf(logSum, -1) {
		predict.Normalise(c.Weights)
	}
}

// Step returns the greatest step ≤ limit that leaves half of an evenly weighted
// cloud effective.
func (c *Cloud[P]) Step(energies []float64, limit float64) float64 {
	enough := func(step float64) bool {
		w, _ := c.Tempered(energies, step)
		return EffectiveSize(w) >= float64(len(w))/2
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

// EffectiveSize is the effective sample size (Σw)²/Σw² of weights, 0 where all
// are 0.
func EffectiveSize(weights []float64) float64 {
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

// Resample replaces the cloud by particles of equal weight, each copied as often
// as its weight says, up to one: systematic resampling.
func (c *Cloud[P]) Resample(rng *rand.Rand) {
	n := float64(len(c.Weights))
	next := make([]P, 0, len(c.Particles))
	level := rng.Float64() / n
	sum := 0.0
	for i, w := range c.Weights {
		for sum += w; level < sum && len(next) < cap(next); level += 1 / n {
			next = append(next, c.Particles[i])
		}
	}
	for len(next) < cap(next) { // the weights' sum fell short of 1 by rounding
		next = append(next, next[len(next)-1])
	}
	c.Particles = next
	for i := range c.Weights {
		c.Weights[i] = 1 / n
	}
}

// Move takes every particle of an evenly weighted cloud through Metropolis steps
// that leave the density exp(logTarget) invariant. A proposal adds normal noise
// with the cloud's own covariance, scaled by 2.38/√4 (Roberts, Gelman and Gilks
// 1997) and then, in turn, by 1, 1/2 and 1/4.
func (c *Cloud[P]) Move(rng *rand.Rand, steps int, logTarget func(P) float64) {
	root := c.covarianceRoot()
	for i := range c.Particles {
		w := &c.Particles[i]
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
func jump[P ~[4]float64](rng *rand.Rand, w P, root *[4][4]float64, scale float64) P {
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
func (c *Cloud[P]) covarianceRoot() *[4][4]float64 {
	n := float64(len(c.Particles))
	var mean P
	for _, w := range c.Particles {
		for j := range w {
			mean[j] += w[j] / n
		}
	}
	cov := mat.NewSymDense(4, nil)
	for _, w := range c.Particles {
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
