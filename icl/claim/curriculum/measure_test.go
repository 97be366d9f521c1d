package curriculum

import (
	"math"
	"slices"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/eval"
)

func TestAreaUnder(t *testing.T) {
	for name, c := range map[string]struct {
		steps []int
		curve []float64
		want  float64
	}{
		"constant":          {[]int{0, 10, 40}, []float64{.3, .3, .3}, .3},
		"a straight line":   {[]int{0, 10, 40}, []float64{1, .75, 0}, .5},
		"most where spaced": {[]int{0, 10, 40}, []float64{1, 1, 0}, (10 + 15.) / 40},
		"from another step": {[]int{100, 110}, []float64{1, 0}, .5},
	} {
		if got := areaUnder(c.steps, c.curve); math.Abs(got-c.want) > 1e-12 {
			t.Errorf("%s: %g, want %g", name, got, c.want)
		}
	}
}

// runOf has the same excesses at n = d and in the mean.
func runOf(v ...float64) run { return run{atD: v, mean: v} }

// TestDifferences: of steps logarithms of ratios, of all else differences, with each seed; who
// does not get to half counts with all steps.
func TestDifferences(t *testing.T) {
	c := &comparison{at: []int{0, 10, 20, 40}, arms: []*arm{
		{orderNone, []run{runOf(1, 1, .5, .3), runOf(1, .9, .8, .7), runOf(.4, .4, .4, .4)}},
		{orderRamp, []run{runOf(1, .5, .4, .2), runOf(1, .9, .6, .4), runOf(1, .5, .4, .4)}},
	}}
	ramp := c.of(orderRamp)
	for m, want := range map[measure][]float64{
		stepsMean: {math.Log(2), math.Log(40. / 30), math.Log(1. / 10)},
		stepsAtD:  {math.Log(2), math.Log(40. / 30), math.Log(1. / 10)},
		reached:   {0, 1, 0},
		area:      {-.15 - .0625 - .05, -.0125 - .0625 - .0375 - .0125, .1},
		finalAtD:  {-.1, -.3, 0},
		finalMean: {-.1, -.3, 0},
	} {
		if m == area { // of the trapezoids
			want = []float64{
				(7.5 + 4.5 + 6 - 10 - 7.5 - 8) / 40, (9.5 + 7.5 + 10 - 9.5 - 8.5 - 15) / 40, (7.5 + 4.5 + 8 - 16) / 40,
			}
		}
		for s, got := range c.differences(ramp, m) {
			if math.Abs(got-want[s]) > 1e-12 {
				t.Errorf("%s with seed %d: %g, want %g", m, s, got, want[s])
			}
		}
	}
	if got := c.saves(ramp); !slices.Equal(got, []float64{1, 1, 0}) {
		t.Errorf("steps are saved in %v", got)
	}
	if e := c.against(ramp, finalMean); math.Abs(e.Mean+.4/3) > 1e-12 || len(e.Seeds) != 3 || e.SE == 0 {
		t.Errorf("the mean difference is %+v", e)
	}
}

// TestShare: the mean is that of the seeds; where they agree there is an error nevertheless.
func TestShare(t *testing.T) {
	e := share([]float64{1, 1, 1, 1}, 1, 1, 0, 0) // five of six
	if want := math.Sqrt(5. / 36 / 3); e.Mean != 1 || math.Abs(e.SE-want) > 1e-12 || e.DF != 3 || len(e.Seeds) != 4 || e.Lo >= 1 {
		t.Errorf("%+v; want a standard error of %g", e, want)
	}
	if none := share([]float64{0, 0, 0, 0}, 1, 1, 0, 0); none.Mean != 0 || math.Abs(none.SE-e.SE) > 1e-12 {
		t.Errorf("of none it is %+v", none)
	}
	// That a ramp gets no seed off is beyond chance with 16, for each of five checks, not with 8.
	for seeds, want := range map[int]bool{8: false, 16: true} {
		if e := share(make([]float64, seeds), 1, -1, 0, 0); (5*e.PBelow(leastShare) < .0125) != want {
			t.Errorf("with %d seeds p = %g", seeds, e.PBelow(leastShare))
		}
	}
	if both := share([]float64{1, -1, 0, 0}, 1, -1, 0, 0); both.Mean != 0 || math.Abs(both.SE-math.Sqrt(.5/3)) > 1e-12 {
		t.Errorf("of differences it is %+v", both)
	}
}

// TestErrorsOf: the error at n = d and the mean over n, in the setting's unit.
func TestErrorsOf(t *testing.T) {
	scores := eval.NewScores(eval.SquaredError, "x", "linear", []int{0, 1, 2, 3}, []float64{4, 3, 2, 1, 8, 8, 6, 2})
	all := tried()
	if v := all[0].errorsOf(scores.Summarize(0)); v.atD != 4 || v.mean != 4.25 {
		t.Errorf("%+v; want the error with two examples, and the mean over 0 to 3", v)
	}
	bits := eval.NewScores(eval.LogLoss, "x", "classification", []int{0, 1, 2, 3}, []float64{math.Ln2, math.Ln2, math.Ln2 / 2, 0})
	if v := all[1].errorsOf(bits.Summarize(0)); math.Abs(v.atD-.5) > 1e-12 || math.Abs(v.mean-2.5/4) > 1e-12 {
		t.Errorf("%+v; want log-losses in bits", v)
	}
}

// TestNothing: always predicting 0 has the mean square of the targets over d as its error,
// equal probabilities one bit.
func TestNothing(t *testing.T) {
	b := datasets.NewBatch(1, 4, 2, 0)
	copy(b.Z, []float32{2, 0, -4, 2})
	all := tried()
	v := all[0].nothing(b)
	if v.atD != 8 || v.mean != (2+0+8+2)/4. {
		t.Errorf("%+v; want 8 at two examples, and a mean of 3", v)
	}
	if v := v.less(meanErrors{3, 1}); v.atD != 5 || v.mean != 2 {
		t.Errorf("less others it is %+v", v)
	}
	if v := all[1].nothing(b); v.atD != 1 || v.mean != 1 {
		t.Errorf("without knowledge there are %+v bits", v)
	}
}

func TestCells(t *testing.T) {
	for want, got := range map[string]string{
		"5000 ±500":               cell(stepsAtD, eval.Estimate{Mean: 5000, Lo: 4500, Hi: 5500}),
		"0.250 ±0.050":            cell(finalAtD, eval.Estimate{Mean: .25, Lo: .2, Hi: .3}),
		"× 2.00 [0.50, 8.00]":     difference(stepsMean, eval.Estimate{Mean: math.Log(2), Lo: math.Log(.5), Hi: math.Log(8)}),
		"-0.010 [-0.030, +0.010]": difference(finalAtD, eval.Estimate{Mean: -.01, Lo: -.03, Hi: .01}),
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
