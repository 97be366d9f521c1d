package compare

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/study"
)

// pilot are differences with that many seeds, which scatter about effect with deviation 1.
func pilot(rng *rand.Rand, seeds int, effect float64) [][]float64 {
	groups := make([][]float64, seeds)
	for s := range groups {
		groups[s] = []float64{effect + rng.NormFloat64()}
	}
	return groups
}

// settles is the share of experiments with that many seeds that leave out 0 or, where
// there is a margin, lie within it.
func settles(seeds int, effect, margin float64) float64 {
	const repeats = 2000
	rng, settled := rand.New(rand.NewPCG(3, uint64(seeds))), 0.
	for range repeats {
		e := eval.Interval(pilot(rng, seeds, effect))
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
		n := seedsToSettle(c.effect, 1, c.margin, .025)
		if enough, less := settles(n, c.effect, c.margin), settles(n-1, c.effect, c.margin); enough < .76 || less > c.most {
			t.Errorf("effect %g, margin %g: %d seeds settle a share of %.2f, one less %.2f; want .8 to lie between", c.effect, c.margin, n, enough, less)
		}
	}
	if n := seedsToSettle(.01, .02, 0, .025); n != 34 {
		t.Errorf("a difference of .01 whose deviation is .02: %d seeds; want 34", n)
	}
	for _, never := range [][3]float64{{0, 1, 0}, {0, 0, 0}, {1e-9, 1, 0}} {
		if n := seedsToSettle(never[0], never[1], never[2], .025); n != eval.ManySeeds {
			t.Errorf("%v: %d seeds; want %d, where counting stops", never, n, eval.ManySeeds)
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
				e := eval.Interval(pilot(rng, seeds, effect))
				guesses = append(guesses, seedsToSettle(e.Mean, e.Spread(seeds), 0, .025))
			}
			slices.Sort(guesses)
			want, middle := seedsToSettle(effect, 1, 0, .025), guesses[len(guesses)/2]
			t.Logf("%d seeds, effect %g: %d needed; guesses %d, %d, %d (quartiles)", seeds, effect, want, guesses[250], middle, guesses[750])
			if 2*middle < want || middle > 2*want {
				t.Errorf("%d seeds, effect %g: the middle guess is %d seeds, and %d are needed", seeds, effect, middle, want)
			}
		}
	}
}

// TestSimultaneous: where five arms are equal, some interval of their pairs leaves out 0 in
// 5 % of experiments or fewer, and in many more where each holds by itself.
func TestSimultaneous(t *testing.T) {
	const repeats, seeds = 400, 6
	wrong := map[bool]float64{}
	for _, together := range []bool{false, true} {
		rng := rand.New(rand.NewPCG(9, 6))
		h := Hypothesis{Arms: make([]study.Arm, 5), Pairs: true, Simultaneous: together, Metric: eval.Accuracy}
		if h.comparisons() != 10 {
			t.Fatalf("%d pairs of 5 arms", h.comparisons())
		}
		for range repeats {
			values := make([][][]float64, len(h.Arms))
			for i := range values {
				values[i] = pilot(rng, seeds, 0)
			}
			any := false
			for i := range values {
				for j := range i {
					any = any || h.effect("i", "j", values[i], values[j]).Outcome != "open"
				}
			}
			if any {
				wrong[together] += 1. / repeats
			}
		}
	}
	if wrong[true] > .06 || wrong[false] < .15 {
		t.Errorf("a share of %.3f of experiments errs at once, %.3f by themselves; want at most .05, and more", wrong[true], wrong[false])
	}
}
