package bayes

import (
	"math"

	"gonum.org/v1/gonum/floats"

	"github.com/goicl/goicl/icl/internal/predict"
)

// mixture is a mixture of distributions by their means and variances.
type mixture struct {
	means, variances, weights []float64
}

func newMixture(n int) mixture {
	return mixture{make([]float64, n), make([]float64, n), make([]float64, n)}
}

// moments returns mean and variance of the mixture whose weights have these
// logarithms, up to a constant.
func (m mixture) moments(logWeights []float64) (mean, variance float64) {
	top := floats.Max(logWeights)
	for i, w := range logWeights {
		m.weights[i] = math.Exp(w - top)
	}
	predict.Normalise(m.weights)
	mean = floats.Dot(m.weights, m.means)
	for i, w := range m.weights {
		gap := m.means[i] - mean
		variance += w * (m.variances[i] + gap*gap)
	}
	return mean, variance
}
