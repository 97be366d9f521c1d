package landmark

import (
	"testing"

	"github.com/goicl/goicl/icl/baseline"
	"github.com/goicl/goicl/icl/study"
)

// TestGarg: with least squares in place of the decoder the first two statements hold, and the
// last one fails, since least squares takes inputs of any size. With labels that do not belong to
// the inputs the first fails.
func TestGarg(t *testing.T) {
	z := gargSize{3, 1, 1, 200, study.LooksAt(4)}
	r := run(t, replace(z.study(), baseline.LeastSquares{}))
	want(t, r, map[string]study.Verdict{"learns": study.Reproduced, "shifts": study.Reproduced, "scale": study.NotReproduced})
	r = run(t, shuffled(replace(z.study(), baseline.LeastSquares{}), "standard"))
	want(t, r, map[string]study.Verdict{"learns": study.NotReproduced})
	r = run(t, replace(z.study(), baseline.KNN{}))
	want(t, r, map[string]study.Verdict{"learns": study.NotReproduced, "shifts": study.NotReproduced, "scale": study.Reproduced})
}
