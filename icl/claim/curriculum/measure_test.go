package curriculum

import (
	"context"
	"math"
	"slices"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/study"
)

func TestStepsTo(t *testing.T) {
	steps := []int{0, 10, 20, 40}
	for name, c := range map[string]struct {
		curve []float64
		level float64
		want  float64
	}{
		"between two looks":      {[]float64{1, .8, .4, .3}, .6, 15},
		"on unequal spacing":     {[]float64{1, .8, .6, .4}, .5, 30},
		"at a look":              {[]float64{1, .5, .4, .3}, .5, 10},
		"at the start":           {[]float64{.4, .5, .6, .7}, .5, 0},
		"never":                  {[]float64{1, .9, .8, .7}, .5, 40},
		"only once, then higher": {[]float64{1, .4, .9, .9}, .7, 5},
		"exactly never":          {[]float64{1, 1, 1, .5}, .5, 40},
	} {
		if got := stepsTo(steps, c.curve, c.level); math.Abs(got-c.want) > 1e-12 {
			t.Errorf("%s: %g, want %g", name, got, c.want)
		}
	}
}

func TestArea(t *testing.T) {
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
		if got := area(c.steps, c.curve); math.Abs(got-c.want) > 1e-12 {
			t.Errorf("%s: %g, want %g", name, got, c.want)
		}
	}
}

func TestSaved(t *testing.T) {
	for _, c := range [][3]float64{{15, 30, .5}, {30, 30, 0}, {45, 30, -.5}, {0, 30, 1}, {10, 0, 0}} {
		if got := saved(c[0], c[1]); got != c[2] {
			t.Errorf("%g instead of %g saves %g, want %g", c[0], c[1], got, c[2])
		}
	}
}

// atLooks is a run of two tasks whose errors are alike, at n = d and of the mean.
func atLooks(v ...float64) (run []taskErrors) {
	for _, v := range v {
		run = append(run, taskErrors{[]float64{v, v}, []float64{v, v}})
	}
	return run
}

// TestMeasures: known curves of one seed. The slow arm halves its error at step 30, the
// fast one at 15.
func TestMeasures(t *testing.T) {
	c := &comparison{
		at: []int{0, 10, 20, 30, 40}, unknowing: atLooks(2),
		arms: []*arm{{runs: [][]taskErrors{atLooks(2, 2, 1.6, 1, .4)}}, {runs: [][]taskErrors{atLooks(2, 1.5, .5, .5, .5)}}, {runs: [][]taskErrors{atLooks(2, 2, 2, 2, 1.2)}}},
	}
	if c.common = c.commonLevel(len(c.arms)); c.common != .7 {
		t.Errorf("all get below %g, want .7", c.common)
	}
	got := c.measure(0, []int{1, 0, 0})
	for i, want := range []float64{
		30, 70. / 3, 15, (2./2 + 2 + 1.6 + 1 + .4/2) / 8, .2, .2,
		15, 11, 4, (2./2 + 1.5 + .5 + .5 + .5/2) / 8, .25, .25,
		40, 37.5, 32.5, .95, .6, .6,
		0, 0, 0, 0, 0, 0,
		.5, 1 - 33./70, 1 - 4./15, 0, .05, .05,
	} {
		if i == 27 {
			want = 1 - got[9]/got[3]
		}
		if math.Abs(got[i]-want) > 1e-9 {
			t.Errorf("measure %d is %g, want %g", i, got[i], want)
		}
	}
}

// TestCommonLevels: the smallest level that all get below, or .9 where one does not get
// there.
func TestCommonLevels(t *testing.T) {
	for _, test := range [][2]float64{{.3, .5}, {.5, .6}, {.55, .6}, {.75, .8}, {.89, .9}, {.95, .9}, {1.2, .9}} {
		c := &comparison{unknowing: atLooks(1), arms: []*arm{{runs: [][]taskErrors{atLooks(1, .1)}}, {runs: [][]taskErrors{atLooks(1, test[0], 1)}}}}
		if got := c.commonLevel(2); got != test[1] {
			t.Errorf("with a worst run that reaches %g the level is %g, want %g", test[0], got, test[1])
		}
		if got := c.commonLevel(1); got != halfLevel {
			t.Errorf("without that arm it is %g", got)
		}
	}
}

// TestCurvesOfTasks: an excess is that of some tasks, relative to what those tasks have
// without knowledge.
func TestCurvesOfTasks(t *testing.T) {
	c := &comparison{unknowing: []taskErrors{{[]float64{1, 3}, []float64{2, 2}}}}
	a := &arm{runs: [][]taskErrors{{{[]float64{1, 1}, []float64{1, 0}}}}}
	for want, tasks := range map[float64][]int{.5: {0, 1}, 1: {0}, 1. / 3: {1, 1}, .6: {0, 0, 1}} {
		if atD, _ := c.curves(a, 0, tasks); math.Abs(atD[0]-want) > 1e-12 {
			t.Errorf("of tasks %v it is %g, want %g", tasks, atD[0], want)
		}
	}
	if _, mean := c.curves(a, 0, []int{0, 1}); mean[0] != .25 {
		t.Errorf("the mean error's is %g, want .25", mean[0])
	}
}

// TestErrorsOf: the error at n = d and the mean over n, in the setting's unit.
func TestErrorsOf(t *testing.T) {
	scores := eval.NewScores(eval.SquaredError, "x", "linear", []int{0, 1, 2, 3}, []float64{4, 3, 2, 1, 8, 8, 6, 2})
	v := quick(linear(2), orderNone).errorsOf(scores)
	if !slices.Equal(v.atD, []float64{2, 6}) || !slices.Equal(v.mean, []float64{2.5, 6}) {
		t.Errorf("%+v; want the errors of two examples, and means over 0 to 3", v)
	}
	bits := eval.NewScores(eval.LogLoss, "x", "classification", []int{0, 1, 2, 3}, []float64{math.Ln2, math.Ln2, math.Ln2 / 2, 0})
	v = quick(classification(2), orderNone).errorsOf(bits)
	if math.Abs(v.atD[0]-.5) > 1e-12 || math.Abs(v.mean[0]-2.5/4) > 1e-12 {
		t.Errorf("%+v; want log-losses in bits", v)
	}
}

// TestNothing: always predicting 0 has the mean square of the targets over d as its error,
// equal probabilities one bit.
func TestNothing(t *testing.T) {
	b := datasets.NewBatch(1, 4, 2, 0)
	copy(b.Z, []float32{2, 0, -4, 2})
	v := quick(linear(2), orderNone).nothing(b)
	if v.atD[0] != 8 || v.mean[0] != (2+0+8+2)/4. {
		t.Errorf("%+v; want 8 at two examples, and a mean of 3", v)
	}
	v.less(taskErrors{[]float64{3}, []float64{1}})
	if v.atD[0] != 5 || v.mean[0] != 2 {
		t.Errorf("less others it is %+v", v)
	}
	e := quick(classification(2), orderNone)
	labels, err := e.condition().Sample(0)
	if err != nil {
		t.Fatal(err)
	}
	if v := e.nothing(labels); v.atD[7] != 1 || math.Abs(v.mean[7]-1) > 1e-12 {
		t.Errorf("without knowledge there are %g bits", v.atD[7])
	}
}

// withSeeds is a comparison in which a ramp saves these shares in the seeds.
func withSeeds(e setting, shares ...float64) *comparison {
	ramp := &arm{name: orderRamp, against: map[measure]eval.Estimate{finalAtD: {Mean: .01, SE: .005}}}
	for _, v := range shares {
		ramp.seeds = append(ramp.seeds, map[measure]eval.Estimate{stepsToCommon: {Mean: v, Lo: v - .02, Hi: v + .02, SE: .01}})
	}
	return &comparison{setting: e, common: .5, arms: []*arm{{name: orderNone}, ramp}}
}

// TestRampMustWinInEverySeed: one seed in which it does not is enough to fail, and
// only the first setting of a family counts.
func TestRampMustWinInEverySeed(t *testing.T) {
	e := quick(linear(5), orderNone, orderRamp)
	for _, test := range []struct {
		all  []*comparison
		want bool
	}{
		{[]*comparison{withSeeds(e, .5, .3, .4), withSeeds(e.wideStart(), -1, -1, -1)}, true},
		{[]*comparison{withSeeds(e, .5, .19, .4)}, false},
		{[]*comparison{withSeeds(e, .5, .21, .4)}, false},
	} {
		s := &study.Study{Name: "made", Seeds: 2, Parts: []study.Part{{Label: "nothing", Do: func(context.Context, *study.Session) error { return nil }}}}
		s.Report = func(_ context.Context, _ *study.Data, r *study.Result) error {
			r.Checks = checks(test.all)
			return nil
		}
		r, err := study.Run(t.Context(), s, study.Options{Dir: t.TempDir()})
		if err != nil || len(r.Checks) != 2 || r.Checks[0].Pass != test.want || !r.Checks[1].Pass {
			t.Errorf("checks %+v, error %v; want the first to be %v", r.Checks, err, test.want)
		}
	}
}

// TestCells: whole steps, as a bound where not all seeds got there; errors; what is saved in
// per cent, else a difference.
func TestCells(t *testing.T) {
	steps := map[measure]eval.Estimate{stepsToHalf: {Mean: 5000, Lo: 4500, Hi: 5500}, finalAtD: {Mean: .25, Lo: .2, Hi: .3}, plateauLength: {Mean: 10.4, Lo: 10.4, Hi: 10.4}}
	a := &arm{of: steps, reached: 1, seeds: make([]map[measure]eval.Estimate, 2)}
	for want, got := range map[string]string{
		"≥ 5000 ±500":             a.cell(stepsToHalf),
		"0.250 ±0.050":            a.cell(finalAtD),
		"10 ±0":                   a.cell(plateauLength),
		"saves 18 % [12, 24]":     difference(eval.Estimate{Mean: .18, Lo: .12, Hi: .24}, true),
		"saves -5 % [-8, -2]":     difference(eval.Estimate{Mean: -.05, Lo: -.08, Hi: -.02}, true),
		"-0.010 [-0.030, +0.010]": difference(eval.Estimate{Mean: -.01, Lo: -.03, Hi: .01}, false),
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	a.reached = 2
	if got := a.cell(stepsToHalf); got != "5000 ±500" {
		t.Errorf("where all got there it is %q", got)
	}
}
