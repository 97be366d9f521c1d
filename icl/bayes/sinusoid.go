package bayes

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/goicl/goicl/datasets"
)

// Sinusoid is the Bayes predictor of the sine waves of package regression, z = A sin(x
// + φ) + Noise · ε with A ~ U(.1, 5) and φ ~ U(0, π), by integration over a grid of
// (A, φ).
//
// The likelihood is that of a linear model, z = (sin x, cos x)·w with w = A (cos φ,
// sin φ). Where it is narrow the grid is fine: in A, at each φ, it spans what the
// likelihood leaves of .1..5; in φ it is uniform and, beside that, ever finer towards
// the direction of the best w and the direction that the examples determine least.
// Predictions are those of the exact integral to about one part in a thousand of the
// posterior's width.
//
// Targets without noise have the noise of rounding to float32. Two examples then determine
// the wave, unless their inputs differ by (nearly) a multiple of π.
type Sinusoid struct {
	Noise float64 `json:"noise,omitempty"` // standard deviation of a target about the wave
}

// The prior of the amplitude, and the root of the mean of its square, over 2.
const (
	leastAmplitude = .1
	mostAmplitude  = 5
	sinusoidScale  = 2.06
)

// Name is "Bayes".
func (Sinusoid) Name() string { return "Bayes" }

// Regress returns mean and variance [T, len(at)] of each target.
func (m Sinusoid) Regress(ctx context.Context, b *datasets.Batch, at []int) (mean, variance []float32, err error) {
	return regress(ctx, b, at, func(d int) (func() estimator, error) {
		if d != 1 {
			return nil, fmt.Errorf("bayes: sine waves of %d dimensions; want tasks of 1", d)
		}
		return func() estimator {
			e := &sinusoidEstimator{likelihood: newPosteriors(1, 2)[0], noise: math.Hypot(m.Noise, rounding*sinusoidScale)}
			clear(e.likelihood.r) // no prior on w
			return e
		}, checkNoise(m.Noise)
	})
}

type sinusoidEstimator struct {
	likelihood posterior // of w, as R w ~ N(q, I)
	noise      float64
}

func waveInputs(x float64) []float64 { return []float64{math.Sin(x), math.Cos(x)} }

func (e *sinusoidEstimator) learn(x []float64, z float64) {
	e.likelihood.learn(waveInputs(x[0]), z, e.noise)
}

// predict adds up the grid: the trapezoidal rule in φ, Gauss and Legendre's in A.
func (e *sinusoidEstimator) predict(x []float64) (mean, variance float64) {
	cuts, top := e.cuts()
	var all mixture
	var logWeights []float64
	for _, c := range cuts {
		if c.logTop < top-40 {
			continue
		}
		wave := math.Sin(x[0] + c.phi)
		for i, node := range amplitudeGrid.x {
			a := (c.low+c.high)/2 + node*(c.high-c.low)/2
			all.means = append(all.means, a*wave)
			logWeights = append(logWeights, e.logLikelihood(c, a)+math.Log(amplitudeGrid.weight[i]*(c.high-c.low)*c.width))
		}
	}
	all.variances, all.weights = make([]float64, len(all.means)), make([]float64, len(all.means))
	mean, variance = all.moments(logWeights)
	return mean, variance + e.noise*e.noise
}

// cut is the grid at one phase. There, R w = A (r0, r1).
type cut struct {
	phi, width float64 // the phase, and what of the integral over φ it stands for
	r0, r1     float64
	low, high  float64 // the part of the prior of A where the likelihood counts
	logTop     float64 // the greatest log-likelihood in the prior
}

// cuts returns the grid, and the greatest log-likelihood on it.
func (e *sinusoidEstimator) cuts() (all []cut, top float64) {
	phases := e.phases()
	r := e.likelihood.r
	top = math.Inf(-1)
	for i, phi := range phases {
		c := cut{phi: phi, width: (phases[min(i+1, len(phases)-1)] - phases[max(i-1, 0)]) / 2}
		if c.width == 0 {
			continue
		}
		sin, cos := math.Sincos(phi)
		c.r0, c.r1 = r[0]*cos+r[1]*sin, r[3]*sin
		e.span(&c)
		all, top = append(all, c), max(top, c.logTop)
	}
	return all, top
}

// span finds the amplitudes of the prior at which the likelihood is e⁻²⁰ of its maximum
// or more.
func (e *sinusoidEstimator) span(c *cut) {
	c.low, c.high = leastAmplitude, mostAmplitude
	precision := c.r0*c.r0 + c.r1*c.r1
	if precision == 0 {
		c.logTop = e.logLikelihood(*c, c.low)
		return
	}
	q := e.likelihood.q
	best := (c.r0*q[0] + c.r1*q[1]) / precision
	mode := min(max(best, c.low), c.high)
	gap := math.Abs(best - mode)
	reach := 40 / precision / (gap + math.Sqrt(gap*gap+40/precision))
	reach = max(reach, 1e-12) // of targets that no wave has, too little is left for float64
	c.low, c.high, c.logTop = max(c.low, mode-reach), min(c.high, mode+reach), e.logLikelihood(*c, mode)
}

// logLikelihood is that of an amplitude at the phase of a cut, up to a constant.
func (e *sinusoidEstimator) logLikelihood(c cut, a float64) float64 {
	d0, d1 := a*c.r0-e.likelihood.q[0], a*c.r1-e.likelihood.q[1]
	return -(d0*d0 + d1*d1) / 2
}

// amplitudeGrid is the Gauss–Legendre rule on [−1, 1].
var amplitudeGrid = newGrid(12, -1, 1)

// phases returns the nodes of φ on 0..π, in order.
func (e *sinusoidEstimator) phases() []float64 {
	const uniform = 128
	var nodes []float64
	for i := range uniform + 1 {
		nodes = append(nodes, math.Pi*float64(i)/uniform)
	}
	for _, focus := range e.focuses() {
		nodes = append(nodes, focus)
		for step := math.Pi; step > 1e-10; step *= .89 {
			for _, phi := range []float64{focus - step, focus + step} {
				if phi > 0 && phi < math.Pi {
					nodes = append(nodes, phi)
				}
			}
		}
	}
	slices.Sort(nodes)
	return nodes
}

// focuses returns the phases about which the posterior may be narrow: that of the w of
// least squares, or the end of 0..π next to it, and the one perpendicular to
// the direction that the examples determine best.
func (e *sinusoidEstimator) focuses() []float64 {
	r, q := e.likelihood.r, e.likelihood.q
	steep := math.Atan2(2*r[0]*r[1], r[0]*r[0]-r[1]*r[1]-r[3]*r[3]) / 2
	all := []float64{math.Mod(steep+3*math.Pi/2, math.Pi)}
	if r[0] == 0 || r[3] == 0 {
		return all
	}
	w1 := q[1] / r[3]
	phi := math.Atan2(w1, (q[0]-r[1]*w1)/r[0])
	if phi < -math.Pi/2 {
		phi = math.Pi
	}
	return append(all, max(phi, 0))
}
