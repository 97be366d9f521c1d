package eval

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestOfSeeds: mean and error of one value a seed, by hand, as Interval has them of groups with
// one task; the values are kept, as a copy.
func TestOfSeeds(t *testing.T) {
	values := []float64{1, 2, 3, 4}
	e := OfSeeds(values)
	if want := math.Sqrt(5./3) / 2; e.Mean != 2.5 || math.Abs(e.SE-want) > 1e-12 || e.DF != 3 || !slices.Equal(e.Seeds, values) {
		t.Errorf("%+v; want 2.5, an error of %g and 3 degrees of freedom", e, want)
	}
	if i := Interval([][]float64{{1}, {2}, {3}, {4}}); i.Mean != e.Mean || i.SE != e.SE || i.Lo != e.Lo || i.Hi != e.Hi {
		t.Errorf("of groups %+v, of seeds %+v", i, e)
	}
	values[0] = 100
	if e.Seeds[0] != 1 {
		t.Error("a change of what was estimated changes the estimate")
	}
	if one := OfSeeds([]float64{.5}); one.Mean != .5 || one.SE != 0 || one.Lo != .5 || one.Hi != .5 || one.Seeds != nil {
		t.Errorf("of one seed %+v; want .5 without an error", one)
	}
}

// TestBounds: the ends for a level are those of tables of Student's and the normal distribution;
// the p-value of an end is the level.
func TestBounds(t *testing.T) {
	for _, c := range []struct{ df, level, want float64 }{
		{0, .025, 1.95996}, {0, .005, 2.57583}, {4, .025, 2.77645}, {2, .01, 6.96456}, {7, .0125, 2.84124}, {1, .025, 12.7062},
	} {
		e := estimate(3, 2, c.df)
		lo, hi := e.Bounds(c.level)
		if math.Abs(lo-(3-2*c.want)) > 1e-4 || math.Abs(hi-(3+2*c.want)) > 1e-4 {
			t.Errorf("%g degrees of freedom, level %g: [%g, %g]; want 3 ± 2 · %g", c.df, c.level, lo, hi, c.want)
		}
		if above, below := e.PAbove(lo), e.PBelow(hi); math.Abs(above-c.level) > 1e-9 || math.Abs(below-c.level) > 1e-9 {
			t.Errorf("%g degrees of freedom: p-values %g and %g at the ends for %g", c.df, above, below, c.level)
		}
		if c.level == .025 && (e.Lo != lo || e.Hi != hi) {
			t.Errorf("%+v; want the ends for .025, [%g, %g]", e, lo, hi)
		}
	}
	if lo, hi := (Estimate{Mean: 3, DF: 4}).Bounds(.01); lo != 3 || hi != 3 {
		t.Errorf("without an error [%g, %g]", lo, hi)
	}
}

// TestSeedsToResolve: numbers of seeds as tables of power have them, and the ends of the scale.
func TestSeedsToResolve(t *testing.T) {
	for _, c := range []struct {
		distance, sd, level, power float64
		want                       int
	}{
		{.5, 1, .025, .8, 34}, {.8, 1, .025, .8, 15}, {1, 1, .025, .8, 10}, {1, 1, .05, .8, 8}, // Cohen 1988, tables 2.4.1
		{.005, .01, .025, .8, 34}, // a matter of distance over sd
		{1, 0, .025, .8, 2},       // without spread two are enough
		{.01, 1, .025, .8, ManySeeds}, {0, 1, .025, .8, ManySeeds}, {-1, 1, .025, .8, ManySeeds},
	} {
		if got := SeedsToResolve(c.distance, c.sd, c.level, c.power); got != c.want {
			t.Errorf("%+v: %d seeds", c, got)
		}
	}
	last := 0
	for _, distance := range []float64{2, 1, .7, .5, .3, .2, .1} {
		n := SeedsToResolve(distance, 1, .01, .9)
		if easier := SeedsToResolve(distance, 1, .01, .8); n < last || easier > n || SeedsToResolve(distance, 1, .02, .9) > n {
			t.Errorf("distance %g: %d seeds after %d, %d with less power", distance, n, last, easier)
		}
		last = n
	}
}

// TestResolvedAsOften: with that many seeds, a t-test finds the distance as often as it was
// asked to.
func TestResolvedAsOften(t *testing.T) {
	const experiments, level = 3000, .0125
	rng := rand.New(rand.NewPCG(3, 4))
	for _, distance := range []float64{.6, 1, 1.5} {
		n, found := SeedsToResolve(distance, 1, level, .8), 0.
		for range experiments {
			values := make([]float64, n)
			for i := range values {
				values[i] = distance + rng.NormFloat64()
			}
			if OfSeeds(values).PAbove(0) <= level {
				found += 1. / experiments
			}
		}
		if found < .76 || found > .86 {
			t.Errorf("distance %g with %d seeds is found in %.3f of the experiments; want about .8", distance, n, found)
		}
	}
}

// A difference of one answer in a hundred, where seeds scatter by two.
func ExampleSeedsToResolve() {
	fmt.Println(SeedsToResolve(.01, .02, .025, .8), "seeds")
	// Output: 34 seeds
}

// An estimate is wider for a level that is stricter than that of its interval.
func ExampleEstimate_Bounds() {
	e := OfSeeds([]float64{.02, .03, .01, .04, .02})
	lo, hi := e.Bounds(.005)
	fmt.Printf("%.3f [%.3f, %.3f], and [%.3f, %.3f] where one in a hundred may lie outside\n", e.Mean, e.Lo, e.Hi, lo, hi)
	// Output: 0.024 [0.010, 0.038], and [0.001, 0.047] where one in a hundred may lie outside
}
