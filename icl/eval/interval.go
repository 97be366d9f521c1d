package eval

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// Estimate is a mean with a 95 % confidence interval.
type Estimate struct {
	Mean float64 `json:"mean"`
	Lo   float64 `json:"lo"`
	Hi   float64 `json:"hi"`
	SE   float64 `json:"se"`           // standard error of the mean
	DF   float64 `json:"df,omitempty"` // degrees of freedom of SE, one less than there are seeds; 0: many
	// Seeds are the means of the seeds, where there are several.
	Seeds []float64 `json:"seeds,omitempty"`
}

// Bounds are the ends of the interval that leaves out the true mean with probability level
// on either side: Lo and Hi for .025.
func (e Estimate) Bounds(level float64) (lo, hi float64) {
	if !(level > 0 && level < 1) || !(e.DF >= 0) {
		return math.NaN(), math.NaN()
	}
	half := student(e.DF).Quantile(1-level) * e.SE
	return e.Mean - half, e.Mean + half
}

// String is the mean ± half the width of its interval.
func (e Estimate) String() string { return fmt.Sprintf("%.3f ±%.3f", e.Mean, (e.Hi-e.Lo)/2) }

// estimate is a mean with Student's interval (Student 1908),
//
//	mean ± t_{DF, .975} · SE.
func estimate(mean, se, df float64) Estimate {
	e := Estimate{Mean: mean, SE: se, DF: df}
	e.Lo, e.Hi = e.Bounds(.025)
	return e
}

// Interval estimates the mean of values in groups, one group a seed, one value a test task
// of that seed. With S ≥ 2 groups it is the mean over their means m_s, with
//
//	SE = sd(m_s)/√S,  DF = S − 1.
//
// A seed's mean is one draw of all that is random (initial weights, training tasks,
// test tasks), so variation between tasks within a seed is in sd(m_s) already. With one group only
// the tasks vary, and SE is their standard deviation over √T.
//
// Without groups, or with an empty one, there is no number: all is NaN.
func Interval(groups [][]float64) Estimate {
	if anyEmpty(groups) {
		return noEstimate()
	}
	return interval(groupMeans(groups), func() float64 {
		return stat.PopVariance(groups[0], nil) / float64(len(groups[0]))
	})
}

// noEstimate is that from no values.
func noEstimate() Estimate {
	nan := math.NaN()
	return Estimate{Mean: nan, Lo: nan, Hi: nan, SE: nan}
}

// anyEmpty reports that there are no groups, or that one has no values.
func anyEmpty(groups [][]float64) bool {
	return len(groups) == 0 || slices.ContainsFunc(groups, func(g []float64) bool { return len(g) == 0 })
}

// maxRounds is where the numbers of resampling rounds end.
const maxRounds = 1_000_000

// interval is [Interval] from each seed's mean. Where there is one seed, only it is asked
// for the squared standard error of its mean.
func interval(means []float64, squaredError func() float64) Estimate {
	if len(means) == 1 {
		return estimate(means[0], math.Sqrt(squaredError()), 0)
	}
	n := float64(len(means))
	mean, sd := stat.MeanStdDev(means, nil)
	e := estimate(mean, sd/math.Sqrt(n), n-1)
	e.Seeds = slices.Clone(means)
	return e
}

// distribution is what intervals and p-values ask of a distribution.
type distribution interface {
	distuv.Quantiler
	Survival(x float64) float64
}

// student is Student's distribution, or, with 0 degrees of freedom, the normal one.
func student(df float64) distribution {
	if df == 0 {
		return distuv.UnitNormal
	}
	return distuv.StudentsT{Mu: 0, Sigma: 1, Nu: df}
}

// Bootstrap estimates the mean of values in groups by the hierarchical bootstrap
// (Davison and Hinkley 1997, §3.8): draw seeds with replacement, then tasks within each
// drawn seed. The interval is Student's around the mean, with
//
//	SE = √(S/(S−1)) · sd(resampled means),  DF = S − 1,
//
// since S drawn seeds vary by a factor of (S−1)/S less than fresh ones, and a deviation
// from five seeds is itself uncertain (Hesterberg 2015). Where seeds vary, that is
// [Interval]; where tasks vary more than seeds, it is up to half as wide again, for then
// variation between tasks counts twice.
func Bootstrap(rng *rand.Rand, groups [][]float64, rounds int) Estimate {
	if anyEmpty(groups) || rounds < 1 {
		return noEstimate()
	}
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
// are drawn several times. The estimates are those of each measure's mean over seeds; there are
// none where a seed has no tasks, or without rounds. A million rounds is the most.
func BootstrapOf(rng *rand.Rand, sizes []int, rounds int, measure func(s int, tasks []int) []float64) []Estimate {
	if measure == nil || len(sizes) == 0 || slices.Min(sizes) < 1 || rounds < 1 {
		return nil
	}
	rounds = min(rounds, maxRounds)
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
		estimates[m] = fromDraws(mean, draws[m], len(sizes))
	}
	return estimates
}

// fromDraws is the estimate from what was resampled of so many seeds; see [Bootstrap].
func fromDraws(mean float64, draws []float64, seeds int) Estimate {
	se, df := stat.StdDev(draws, nil), float64(seeds-1)
	if seeds > 1 {
		se *= math.Sqrt(float64(seeds) / df)
	}
	return estimate(mean, se, df)
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

// OfSeeds estimates the mean of one value a seed; see [Interval].
func OfSeeds(values []float64) Estimate {
	if len(values) == 0 {
		return noEstimate()
	}
	return interval(values, func() float64 { return 0 })
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
