package study

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/goicl/goicl/icl/engine"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/train"
)

// estimate has a standard error of .01 and many degrees of freedom.
func estimate(mean float64) eval.Estimate {
	const se = .01
	return eval.Estimate{Mean: mean, Lo: mean - 1.96*se, Hi: mean + 1.96*se, SE: se}
}

// TestChecks: a check passes if the estimate is on the right side by more than chance
// explains.
func TestChecks(t *testing.T) {
	for name, c := range map[string]struct {
		check Check
		pass  bool
	}{
		"clearly above":      {Above("", .1, estimate(.2)), true},
		"above, by chance":   {Above("", .1, estimate(.11)), false},
		"below":              {Above("", .1, estimate(.05)), false},
		"clearly below":      {Below("", .1, estimate(.05)), true},
		"below, by chance":   {Below("", .1, estimate(.09)), false},
		"within":             {Within("", .1, estimate(.05)), true},
		"within on one side": {Within("", .1, estimate(-.095)), false},
		"outside":            {Within("", .1, estimate(.2)), false},
		"exactly above":      {Above("", .1, Exactly(.11)), true},
		"exactly there":      {Above("", .1, Exactly(.1)), false},
	} {
		if got := judge([]Check{c.check})[0]; got.Pass != c.pass {
			t.Errorf("%s: pass %v with p = %g", name, got.Pass, got.P)
		}
	}
}

// TestHolm: of several checks each needs more than alone.
func TestHolm(t *testing.T) {
	one := Above("a", 0, estimate(.021)) // p = .018
	if !judge([]Check{one})[0].Pass {
		t.Error("alone it does not pass")
	}
	if both := judge([]Check{one, one}); both[0].Pass || both[0].P < .035 {
		t.Errorf("of two it passes, with p = %g", both[0].P)
	}
}

// TestFalseVerdicts: where there is no effect, a check passes in at most 2.5 % of
// experiments, with five seeds as with twenty, and one of four in as few.
func TestFalseVerdicts(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, seeds := range []int{5, 20} {
		const experiments = 4000
		one, any := 0, 0
		for range experiments {
			var checks []Check
			for range 4 {
				var groups [][]float64
				for range seeds {
					shift := rng.NormFloat64()
					groups = append(groups, []float64{shift + rng.NormFloat64(), shift + rng.NormFloat64()})
				}
				checks = append(checks, Above("", 0, eval.Interval(groups)))
			}
			if judge(slices.Clone(checks[:1]))[0].Pass {
				one++
			}
			if passed(judge(checks)) > 0 {
				any++
			}
		}
		const most = .025*experiments + 3*10 // three standard errors
		if one > most || any > most || one < experiments/100 {
			t.Errorf("%d seeds: of %d experiments without an effect %d pass, and %d of those with four checks pass one; want about 100 at most", seeds, experiments, one, any)
		}
	}
}

func TestVerdict(t *testing.T) {
	yes, no := Check{Pass: true}, Check{}
	for want, checks := range map[Verdict][]Check{
		Reproduced: {yes, yes}, NotReproduced: {no, no}, Mixed: {yes, no}, "": nil,
	} {
		if got := verdict(checks); got != want {
			t.Errorf("%v: %q, want %q", checks, got, want)
		}
	}
}

func sample() *Result {
	r := &Result{
		Study: "claim9", Title: "pigs fly", Preset: "quick", Seeds: 5, Tasks: 64, Verdict: Mixed, CoreMinutes: 12.4,
		Checks:   []Check{{Name: "height <m>", Estimate: .5, CI: [2]float64{.25, .75}, Threshold: .1, P: .0002, Pass: true}, {Name: "speed", Estimate: -1e-5, CI: [2]float64{-1e-5, -1e-5}, P: .6}},
		Headline: Finding{Name: "height", Estimate: .5, CI: [2]float64{.25, .75}},
		Findings: []Finding{{Name: "weight", Estimate: .3, CI: [2]float64{.1, .5}}},
		Runs: []RunInfo{
			{Learner: "pig", Starts: train.Starts{Tried: 4, Stuck: 1}}, {Learner: "hog", Starts: train.Starts{Tried: 1}},
			{Learner: "pig", Starts: train.Starts{Tried: 4, Stuck: 2}},
		},
		Tables: []eval.Table{{Title: "wings", Header: []string{"left"}, Rows: [][]string{{"1"}}}},
	}
	r.Add("flights", eval.Curve{Learner: "pig", Family: "a"}, eval.Curve{Learner: "hog", Family: "a"})
	r.Add("falls", eval.Curve{Learner: "hog"})
	r.Add("flights", eval.Curve{Learner: "pig", Family: "b"})
	return r
}

// TestView: a result in words, as tables and as the README's row.
func TestView(t *testing.T) {
	r := sample()
	if got, want := r.Sentence(), "claim9: pigs fly. mixed: 1 of 2 checks pass (5 seeds)"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	checks := r.CheckTable()
	if want := []string{"height <m>", "+0.500", "[+0.250, +0.750]", "0.1", "< .001", "yes"}; !slices.Equal(checks.Rows[0], want) {
		t.Errorf("%q, want %q", checks.Rows[0], want)
	}
	if want := []string{"speed", "-1e-05", "", "0", "0.600", "no"}; !slices.Equal(checks.Rows[1], want) {
		t.Errorf("%q, want %q", checks.Rows[1], want)
	}
	if want := []string{"weight", "0.300", "[0.100, 0.500]"}; !slices.Equal(r.FindingsTable().Rows[0], want) {
		t.Errorf("%q, want %q", r.FindingsTable().Rows, want)
	}
	if got := r.StartsTable().Rows; len(got) != 1 || !slices.Equal(got[0], []string{"pig", "8", "3"}) {
		t.Errorf("starts %q", got)
	}
	row := "| claim9: pigs fly | **mixed** | 1 of 2 | height: +0.5000 [+0.2500, +0.7500] | `goicl reproduce claim9 --preset quick` | 12 |"
	if got := r.MarkdownRow(); got != row {
		t.Errorf("%s, want %s", got, row)
	}
	r.FailedSeeds = []uint64{3}
	if got := r.MarkdownRow(); !strings.Contains(got, "**mixed** (5 seeds; seeds [3] failed and are left out)") {
		t.Error(got)
	}
	text := r.String()
	for _, want := range []string{"MIXED (preset quick, 5 seeds", "64 test tasks each)", "  yes  height <m>", "  no   speed", "weight", "pig: 3 of 8 starts got stuck"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if html := r.HTML(); !strings.Contains(html, "height &lt;m&gt;") || !strings.Contains(html, "mixed: 1 of 2 checks pass") {
		t.Error(html)
	}
}

// TestGroups: curves are found by group and learner, tables by title.
func TestGroups(t *testing.T) {
	r := sample()
	if got := r.Curves("flights"); len(got) != 3 {
		t.Errorf("%d curves in the group, want 3", len(got))
	}
	if got := r.Curves("flights", "hog", "pig"); len(got) != 3 || got[0].Learner != "hog" || got[2].Family != "b" {
		t.Errorf("%v; want those of hog, then those of pig", got)
	}
	if r.Curves("none") != nil || r.Curves("falls", "pig") != nil || len(r.Table("feet").Rows) != 0 || len(r.Table("wings").Rows) != 1 {
		t.Error("what there is not is not empty")
	}
}

// TestRegistry: studies are found by name, in a preset; errors list what is known.
func TestRegistry(t *testing.T) {
	registry := Registry{{Name: "two", Title: "two arms", New: func(preset string) (*Study, error) {
		return &Study{Seeds: len(preset)}, nil
	}}}
	s, err := registry.New("two", "smoke")
	if err != nil || s.Name != "two" || s.Title != "two arms" || s.Preset != "smoke" || s.Seeds != 5 {
		t.Errorf("%+v, error %v", s, err)
	}
	for want, ask := range map[string][2]string{`unknown study "three"; known: two`: {"three", "quick"}, `unknown preset "huge"; known: smoke, quick, paper`: {"two", "huge"}} {
		if _, err := registry.New(ask[0], ask[1]); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

// TestTimeLeft: what is left takes as long as jobs of its kind did, shared by the jobs at
// once; a job under way is taken at its own speed; what was only loaded predicts nothing.
func TestTimeLeft(t *testing.T) {
	now := time.Now()
	ago := func(s int) time.Time { return now.Add(-time.Duration(s) * time.Second) }
	at := time.Duration(engine.AtOnce())
	for name, c := range map[string]struct {
		jobs []*timing
		want time.Duration
	}{
		"nothing known":   {[]*timing{{kind: "a"}, {kind: "a", begun: ago(5)}}, 0},
		"loaded only":     {[]*timing{{kind: "a", begun: ago(9), ended: ago(9)}, {kind: "a"}}, 0},
		"one of a kind":   {[]*timing{{kind: "a", begun: ago(30), ended: ago(10), worked: true}, {kind: "a"}}, 20 * time.Second / at},
		"of another kind": {[]*timing{{kind: "a", begun: ago(30), ended: ago(10), worked: true}, {kind: "b"}, {kind: "b"}}, 40 * time.Second / at},
		"half done":       {[]*timing{{kind: "a", begun: ago(10), share: .5, worked: true}}, 10 * time.Second / at},
		"resumed halfway": {[]*timing{{kind: "a", begun: ago(10), share: .75, first: .5, worked: true}}, 10 * time.Second / at},
		"over its time":   {[]*timing{{kind: "a", begun: ago(30), ended: ago(10), worked: true}, {kind: "a", begun: ago(60)}}, 0},
	} {
		p := newProgress(nil)
		p.jobs = c.jobs
		if got := p.left(now); (got - c.want).Abs() > time.Millisecond {
			t.Errorf("%s: %s left, want %s", name, got, c.want)
		}
	}
}

// TestProgress: jobs are counted, and the note names the run and the time left.
func TestProgress(t *testing.T) {
	var last Progress
	o := (&fake{}).options(t)
	most := 0
	o.Progress = func(p Progress) {
		most = max(most, p.Done)
		last = p
	}
	if _, err := Run(t.Context(), two(3), o); err != nil {
		t.Fatal(err)
	}
	if last.Done != 6 || last.Total != 6 || most != 6 {
		t.Errorf("%+v at the end; want 6 of 6", last)
	}
	p := Progress{Label: "ICL, seed 2", Step: train.Step{Step: 5, Steps: 10, Loss: 1}, Left: 3 * time.Minute}
	if got := p.Note(); got != "ICL, seed 2, step 5/10, about 3 min left" {
		t.Error(got)
	}
	p.Left, p.Step = 40*time.Second, train.Step{Steps: 10, Memory: 5e6}
	if got := p.Note(); got != "ICL, seed 2, step 0/10, up to 5.0 MB a step, about 40 s left" {
		t.Error(got)
	}
}
