package eval

import (
	"fmt"
	"math/rand/v2"
	"slices"
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

// settles is the share of experiments with that many seeds that leave out 0 or, where
// there is a margin, lie within it.
func settles(seeds int, effect, margin float64) float64 {
	const repeats = 2000
	rng, settled := rand.New(rand.NewPCG(3, uint64(seeds))), 0.
	for range repeats {
		e := Interval(differences(rng, seeds, 1, effect, 1, 0))
		if margin == 0 && (e.Lo > 0 || e.Hi < 0) || e.Lo > -margin && e.Hi < margin {
			settled++
		}
	}
	return settled / repeats
}

// TestSeedsToSettle: with as many seeds as it says four of five experiments are settled,
// with one less it is fewer. Where the difference lies off the middle of the margin, it is
// up to nine of ten.
func TestSeedsToSettle(t *testing.T) {
	for _, c := range []struct{ effect, margin, most float64 }{{2, 0, .83}, {1, 0, .83}, {.5, 0, .83}, {-.3, 0, .83}, {0, .6, .83}, {.2, .8, .93}} {
		n := SeedsToSettle(c.effect, 1, c.margin)
		if enough, less := settles(n, c.effect, c.margin), settles(n-1, c.effect, c.margin); enough < .76 || less > c.most {
			t.Errorf("effect %g, margin %g: %d seeds settle a share of %.2f, one less %.2f; want .8 to lie between", c.effect, c.margin, n, enough, less)
		}
	}
	for _, never := range [][3]float64{{0, 1, 0}, {0, 0, 0}, {1e-9, 1, 0}} {
		if n := SeedsToSettle(never[0], never[1], never[2]); n != ManySeeds {
			t.Errorf("%v: %d seeds; want %d, where counting stops", never, n, ManySeeds)
		}
	}
}

// TestSeedsToSettleFromAPilot: from the effect and spread of a pilot the number is a guess;
// the middle one is right within a factor of two.
func TestSeedsToSettleFromAPilot(t *testing.T) {
	for _, seeds := range []int{5, 10} {
		for _, effect := range []float64{.4, .6, 1} {
			rng := rand.New(rand.NewPCG(5, 6))
			var guesses []int
			for range 999 {
				e := Interval(differences(rng, seeds, 1, effect, 1, 0))
				guesses = append(guesses, SeedsToSettle(e.Mean, e.Spread(seeds), 0))
			}
			slices.Sort(guesses)
			want, middle := SeedsToSettle(effect, 1, 0), guesses[len(guesses)/2]
			t.Logf("%d seeds, effect %g: %d needed; guesses %d, %d, %d (quartiles)", seeds, effect, want, guesses[250], middle, guesses[750])
			if 2*middle < want || middle > 2*want {
				t.Errorf("%d seeds, effect %g: the middle guess is %d seeds, and %d are needed", seeds, effect, middle, want)
			}
		}
	}
}

func ExampleSeedsToSettle() {
	gains := [][]float64{{.02, .04}, {.01, .03}, {.04, .06}, {.02, .02}, {.03, .05}}
	e := Interval(gains)
	fmt.Printf("%.3f [%.3f, %.3f]\n", e.Mean, e.Lo, e.Hi)
	fmt.Println(SeedsToSettle(.01, .02, 0), "seeds would settle a difference of .01 whose deviation is .02")
	// Output:
	// 0.032 [0.016, 0.048]
	// 34 seeds would settle a difference of .01 whose deviation is .02
}
