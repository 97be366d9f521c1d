package eval

import "math"

// PAbove is the one-sided p-value of the hypothesis that the true mean is not above
// the threshold, by Student's distribution.
func (e Estimate) PAbove(threshold float64) float64 {
	if !(e.DF >= 0) {
		return math.NaN()
	}
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

// Spread is the standard deviation over that many seeds whose mean has this error.
func (e Estimate) Spread(seeds int) float64 { return e.SE * math.Sqrt(float64(seeds)) }
