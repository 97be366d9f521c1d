package bayes

import (
	"cmp"
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat/combin"

	"github.com/goicl/goicl/datasets"
)

// maxSupports is the largest number of supports that Sparse averages over.
const maxSupports = 20_000

// Sparse is the Bayes predictor of sparse linear regression: z = w·x + Noise · ε,
// where K coordinates of w, any K with the same chance, are N(0, 1) and the others
// are 0. It averages the predictions of [Linear] on every support S of K
// coordinates, weighted by how probable S makes the examples:
//
//	P(S | D) ∝ Π_i N(z_i; mean and variance that S predicts after i − 1 examples)
//
// That is exact, and takes time in proportion to the number of supports, D over K,
// which is limited to 20,000: K up to 5 in 20 dimensions.
type Sparse struct {
	K     int     `json:"k,omitempty"`     // coordinates of w that are not 0; 0 means 3
	Noise float64 `json:"noise,omitempty"` // standard deviation of a target about w·x
}

// Name is "Bayes".
func (Sparse) Name() string { return "Bayes" }

// Regress returns mean and variance [T, len(at)] of each target.
func (m Sparse) Regress(ctx context.Context, b *datasets.Batch, at []int) (mean, variance []float32, err error) {
	return regress(ctx, b, at, func(d int) (func() estimator, error) {
		supports, err := m.supports(d)
		return func() estimator { return newSparseEstimator(supports, d, m.Noise) }, cmp.Or(checkNoise(m.Noise), err)
	})
}

// supports lists the sets of K of d coordinates.
func (m Sparse) supports(d int) ([][]int, error) {
	k := cmp.Or(m.K, 3)
	if k < 1 || k > d {
		return nil, fmt.Errorf("bayes: %d non-zero weights for tasks of %d dimensions; want 1..%d", k, d, d)
	}
	if count := combin.GeneralizedBinomial(float64(d), float64(k)); !(count <= maxSupports) {
		return nil, fmt.Errorf("bayes: %d non-zero weights of %d have %.3g supports, the limit is %d; take a smaller K or fewer dimensions", k, d, count, maxSupports)
	}
	return combin.Combinations(d, k), nil
}

type sparseEstimator struct {
	supports   [][]int
	posteriors []posterior
	logWeights []float64 // log P(S | D) up to a constant
	noise      float64
	share      float64   // K / D
	u          []float64 // x on a support [K]
	mixture    mixture
}

func newSparseEstimator(supports [][]int, d int, noise float64) *sparseEstimator {
	k := len(supports[0])
	return &sparseEstimator{
		supports: supports, posteriors: newPosteriors(len(supports), k), logWeights: make([]float64, len(supports)),
		noise: noise, share: float64(k) / float64(d), u: make([]float64, k), mixture: newMixture(len(supports)),
	}
}

// noiseOf returns the noise of the target of x.
func (e *sparseEstimator) noiseOf(x []float64) float64 {
	return math.Hypot(e.noise, rounding*math.Sqrt(e.share)*floats.Norm(x, 2))
}

// on returns x on support s.
func (e *sparseEstimator) on(s int, x []float64) []float64 {
	for i, j := range e.supports[s] {
		e.u[i] = x[j]
	}
	return e.u
}

func (e *sparseEstimator) predict(x []float64) (mean, variance float64) {
	noise := e.noiseOf(x)
	for s := range e.supports {
		mean, variance := e.posteriors[s].predict(e.on(s, x))
		e.mixture.means[s], e.mixture.variances[s] = mean, variance+noise*noise
	}
	return e.mixture.moments(e.logWeights)
}

func (e *sparseEstimator) learn(x []float64, z float64) {
	noise := e.noiseOf(x)
	for s := range e.supports {
		e.logWeights[s] += e.posteriors[s].learn(e.on(s, x), z, noise)
	}
}
