package eval

import (
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/floats"
)

// Inflation is the sample inflation of a learner: how many times as many examples
// it needs as another predictor, normally the Bayes-optimal one, for the same
// accuracy. At n examples it is n/m, where m is the number of examples at which the
// other reaches the learner's accuracy at n: its curve is made monotone by isotonic
// regression and read linearly between two numbers of examples. m is limited to 1 and
// the other's last n, so where the learner is better than that, the ratio is a bound. At n = 0 it is not defined and left out.
//
// Intervals come from the hierarchical bootstrap over seeds, then blocks of tasks,
// which pairs both curves, and are those of [Bootstrap] on the logarithm of the ratio.
func Inflation(rng *rand.Rand, learner, best []*Summary, rounds int) Curve {
	if !have(Accuracy, learner, best) {
		return Curve{Metric: SampleInflation}
	}
	rounds = min(rounds, maxRounds)
	at := learner[0].At
	c := Curve{Learner: learner[0].Learner, Family: learner[0].Family, Metric: SampleInflation}
	whole := ratios(at, meanCurve(learner), meanCurve(best))
	draws := make([][]float64, len(at))
	for range rounds {
		for i, r := range ratios(at, resampled(rng, learner, best)...) {
			draws[i] = append(draws[i], math.Log(r))
		}
	}
	for i, n := range at {
		if n == 0 {
			continue
		}
		log := fromDraws(math.Log(whole[i]), draws[i], len(learner))
		c.N = append(c.N, n)
		factor := math.Exp(log.Hi - log.Mean)
		c.Add(Estimate{Mean: whole[i], Lo: whole[i] / factor, Hi: whole[i] * factor})
	}
	return c
}

// meanCurve is the accuracy by number of examples over all seeds.
func meanCurve(seeds []*Summary) []float64 {
	mean := make([]float64, len(seeds[0].At))
	for _, s := range seeds {
		floats.AddScaled(mean, 1/float64(len(seeds)), s.Of(Accuracy).Mean)
	}
	return mean
}

// resampled draws seeds, then blocks of tasks, and returns the accuracies of both
// predictors on them.
func resampled(rng *rand.Rand, learner, best []*Summary) [][]float64 {
	pair := [][]float64{make([]float64, len(learner[0].At)), make([]float64, len(learner[0].At))}
	for range learner {
		s := rng.IntN(len(learner))
		mine, other := learner[s].Of(Accuracy).Blocks, best[s].Of(Accuracy).Blocks
		weight := 1 / float64(len(mine)*len(learner))
		for range mine {
			k := rng.IntN(len(mine))
			floats.AddScaled(pair[0], weight, mine[k])
			floats.AddScaled(pair[1], weight, other[k])
		}
	}
	return pair
}

// ratios is the inflation at each number of examples, from the learner's curve and
// the other's.
func ratios(at []int, curves ...[]float64) []float64 {
	best := isotonic(curves[1])
	out := make([]float64, len(at))
	for i, n := range at {
		out[i] = float64(n) / max(1, reach(at, best, curves[0][i]))
	}
	return out
}

// reach is the number of examples at which a monotone curve reaches that level.
func reach(at []int, curve []float64, level float64) float64 {
	i := search(curve, level)
	switch {
	case i == 0:
		return float64(at[0])
	case i == len(curve):
		return float64(at[len(at)-1])
	}
	part := (level - curve[i-1]) / (curve[i] - curve[i-1])
	return float64(at[i-1]) + part*float64(at[i]-at[i-1])
}

// search is the first index whose value is at least level.
func search(curve []float64, level float64) int {
	i, _ := slices.BinarySearch(curve, level)
	return i
}

// isotonic is the non-decreasing curve nearest to y in least squares, by pooling
// adjacent violators (Barlow et al. 1972).
func isotonic(y []float64) []float64 {
	type pool struct{ sum, count float64 }
	var pools []pool
	for _, v := range y {
		pools = append(pools, pool{v, 1})
		for k := len(pools) - 1; k > 0 && pools[k-1].sum*pools[k].count > pools[k].sum*pools[k-1].count; k-- {
			pools[k-1].sum += pools[k].sum
			pools[k-1].count += pools[k].count
			pools = pools[:k]
		}
	}
	out := make([]float64, 0, len(y))
	for _, p := range pools {
		for range int(math.Round(p.count)) {
			out = append(out, p.sum/p.count)
		}
	}
	return out
}
