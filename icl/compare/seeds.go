package compare

import (
	"math"
	"sort"

	"gonum.org/v1/gonum/stat/distuv"
)

// manySeeds is where seedsToSettle stops counting.
const manySeeds = 1000

// seedsToSettle is the number of seeds with which four of five experiments would settle
// a comparison, if the true difference and the standard deviation sd over seeds are these.
// Settled is one whose 95 % interval leaves out 0, or lies within ±margin. It is the
// smallest n with
//
//	(t_{n−1, .975} + t_{n−1, .8}) · sd/√n ≤ |difference|          or
//	(t_{n−1, .975} + t_{n−1, .9}) · sd/√n ≤ margin − |difference|,
//
// the usual sizes for a t-test of power .8 (Cohen 1988, §2.4) and for a test of
// equivalence, which can fail on two sides (Julious 2004, §5), and at most manySeeds.
func seedsToSettle(difference, sd, margin float64) int {
	apart := seedsFor(math.Abs(difference), sd, .8)
	return min(apart, seedsFor(margin-math.Abs(difference), sd, .9))
}

// seedsFor is the number of seeds that resolve a distance with that power.
func seedsFor(distance, sd, power float64) int {
	if distance <= 0 {
		return manySeeds
	}
	return 2 + sort.Search(manySeeds-2, func(i int) bool {
		n := float64(i + 2)
		t := distuv.StudentsT{Sigma: 1, Nu: n - 1}
		return (t.Quantile(.975)+t.Quantile(power))*sd/math.Sqrt(n) <= distance
	})
}
