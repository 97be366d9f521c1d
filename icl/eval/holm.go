package eval

import (
	"cmp"
	"math"
	"slices"
)

// PAbove is the one-sided p-value of the hypothesis that the true mean is not above
// the threshold, by Student's distribution.
func (e Estimate) PAbove(threshold float64) float64 {
	if e.SE == 0 {
		if e.Mean > threshold {
			return 0
		}
		return 1
	}
	return student(e.DF).Survival((e.Mean - threshold) / e.SE)
}

// PBelow is that of the hypothesis that the true mean is not below the threshold.
func (e Estimate) PBelow(threshold float64) float64 {
	return Estimate{Mean: -e.Mean, SE: e.SE, DF: e.DF}.PAbove(-threshold)
}

// Holm adjusts the p-values of several hypotheses (Holm 1979): rejecting those
// whose adjusted value is at most α keeps the probability of any false rejection
// at α, however the tests depend on each other.
func Holm(p []float64) []float64 {
	order := make([]int, len(p))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(p[a], p[b]) })
	adjusted, most := make([]float64, len(p)), 0.
	for rank, i := range order {
		most = math.Min(1, math.Max(most, p[i]*float64(len(p)-rank)))
		adjusted[i] = most
	}
	return adjusted
}
