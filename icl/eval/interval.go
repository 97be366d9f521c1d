package eval

import (
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"
)

// Estimate is a mean with a 95 % confidence interval.
type Estimate struct {
	Mean float64 `json:"mean"`
	Lo   float64 `json:"lo"`
	Hi   float64 `json:"hi"`
	SE   float64 `json:"se"` // standard error of the mean
}

// z975 is the 97.5 % quantile of the normal distribution.
const z975 = 1.959963984540054

// Interval estimates the mean of values in groups (one group a seed, one value a
// test task of that seed). Its interval is the normal one with the variance that
// [Bootstrap] would find: seeds vary, and tasks vary within a seed,
//
//	Var = Σ_s (m_s − m)²/S² + Σ_s v_s/(S² T_s),
//
// m_s and v_s mean and variance within seed s. It costs next to nothing, so
// curves use it. With one group only the tasks vary.
func Interval(groups [][]float64) Estimate {
	means, errors := groupMeans(groups), make([]float64, len(groups))
	for s, g := range groups {
		errors[s] = stat.PopVariance(g, nil) / float64(len(g))
	}
	return interval(means, errors)
}

// interval is [Interval] from each seed's mean and the squared standard error of
// that mean.
func interval(means, squaredErrors []float64) Estimate {
	mean, variance := stat.PopMeanVariance(means, nil)
	s := float64(len(means))
	se := math.Sqrt(variance/s + floats.Sum(squaredErrors)/(s*s))
	return Estimate{mean, mean - z975*se, mean + z975*se, se}
}

// Bootstrap estimates the mean of values in groups by the hierarchical bootstrap
// (Davison and Hinkley 1997, §3.8): draw seeds with replacement, then tasks within
// each drawn seed; the interval spans the middle 95 % of the resampled means.
func Bootstrap(rng *rand.Rand, groups [][]float64, rounds int) Estimate {
	sizes := make([]int, len(groups))
	for s, g := range groups {
		sizes[s] = len(g)
	}
	return BootstrapOf(rng, sizes, rounds, func(s int, tasks []int) []float64 {
		sum := 0.
		for _, t := range tasks {
			sum += groups[s][t]
		}
		return []float64{sum / float64(len(tasks))}
	})[0]
}

// BootstrapOf is [Bootstrap] for measures of a seed that are no means over its tasks:
// a ratio, or the step at which a curve falls below a level. Measure returns them, as
// many at each call, for seed s with some of its tasks, 0..sizes[s]−1, of which some
// are drawn several times. The estimates are those of each measure's mean over seeds.
func BootstrapOf(rng *rand.Rand, sizes []int, rounds int, measure func(s int, tasks []int) []float64) []Estimate {
	var draws [][]float64 // by measure and round
	for r := range rounds {
		for range sizes {
			s := rng.IntN(len(sizes))
			tasks := make([]int, sizes[s])
			for i := range tasks {
				tasks[i] = rng.IntN(len(tasks))
			}
			for m, v := range measure(s, tasks) {
				if m == len(draws) {
					draws = append(draws, make([]float64, rounds))
				}
				draws[m][r] += v / float64(len(sizes))
			}
		}
	}
	estimates := make([]Estimate, len(draws))
	for m, mean := range meanMeasures(sizes, measure) {
		slices.Sort(draws[m])
		estimates[m] = Estimate{
			Mean: mean,
			Lo:   stat.Quantile(.025, stat.Empirical, draws[m], nil),
			Hi:   stat.Quantile(.975, stat.Empirical, draws[m], nil),
			SE:   stat.StdDev(draws[m], nil),
		}
	}
	return estimates
}

// meanMeasures are the means over seeds of what is measured with each task once.
func meanMeasures(sizes []int, measure func(s int, tasks []int) []float64) []float64 {
	var means []float64
	for s, size := range sizes {
		for m, v := range measure(s, AllLengths(size)) {
			if s == 0 {
				means = append(means, 0)
			}
			means[m] += v / float64(len(sizes))
		}
	}
	return means
}

func groupMeans(groups [][]float64) []float64 {
	means := make([]float64, len(groups))
	for s, g := range groups {
		means[s] = stat.Mean(g, nil)
	}
	return means
}

// Differences pairs two predictors by seed and task: a − b.
func Differences(a, b [][]float64) [][]float64 { return Combine(a, 1, b, -1) }

// Combine is u·a + v·b by seed and task.
func Combine(a [][]float64, u float64, b [][]float64, v float64) [][]float64 {
	out := make([][]float64, len(a))
	for s := range a {
		out[s] = make([]float64, len(a[s]))
		floats.AddScaled(out[s], u, a[s])
		floats.AddScaled(out[s], v, b[s])
	}
	return out
}
