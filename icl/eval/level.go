package eval

import (
	"fmt"
	"math"

	"github.com/goicl/goicl/internal/usercode"
)

// Level is what a curve by training steps is to fall below, or to rise above.
type Level struct {
	At    float64
	Above bool // the curve is to rise above At; else to fall below
	// Stay is at how many looks in a row, after the first beyond the level, the curve must be
	// beyond it, too; 1 leaves out a single look that is beyond by chance.
	Stay int
}

// Crossing is when a curve got beyond a level.
type Crossing struct {
	Step float64
	// Censored reports that it did not, as far as the curve is known: Step is then that of the
	// last look, and the true one is greater or there is none.
	Censored bool
}

// Crossing is the step at which a curve, known at looks after these steps, gets beyond the
// level to stay there for Stay more looks: on the straight line between the first such look
// and the one before. It is the step of the first look if the curve begins beyond the level,
// and censored where too few looks follow. A value that is NaN is not beyond. Looks without a
// step or a value do not count; without any, Step is NaN.
func (l Level) Crossing(steps []int, curve []float64) Crossing {
	looks := min(len(steps), len(curve))
	if looks == 0 {
		return Crossing{math.NaN(), true}
	}
	stay := max(0, l.Stay)
	for i, inRow := 0, 0; i < looks; i++ {
		if inRow++; !l.beyond(curve[i]) {
			inRow = 0
		}
		if first := i - stay; inRow > stay {
			return Crossing{Step: l.between(steps, curve, first)}
		}
	}
	return Crossing{float64(steps[looks-1]), true}
}

func (l Level) beyond(v float64) bool {
	if l.Above {
		return v > l.At
	}
	return v < l.At
}

// between is where the curve crosses the level on its way to look i.
func (l Level) between(steps []int, curve []float64, i int) float64 {
	if i == 0 {
		return float64(steps[0])
	}
	share := (curve[i-1] - l.At) / (curve[i-1] - curve[i])
	if math.IsNaN(share) {
		return float64(steps[i])
	}
	return float64(steps[i-1]) + share*float64(steps[i]-steps[i-1])
}

// LogRatio is ln(c/to), with each step counted as at least 1. A crossing that is censored
// counts with the last step: where only c is, that is a lower bound of the logarithm, and
// where only to is, an upper one. Where both are, nothing is known.
func (c Crossing) LogRatio(to Crossing) float64 { return math.Log(max(1, c.Step) / max(1, to.Step)) }

// LogRatios estimates the mean of ln(a/b) over seeds, by [Crossing.LogRatio]. With censored
// crossings the estimate is a bound: atLeast reports that the true mean is not below it, for
// no b is censored, and atMost that it is not above, for no a is. Both hold without censored
// crossings, and neither where there are some on both sides: then train longer, or compare
// how many seeds get there. Without as many of a and b there is no number: all is NaN.
func LogRatios(a, b []Crossing) (e Estimate, atLeast, atMost bool) {
	if len(a) != len(b) || len(a) == 0 {
		return noEstimate(), false, false
	}
	values := make([]float64, len(a))
	atLeast, atMost = true, true
	for s := range a {
		values[s] = a[s].LogRatio(b[s])
		atLeast, atMost = atLeast && !b[s].Censored, atMost && !a[s].Censored
	}
	return OfSeeds(values), atLeast, atMost
}

// BySeed are the curves of a value of summaries, one for each seed: looks are the summaries of
// all seeds after each step, such as those that Data.Summaries of package study returns for
// the steps of an arm's TestAt. It is an error if looks have different numbers of seeds, as where a
// run diverged in between, or if a summary is nil.
func BySeed(looks [][]*Summary, value func(*Summary) float64) ([][]float64, error) {
	if len(looks) == 0 || value == nil {
		return nil, fmt.Errorf("eval: curves of %d looks; want at least one, and a value of a summary", len(looks))
	}
	curves := make([][]float64, len(looks[0]))
	for i, seeds := range looks {
		if len(seeds) != len(curves) {
			return nil, fmt.Errorf("eval: %d seeds at look %d and %d at the first one; curves need all seeds at each", len(seeds), i, len(curves))
		}
		for s, sum := range seeds {
			if sum == nil {
				return nil, fmt.Errorf("eval: seed %d was not tested at look %d", s, i)
			}
			v, err := usercode.Get("the value of a summary", func() float64 { return value(sum) })
			if err != nil {
				return nil, fmt.Errorf("eval: %w", err)
			}
			curves[s] = append(curves[s], v)
		}
	}
	return curves, nil
}
