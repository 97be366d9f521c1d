package compare

import (
	"math"

	"github.com/goicl/goicl/icl/eval"
)

// seedsToSettle is the number of seeds with which four of five experiments would settle
// a comparison, if the true difference and the standard deviation sd over seeds are these.
// Settled is one whose interval, which leaves out level on either side, leaves out 0, or lies
// within ±margin. It is the smallest n with
//
//	(t_{n−1, 1−level} + t_{n−1, .8}) · sd/√n ≤ |difference|          or
//	(t_{n−1, 1−level} + t_{n−1, .9}) · sd/√n ≤ margin − |difference|,
//
// the usual sizes for a t-test of power .8 (Cohen 1988, §2.4) and for a test of
// equivalence, which can fail on two sides (Julious 2004, §5), and at most [eval.ManySeeds].
func seedsToSettle(difference, sd, margin, level float64) int {
	apart := eval.SeedsToResolve(math.Abs(difference), sd, level, .8)
	return min(apart, eval.SeedsToResolve(margin-math.Abs(difference), sd, level, .9))
}
