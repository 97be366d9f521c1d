package eval

import (
	"math"
	"sort"

	"gonum.org/v1/gonum/stat/distuv"
)

// ManySeeds is where [SeedsToResolve] stops counting.
const ManySeeds = 1000

// SeedsToResolve is the number of seeds with which a one-sided t-test at a level finds, with
// that power, a mean that is a distance away from what it is compared with, where seeds
// scatter with the standard deviation sd: the smallest n with
//
//	(t_{n−1, 1−level} + t_{n−1, power}) · sd/√n ≤ distance
//
// (Cohen 1988, §2.4), and at most [ManySeeds].
func SeedsToResolve(distance, sd, level, power float64) int {
	if !(distance > 0) || !(level > 0 && level < 1) || !(power > 0 && power < 1) {
		return ManySeeds
	}
	return 2 + sort.Search(ManySeeds-2, func(i int) bool {
		n := float64(i + 2)
		t := distuv.StudentsT{Sigma: 1, Nu: n - 1}
		return (t.Quantile(1-level)+t.Quantile(power))*sd/math.Sqrt(n) <= distance
	})
}
