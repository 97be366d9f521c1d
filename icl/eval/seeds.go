package eval

import (
	"math"
	"sort"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// OverSeeds estimates the mean of values in groups, one group a seed, of at least two:
// the mean over the means m_s of S seeds, with Student's interval (Student 1908)
//
//	m ± t_{S−1, .975} · sd(m_s)/√S.
//
// It holds at its level with few seeds, where [Bootstrap] and [Interval] are too narrow:
// they know nothing of S−1 degrees of freedom. A seed's mean is one draw of all that
// chance decides (starting weights, training tasks, test tasks), so what tasks vary within
// a seed is in sd(m_s) already.
func OverSeeds(groups [][]float64) Estimate {
	means := groupMeans(groups)
	n := float64(len(means))
	mean, sd := stat.MeanStdDev(means, nil)
	se := sd / math.Sqrt(n)
	half := student(n-1, .975) * se
	return Estimate{mean, mean - half, mean + half, se}
}

// ManySeeds is where [SeedsToSettle] stops counting.
const ManySeeds = 1000

// SeedsToSettle is the number of seeds with which four of five experiments would settle
// a comparison, if the true difference and the standard deviation sd over seeds are these.
// Settled is one whose 95 % interval leaves out 0, or lies within ±margin. It is the
// smallest n with
//
//	(t_{n−1, .975} + t_{n−1, .8}) · sd/√n ≤ |difference|          or
//	(t_{n−1, .975} + t_{n−1, .9}) · sd/√n ≤ margin − |difference|,
//
// the usual sizes for a t-test of power .8 (Cohen 1988, §2.4) and for a test of
// equivalence, which can fail on two sides (Julious 2004, §5), and at most [ManySeeds].
func SeedsToSettle(difference, sd, margin float64) int {
	apart := seedsFor(math.Abs(difference), sd, .8)
	return min(apart, seedsFor(margin-math.Abs(difference), sd, .9))
}

// seedsFor is the number of seeds that resolve a distance with that power.
func seedsFor(distance, sd, power float64) int {
	if distance <= 0 {
		return ManySeeds
	}
	return 2 + sort.Search(ManySeeds-2, func(i int) bool {
		n := float64(i + 2)
		return (student(n-1, .975)+student(n-1, power))*sd/math.Sqrt(n) <= distance
	})
}

// student is a quantile of Student's distribution.
func student(df, p float64) float64 {
	return distuv.StudentsT{Mu: 0, Sigma: 1, Nu: df}.Quantile(p)
}

// Spread is the standard deviation over that many seeds whose mean has this error.
func (e Estimate) Spread(seeds int) float64 { return e.SE * math.Sqrt(float64(seeds)) }
