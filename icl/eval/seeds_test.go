package eval

import (
	"math/rand/v2"
	"testing"
)

// differences of arms, by seed and task: seeds scatter about effect with deviation seed,
// tasks about their seed with deviation task.
func differences(rng *rand.Rand, seeds, tasks int, effect, seed, task float64) [][]float64 {
	groups := make([][]float64, seeds)
	for s := range groups {
		own := effect + seed*rng.NormFloat64()
		for range tasks {
			groups[s] = append(groups[s], own+task*rng.NormFloat64())
		}
	}
	return groups
}

// coverage is the share of intervals that hold the effect.
func coverage(repeats, seeds int, seed, task float64, of func(groups [][]float64) Estimate) float64 {
	const effect = .3
	rng, held := rand.New(rand.NewPCG(uint64(seeds), 7)), 0.
	for range repeats {
		if e := of(differences(rng, seeds, 20, effect, seed, task)); e.Lo <= effect && effect <= e.Hi {
			held++
		}
	}
	return held / float64(repeats)
}

// TestFewSeeds: intervals hold the truth 95 times in 100, with few seeds and with more,
// whether seeds or tasks vary; those of the bootstrap at least as often.
func TestFewSeeds(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 9))
	resampled := func(groups [][]float64) Estimate { return Bootstrap(rng, groups, 100) }
	for _, seeds := range []int{2, 3, 5, 20} {
		for _, vary := range [][2]float64{{1, .1}, {.02, 1}, {.5, 2}} {
			if got := coverage(2000, seeds, vary[0], vary[1], Interval); got < .935 || got > .965 {
				t.Errorf("%d seeds, deviations %v: intervals hold the truth in %.3f; want .95", seeds, vary, got)
			}
			if got := coverage(500, seeds, vary[0], vary[1], resampled); got < .93 {
				t.Errorf("%d seeds, deviations %v: the bootstrap's hold the truth in %.3f; want .95 at least", seeds, vary, got)
			}
		}
	}
}

// TestNothingIsSettledByChance: without an effect one interval in twenty leaves out 0.
func TestNothingIsSettledByChance(t *testing.T) {
	rng, settled := rand.New(rand.NewPCG(1, 2)), 0.
	for range 4000 {
		if e := Interval(differences(rng, 5, 10, 0, 1, 1)); e.Lo > 0 || e.Hi < 0 {
			settled += 1. / 4000
		}
	}
	if settled < .04 || settled > .06 {
		t.Errorf("a share of %.3f is settled without an effect; want .05", settled)
	}
}
