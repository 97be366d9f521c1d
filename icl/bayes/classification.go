package bayes

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/internal/predict"
)

// Classification approximates the Bayes predictor of linear classification through the
// origin, y = 1 where w·x > 0 with w ~ N(0, I), which has no closed form in three
// dimensions and more: the posterior, N(0, I) cut off by a half-space for each
// example, is replaced by the normal distribution that expectation propagation finds
// (Minka, "A Family of Algorithms for Approximate Bayesian Inference", 2001, §5.2).
// The probability of class 1 is then Φ(mean/standard deviation) of w·x. It sweeps
// over the examples until no site moves the posterior by more than 1e-6 standard
// deviations, or 100 times.
//
// In 20 dimensions its probabilities are within .01 of Bayes, as Gibbs sampling gives
// it; in 2 they are .03 off (root mean square). Where no w agrees with all labels it
// leaves out examples, and the probabilities have no meaning.
type Classification struct{}

const (
	pointChange = 1e-6
	pointSweeps = 100
	// Labels contradict each other where less than this variance is left along an
	// input of length 1, or an example is so many standard deviations on the wrong
	// side of 0 by all others: far more than labels that agree can bring about.
	pointVariance = 1e-10
	pointLeast    = -8
)

// Name is "Bayes point".
func (Classification) Name() string { return "Bayes point" }

// Predict returns class probabilities [T, len(at), 2].
func (Classification) Predict(ctx context.Context, b *datasets.Batch, at []int) ([]float32, error) {
	if err := b.WantClasses(); err != nil {
		return nil, err
	}
	if b.C != 2 {
		return nil, fmt.Errorf("bayes: the Bayes point of tasks of %d classes; want 2", b.C)
	}
	return predict.EachQuery(ctx, b, at, func(s predict.Support, probs []float64) {
		p := newPointPosterior(s)
		p.propagate()
		probs[1] = p.probability(predict.Widen(s.Query))
		probs[0] = 1 - probs[1]
	})
}

// pointPosterior is N(Vb, V) with V⁻¹ = I + Σ_i τ_i u_i u_iᵀ and b = Σ_i ν_i u_i,
// where u_i is x_i, or −x_i at label 0, scaled to length 1: what counts is u_i·w > 0.
type pointPosterior struct {
	u   [][]float64
	tau []float64 // precision of each example's site
	nu  []float64 // and precision times mean
	v   *mat.SymDense
	b   []float64
}

func newPointPosterior(s predict.Support) *pointPosterior {
	p := &pointPosterior{v: mat.NewSymDense(s.D, nil), b: make([]float64, s.D)}
	for i := range s.D {
		p.v.SetSym(i, i, 1)
	}
	for i, y := range s.Y {
		x := predict.Widen(s.Point(i))
		if length := floats.Norm(x, 2); length > 0 { // an input of 0 has no direction
			p.u = append(p.u, scaled(x, float64(2*y-1)/length))
		}
	}
	p.tau, p.nu = make([]float64, len(p.u)), make([]float64, len(p.u))
	return p
}

// project returns mean and variance of u·w, and Vu.
func (p *pointPosterior) project(u []float64) (mean, variance float64, vu *mat.VecDense) {
	vu = new(mat.VecDense)
	vu.MulVec(p.v, mat.NewVecDense(len(u), u))
	along := vu.RawVector().Data
	return floats.Dot(along, p.b), floats.Dot(along, u), vu
}

func (p *pointPosterior) propagate() {
	for range pointSweeps {
		change := 0.0
		for i := range p.u {
			change = max(change, p.refine(i))
		}
		if change < pointChange {
			return
		}
	}
}

// refine replaces site i by the one with which the posterior has the mean and variance
// along u_i that the half-space gives the rest of it, and returns the change of the
// posterior's mean and standard deviation there, in standard deviations.
func (p *pointPosterior) refine(i int) (change float64) {
	mean, variance, vu := p.project(p.u[i])
	precision := 1/variance - p.tau[i] // of the rest
	shift := mean/variance - p.nu[i]
	if !(variance > pointVariance && precision > 0 && shift > pointLeast*math.Sqrt(precision)) {
		return 0 // the labels contradict each other
	}
	cutMean, cutVariance := cutOff(shift/precision, 1/precision)
	tau := max(1/cutVariance-precision, 0)
	nu := cutMean/cutVariance - shift
	p.v.SymRankOne(p.v, -(tau-p.tau[i])/(1+(tau-p.tau[i])*variance), vu)
	floats.AddScaled(p.b, nu-p.nu[i], p.u[i])
	p.tau[i], p.nu[i] = tau, nu
	return math.Abs(cutMean-mean)/math.Sqrt(variance) + math.Abs(math.Sqrt(cutVariance/variance)-1)
}

// cutOff returns mean and variance of N(mean, variance) cut off below 0.
func cutOff(mean, variance float64) (cutMean, cutVariance float64) {
	sd := math.Sqrt(variance)
	z := mean / sd
	hazard := math.Exp(logDensity(z)) / normalCDF(z)
	return sd * (z + hazard), variance * (1 - hazard*(hazard+z))
}

// probability is that of u·w > 0.
func (p *pointPosterior) probability(x []float64) float64 {
	length := floats.Norm(x, 2)
	if length == 0 {
		return 0
	}
	mean, variance, _ := p.project(scaled(x, 1/length))
	return normalCDF(mean / math.Sqrt(max(variance, pointVariance)))
}
