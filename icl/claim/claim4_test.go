package claim

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/goicl/goicl/datasets/regression"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/train"
)

// tinyRace is the smallest that goes the whole way, of the preset's two families.
func tinyRace() *curriculum {
	c := &curriculum{preset: Preset{Name: "tiny", Seeds: 2}}
	for _, family := range []regression.Family{linear(2), classification(2)} {
		e := newEvent(family, 8, 40, 4, []float64{1e-3, 1e-2}, ArmNone, ArmRamp, ArmMixed)
		e.tests = 16
		c.events = append(c.events, e)
	}
	return c
}

// reproduceTiny does what Reproduce does but for the result file.
func reproduceTiny(t *testing.T, c *curriculum, o Options) *Result {
	t.Helper()
	o.Train = append([]train.Option{train.WithDir(o.Dir), train.WithBackend("go")}, o.Train...)
	if o.Progress == nil {
		o.Progress = func(Progress) {}
	}
	if err := c.prepare(o); err != nil {
		t.Fatal(err)
	}
	r, err := c.conclude(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	r.Claim, r.Preset, r.Checks = "claim4", "tiny", judge(r.Checks)
	r.Verdict = verdict(r.Checks)
	return r
}

// TestRace runs claim 4 end to end; again, it trains nothing and finds the same.
func TestRace(t *testing.T) {
	o := Options{Dir: t.TempDir()}
	r := reproduceTiny(t, tinyRace(), o)
	if len(r.Checks) != 4 || len(r.Runs) != 12 || len(r.Races) != 2 || r.Seeds != 2 {
		t.Fatalf("%d checks, %d runs, %d races, %d seeds; want 4, 12, 2, 2", len(r.Checks), len(r.Runs), len(r.Races), r.Seeds)
	}
	for _, want := range []string{"| claim4: ", "linear, d = 2: share of the steps", "`goicl reproduce claim4 --preset tiny`"} {
		if row := r.MarkdownRow(); !strings.Contains(row, want) {
			t.Errorf("the README's row %q has no %q", row, want)
		}
	}
	o.Progress = func(p Progress) {
		if p.Step.Loss != 0 {
			t.Errorf("%s was trained again", p.Label)
		}
	}
	again := reproduceTiny(t, tinyRace(), o)
	if !slices.Equal(again.Checks, r.Checks) || again.Headline != r.Headline {
		t.Errorf("the same runs gave %+v, then %+v", r.Checks, again.Checks)
	}
	checkRace(t, r)
}

// checkRace looks at one race of a result.
func checkRace(t *testing.T, r *Result) {
	t.Helper()
	race, ok := r.Race("linear, d = 2")
	if _, none := r.Race("linear, d = 2, wide start"); !ok || none {
		t.Fatal("a race over linear functions in 2 dimensions is to be found, and none with a wide start")
	}
	for _, a := range race.Arms {
		if start := a.AtD[0].Mean; start < .7 || start > 3 { // 16 tasks of 2 dimensions
			t.Errorf("%s starts with an excess of %.2f, want about 1", a.Name, start)
		}
		if len(a.Tried) != 2 || a.Rate != 1e-3 && a.Rate != 1e-2 {
			t.Errorf("%s chose %g among %v", a.Name, a.Rate, a.Tried)
		}
		if last := a.Shown[len(shownLooks)-1]; last.Step != 40 || len(last.N) != race.Points {
			t.Errorf("%s is last shown at step %d with %d numbers of examples", a.Name, last.Step, len(last.N))
		}
		if a.Name == ArmNone && (a.Against[AreaUnder].Mean != 0 || a.Against[FinalAtD].SE != 0) {
			t.Errorf("the first arm differs from itself: %+v", a.Against)
		}
	}
	if best := race.Baselines[0]; best.Mean[2] > 1e-4 || best.Mean[0] < .5 {
		t.Errorf("%s has errors %v; want none from 2 examples on", best.Learner, best.Mean)
	}
	if curves := race.ByExamples(17); len(curves) != 3+6+1 || curves[1].Learner != ArmRamp || curves[9].Mean[1] != .5 {
		t.Errorf("%d curves by number of examples: %+v", len(curves), curves)
	}
	if curves := race.ExcessByExamples(40); math.Abs(curves[0].Mean[2]-race.Arms[0].Shown[4].Mean[2]) > 1e-4 {
		t.Errorf("an excess of %v over nothing", curves[0].Mean)
	}
	if curves := append(race.AtD(), race.MeanError()...); len(curves) != 6 || len(curves[5].Mean) != looks+1 || !slices.Equal(race.Looks(), []int{4, 8, 16, 28, 40}) {
		t.Errorf("%d curves by steps, looks %v", len(curves), race.Looks())
	}
	if header, rows := race.Table(); len(header) != 8 || len(rows) != 5 || len(rows[2]) != 8 {
		t.Errorf("a table of %v and %v", header, rows)
	}
}

// TestMeasures: known curves of one seed. The slow arm halves its error at step 30, the
// fast one at 15.
func TestMeasures(t *testing.T) {
	at := func(v ...float64) *lane {
		l := &lane{}
		for _, v := range v {
			l.atD, l.mean = append(l.atD, []float64{v, v}), append(l.mean, []float64{v, v})
		}
		return l
	}
	f := &field{
		steps: []int{0, 10, 20, 30, 40}, lanes: [][]*lane{{at(2, 2, 1.6, 1, .4)}, {at(2, 1.5, .5, .5, .5)}, {at(2, 2, 2, 2, 1.2)}},
		atD: [][]float64{{2, 2}}, mean: [][]float64{{2, 2}},
	}
	if f.common = f.commonLevel(len(f.lanes)); f.common != .7 {
		t.Errorf("all get below %g, want .7", f.common)
	}
	got := f.measure(0, []int{1, 0, 0})
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

// TestRampMustWinInEverySeed: one seed in which it does not is enough to fail, and
// only the first race of a family counts.
func TestRampMustWinInEverySeed(t *testing.T) {
	seed := func(v float64) map[Measure]eval.Estimate {
		return map[Measure]eval.Estimate{StepsToCommon: {Mean: v, Lo: v - .02, Hi: v + .02, SE: .01}}
	}
	against := map[Measure]eval.Estimate{FinalAtD: {Mean: .01, SE: .005}}
	race := func(seeds ...float64) Race {
		ramp := Arm{Name: ArmRamp, Against: against}
		for _, v := range seeds {
			ramp.Seeds = append(ramp.Seeds, seed(v))
		}
		return Race{Family: "linear", D: 5, Arms: []Arm{{Name: ArmNone}, ramp}}
	}
	for _, test := range []struct {
		races []Race
		want  bool
	}{
		{[]Race{race(.5, .3, .4), race(-1, -1, -1)}, true},
		{[]Race{race(.5, .19, .4)}, false},
		{[]Race{race(.5, .21, .4)}, false},
	} {
		if checks := judge(raceChecks(test.races)); len(checks) != 2 || checks[0].Pass != test.want || !checks[1].Pass {
			t.Errorf("checks %+v; want the first to be %v", checks, test.want)
		}
	}
}

// TestRateIsChosenOnValidation: a rate that diverges is not chosen, and one that learns
// faster is.
func TestRateIsChosenOnValidation(t *testing.T) {
	c := &curriculum{preset: Preset{Name: "tiny", Seeds: 2}}
	e := newEvent(linear(1), 8, 100, 8, []float64{1e-8, 1e-2, 1e30}, ArmNone)
	c.events = []event{e}
	o := Options{Progress: func(Progress) {}, Train: []train.Option{train.WithDir(t.TempDir()), train.WithBackend("go")}}
	if err := c.prepare(o); err != nil {
		t.Fatal(err)
	}
	rate, tried, err := c.chosen(context.Background(), e, ArmNone)
	if err != nil || rate != 1e-2 || len(tried) != 2 || tried[1].Loss >= tried[0].Loss {
		t.Errorf("chose %g among %v, error %v", rate, tried, err)
	}
}

// TestRaceKeepsTheAuthorsSize: the paper's preset is the zero value of everything, and
// every preset's curricula are valid.
func TestRaceKeepsTheAuthorsSize(t *testing.T) {
	for _, p := range Presets() {
		all, err := events(p.Name)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range all {
			for _, arm := range e.arms {
				if _, err := e.config(arm, e.rates[0], 0).Key(); err != nil {
					t.Errorf("%s, %s, %s: %v", p.Name, e.name(), arm, err)
				}
			}
		}
	}
	paper, err := events("paper")
	if err != nil || paper[0].name() != "linear, d = 20" {
		t.Fatalf("%v, error %v", paper, err)
	}
	c := paper[0].tasks(ArmRamp).(regression.Curriculum)
	if least, _ := c.Dims(149_999); least != 19 {
		t.Errorf("the authors' ramp has %d dimensions at step 149,999, want 19", least)
	}
	if _, err := Reproduce(context.Background(), "claim4", tiny(), Options{Dir: t.TempDir()}); err == nil || !strings.Contains(err.Error(), `no preset "tiny"`) {
		t.Errorf("error %v; want one that names the preset", err)
	}
}
