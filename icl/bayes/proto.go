package bayes

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/internal/smc"
)

// Proto is the Bayes predictor of the family "proto": w_0, w_1 ~ N(0, I), each x
// from N(w_0, σ²I) or N(w_1, σ²I) with equal chances, and y = argmin_c ‖x − w_c‖.
// The posterior
//
//	p(w_0, w_1 | D, x) ∝ N(w_0; 0, I) N(w_1; 0, I) Π_i [½N(x_i; w_0, σ²I) + ½N(x_i; w_1, σ²I)]
//
// over all inputs, the query's included, is restricted to the prototypes that
// give the examples their labels. It has no closed form. Weighted particles
// follow it by sequential Monte Carlo (Chopin 2002): each input and each label
// reweights them; when their effective sample size (Σw)²/Σw² has fallen below
// half their number they are resampled, and each is moved by Metropolis steps.
// An observation that would leave fewer than a tenth of them effective is tempered
// (Del Moral, Doucet and Jasra 2006). P(y = 0 | x, D) is the share of the particles, and
// the evidence the product of the mean weights. At the defaults, doubling the particles
// changes the mean accuracy over n = 2..49 at σ = 1 by less than .001.
//
// The paper's tasks have their components balanced over the N points; as in its §7 the
// predictor assumes that they are independent.
//
// The random numbers for a prediction depend on Seed, context and query only: the same
// context and query give the same prediction in any batch.
type Proto struct {
	Sigma     float64 `json:"sigma,omitempty"`     // standard deviation of x about its prototype; 0 means 1
	Particles int     `json:"particles,omitempty"` // 0 means 500
	Moves     int     `json:"moves,omitempty"`     // Metropolis steps after each resampling; 0 means 6
	Seed      uint64  `json:"seed,omitempty"`
	// Still ignores the evidence of the query's input on the particles' positions where all
	// tasks have the same context: a decision map then takes a fraction of the time and is
	// smooth, but inexact where the family has no points.
	Still bool `json:"still,omitempty"`
}

// Name is "Bayes".
func (Proto) Name() string { return "Bayes" }

// Family is "proto".
func (Proto) Family() string { return "proto" }

// Predict returns class probabilities [T, len(at), 2].
func (m Proto) Predict(ctx context.Context, b *datasets.Batch, at []int) ([]float32, error) {
	return predictFamily(ctx, b, at, m)
}

func (m Proto) validate() error {
	if m.Particles < 0 || m.Particles == 1 || m.Particles > 1e7 {
		return fmt.Errorf("bayes: the proto family with %d particles; want 2..10000000, or 0 for 500", m.Particles)
	}
	if m.Moves < 0 {
		return fmt.Errorf("bayes: the proto family with %d moves; want at least 1, or 0 for 6", m.Moves)
	}
	return checkSigma(m.Family(), m.Sigma)
}

func (m Proto) filled() Proto {
	m.Sigma, m.Particles, m.Moves = cmp.Or(m.Sigma, 1), cmp.Or(m.Particles, 500), cmp.Or(m.Moves, 6)
	return m
}

func (m Proto) newFilter() filter { return m.filter() }

func (m Proto) filter() *protoFilter {
	m = m.filled()
	f := &protoFilter{settings: m, precision: 1 / (2 * m.Sigma * m.Sigma), feasible: circle}
	f.cloud = smc.New[prototypes](f.rng(), m.Particles)
	return f
}

type protoFilter struct {
	settings  Proto
	precision float64 // 1/(2σ²)
	cloud     *smc.Cloud[prototypes]
	dead      bool   // the labels are impossible
	still     bool   // the particles no longer move
	hash      uint64 // of everything seen so far

	x        [][2]float64 // points seen
	y        []int32      // their labels, unlabelled where not seen
	feasible arc          // directions of w_0 − w_1 that agree with the labels for some threshold
}

const unlabelled = -1

// fork returns an independent copy.
func (f *protoFilter) fork() filter {
	g, cloud := *f, *f.cloud
	cloud.Particles, cloud.Weights = slices.Clone(cloud.Particles), slices.Clone(cloud.Weights)
	g.cloud, g.x, g.y = &cloud, slices.Clone(f.x), slices.Clone(f.y)
	g.still = f.settings.Still
	return &g
}

func (f *protoFilter) see(x [2]float64) belief {
	f.remember(math.Float64bits(x[0]))
	f.remember(math.Float64bits(x[1]))
	if !f.dead {
		f.admit(1, func(w prototypes) float64 { return -f.logMixture(w, x) })
	}
	f.x, f.y = append(f.x, x), append(f.y, unlabelled)
	if f.dead {
		return impossible()
	}
	share := 0.0
	for i, w := range f.cloud.Particles {
		if w.boundary().class(x) == 0 {
			share += f.cloud.Weights[i]
		}
	}
	// The share of N draws is uncertain by half a draw.
	n := float64(len(f.cloud.Particles))
	return belief{(n*share + 0.5) / (n + 1), f.cloud.Evidence}
}

func (f *protoFilter) label(y int32) {
	f.remember(uint64(y))
	last := len(f.x) - 1
	f.narrow(y)
	if !f.dead {
		x := f.x[last]
		f.admit(math.Inf(1), func(w prototypes) float64 { return f.violation(w, x, y) })
	}
	f.y[last] = y
	if !f.dead && smc.EffectiveSize(f.cloud.Weights) < float64(len(f.cloud.Weights))/2 {
		f.refresh(func(prototypes) float64 { return 0 })
	}
}

// remember adds bits to the hash (FNV-1a, a word at a time).
func (f *protoFilter) remember(bits uint64) { f.hash = (f.hash ^ bits) * 1099511628211 }

// rng starts the random numbers for what was shown so far.
func (f *protoFilter) rng() *rand.Rand { return rand.New(rand.NewPCG(f.settings.Seed, f.hash)) }

// narrow keeps the directions that separate the last point from every point of
// the other class. Two prototypes can give the labels if and only if a line can,
// that is if any direction is left.
func (f *protoFilter) narrow(y int32) {
	last := len(f.x) - 1
	for i, x := range f.x[:last] {
		if f.dead || f.y[i] == y {
			continue
		}
		across := [2]float64{x[0] - f.x[last][0], x[1] - f.x[last][1]} // from class 1 to class 0
		if y == 0 {
			across = [2]float64{-across[0], -across[1]}
		}
		if across != [2]float64{} {
			f.feasible = f.feasible.half(across)
		}
		f.dead = across == [2]float64{} || f.feasible.width() <= 0
	}
}

// admit multiplies the posterior by exp(−end · energy): at once where that
// leaves a tenth of the particles effective, else in steps that halve them, with
// a refresh before each.
func (f *protoFilter) admit(end float64, energy func(prototypes) float64) {
	const maxSteps = 100 // the last halving has then a chance of 2^-100 at most
	c, done := f.cloud, 0.0
	for k := 0; done < end; k++ {
		weights, logSum := c.Tempered(c.Energies(energy), end-done)
		if smc.EffectiveSize(weights) >= float64(len(weights))/10 || k == maxSteps || f.still {
			c.Accept(weights, logSum)
			f.dead = math.IsInf(logSum, -1)
			return
		}
		f.refresh(func(w prototypes) float64 { return -done * energy(w) })
		energies := c.Energies(energy)
		step := c.Step(energies, end-done)
		c.Accept(c.Tempered(energies, step))
		done += step
	}
}

// refresh resamples the particles and moves them, the target being the posterior
// times exp(extra).
func (f *protoFilter) refresh(extra func(prototypes) float64) {
	f.remember(0) // new random numbers
	rng := f.rng()
	f.cloud.Resample(rng)
	f.cloud.Move(rng, f.settings.Moves, func(w prototypes) float64 { return f.logPosterior(w) + extra(w) })
}

// logPosterior is the log-density of the posterior up to a constant; −Inf where
// a label disagrees.
func (f *protoFilter) logPosterior(w prototypes) float64 {
	edge := w.boundary()
	for i, x := range f.x {
		if f.y[i] != unlabelled && edge.class(x) != f.y[i] {
			return math.Inf(-1)
		}
	}
	sum := -(w[0]*w[0] + w[1]*w[1] + w[2]*w[2] + w[3]*w[3]) / 2
	// The logarithms of up to 512 factors between 1 and 2 are taken at once.
	product := 1.0
	for i, x := range f.x {
		far := edge.advantage(x) * f.precision // of w_1 beyond w_0
		sum -= squared(x, w[0], w[1])*f.precision + min(far, 0)
		product *= 1 + math.Exp(-math.Abs(far))
		if i%512 == 511 {
			sum, product = sum+math.Log(product), 1
		}
	}
	return sum + math.Log(product)
}

// logMixture is log(½N(x; w_0, σ²I) + ½N(x; w_1, σ²I)).
func (f *protoFilter) logMixture(w prototypes, x [2]float64) float64 {
	a := squared(x, w[0], w[1]) * f.precision
	b := squared(x, w[2], w[3]) * f.precision
	return logSum(-a, -b) + math.Log(f.precision/(2*math.Pi))
}

// violation is how much nearer x is to the prototype of the class it does not
// have, in units of 2σ²; 0 where the label agrees.
func (f *protoFilter) violation(w prototypes, x [2]float64, y int32) float64 {
	edge := w.boundary()
	if edge.class(x) == y {
		return 0
	}
	// Never 0, or a violation too small for a float64 would count as agreement.
	return max(math.Abs(edge.advantage(x))*f.precision, math.SmallestNonzeroFloat64)
}

func squared(x [2]float64, u, v float64) float64 {
	return (x[0]-u)*(x[0]-u) + (x[1]-v)*(x[1]-v)
}

// prototypes is one particle: both coordinates of w_0, then of w_1.
type prototypes [4]float64

// boundary is the linear function ‖x − w_1‖² − ‖x − w_0‖² of x.
type boundary struct{ offset, u, v float64 }

func (w prototypes) boundary() boundary {
	return boundary{
		offset: w[2]*w[2] + w[3]*w[3] - w[0]*w[0] - w[1]*w[1],
		u:      2 * (w[0] - w[2]),
		v:      2 * (w[1] - w[3]),
	}
}

// advantage is ‖x − w_1‖² − ‖x − w_0‖².
func (b boundary) advantage(x [2]float64) float64 { return b.offset + b.u*x[0] + b.v*x[1] }

// class is the class of the nearer prototype, the first where both are as near.
func (b boundary) class(x [2]float64) int32 {
	if b.advantage(x) >= 0 {
		return 0
	}
	return 1
}
