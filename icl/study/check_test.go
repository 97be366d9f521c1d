package study

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/train"
)

// estimate has a standard error of .01 and many degrees of freedom.
func estimate(mean float64) eval.Estimate {
	const se = .01
	return eval.Estimate{Mean: mean, Lo: mean - 1.96*se, Hi: mean + 1.96*se, SE: se}
}

// TestChecks: a check passes if the estimate is on the right side by more than chance
// explains, fails if it is on the wrong side by more, and is open else.
func TestChecks(t *testing.T) {
	for name, c := range map[string]struct {
		check Check
		want  Status
	}{
		"clearly above":       {Above("", .1, estimate(.2)), Pass},
		"above, by chance":    {Above("", .1, estimate(.11)), Open},
		"below, by chance":    {Above("", .1, estimate(.09)), Open},
		"below":               {Above("", .1, estimate(.05)), Fail},
		"clearly below":       {Below("", .1, estimate(.05)), Pass},
		"not below":           {Below("", .1, estimate(.15)), Fail},
		"not below by chance": {Below("", .1, estimate(.09)), Open},
		"within":              {Within("", .1, estimate(.05)), Pass},
		"within on one side":  {Within("", .1, estimate(-.095)), Open},
		"outside":             {Within("", .1, estimate(.2)), Fail},
		"outside below":       {Within("", .1, estimate(-.2)), Fail},
		"exactly above":       {Above("", .1, Exactly(.11)), Pass},
		"exactly there":       {Above("", .1, Exactly(.1)), Fail},
		"exactly within":      {Within("", .1, Exactly(-.05)), Pass},
		"exactly outside":     {Within("", .1, Exactly(-.15)), Fail},
	} {
		if got := judge([]Check{c.check}, map[string]Check{}, 1, LooksAt(5)[0])[0]; got.Status != c.want || (got.Look == 1) != (c.want != Open) {
			t.Errorf("%s: %+v, want %s", name, got, c.want)
		}
	}
}

func sample() *Result {
	r := &Result{
		Study: "claim9", Title: "pigs fly", Preset: "quick", Seeds: 5, Tasks: 64, CoreMinutes: 12.4,
		Statements: []Statement{{ID: "high", Text: "pigs fly high"}, {ID: "fast", Text: "pigs fly fast"}},
		Checks: []Check{
			{ID: "high.1", Statement: "high", Name: "height <m>", Want: "above", Estimate: .5, CI: [2]float64{.25, .75}, Threshold: .1, Status: Pass, Why: "a hop is .1 m", Look: 1, Seeds: []float64{.4, .6}},
			{ID: "high.2", Statement: "high", Name: "lift", Want: "within", Estimate: .045, CI: [2]float64{.04, .05}, Threshold: .05, Status: Pass, Look: 1, Seeds: []float64{.04, .05}},
			{ID: "fast.1", Statement: "fast", Name: "speed", Want: "above", Estimate: -1e-5, CI: [2]float64{-1e-5, -1e-5}, Status: Fail, Look: 1},
		},
		Looks:    []Looked{{Look: Look{2, .0125}, Made: 2, Open: 0}},
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

// TestView: a result in words, as tables and as the README's rows.
func TestView(t *testing.T) {
	r := sample()
	r.decide()
	if got, want := r.Sentence(), "claim9: pigs fly. mixed: 1 of 2 statements hold (5 seeds)"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if want := []string{"pigs fly high", "reproduced", "lift", "+0.045 [+0.040, +0.050]", "within ±0.05"}; !slices.Equal(r.StatementTable().Rows[0], want) {
		t.Errorf("%q, want %q: the check that passes by least", r.StatementTable().Rows[0], want)
	}
	checks := r.CheckTable()
	if want := []string{"height <m>", "+0.500", "[+0.250, +0.750]", "> 0.1", "pass", "a hop is .1 m"}; !slices.Equal(checks.Rows[0], want) {
		t.Errorf("%q, want %q", checks.Rows[0], want)
	}
	if want := []string{"speed", "-1e-05", "", "> 0", "fail", ""}; !slices.Equal(checks.Rows[2], want) {
		t.Errorf("%q, want %q", checks.Rows[2], want)
	}
	if want := []string{"weight", "0.300", "[0.100, 0.500]"}; !slices.Equal(r.FindingsTable().Rows[0], want) {
		t.Errorf("%q, want %q", r.FindingsTable().Rows, want)
	}
	if got := r.StartsTable().Rows; len(got) != 1 || !slices.Equal(got[0], []string{"pig", "8", "3"}) {
		t.Errorf("starts %q", got)
	}
	rows := "| **claim9: pigs fly** | **mixed** | height | +0.500 [+0.250, +0.750] | | 5 seeds | 12 |\n" +
		"| pigs fly high | reproduced | lift | +0.045 [+0.040, +0.050] | within ±0.05 | 2 | |\n" +
		"| pigs fly fast | not reproduced | speed | -1e-05 | > 0 |  | |"
	if got := r.MarkdownRows(); got != rows {
		t.Errorf("%s, want %s", got, rows)
	}
	r.FailedSeeds = []uint64{3}
	if got := r.MarkdownRows(); !strings.Contains(got, "| 5 seeds; seeds [3] failed and are left out |") {
		t.Error(got)
	}
	text := r.String()
	for _, want := range []string{"MIXED (preset quick, 5 seeds", "64 test tasks each)", " reproduced: pigs fly high", "  pass  height <m>", "  fail  speed", "weight", "pig: 3 of 8 starts got stuck"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if html := r.HTML(); !strings.Contains(html, "height &lt;m&gt;") || !strings.Contains(html, "mixed: 1 of 2 statements hold") {
		t.Error(html)
	}
}

// TestClosing: where there are several looks, a check tells after how many seeds it closed; an
// open one, how many more would close it.
func TestClosing(t *testing.T) {
	r := &Result{Looks: make([]Looked, 2)}
	for want, c := range map[string]Check{
		"pass after 3 seeds": {Status: Pass, Seeds: make([]float64, 3)},
		"fail":               {Status: Fail},
		"open: about 7 more seeds would close it":   {Status: Open, More: 7, Seeds: make([]float64, 3)},
		"open: about 1 more seed would close it":    {Status: Open, More: 1, Seeds: make([]float64, 3)},
		"open: more than 1000 seeds would close it": {Status: Open, More: 997, Seeds: make([]float64, 3)},
	} {
		if got := r.closing(c); got != want {
			t.Errorf("%q, want %q", got, want)
		}
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
	if got := p.Note(); got != "about 3 min left, ICL, seed 2, step 5/10" {
		t.Error(got)
	}
	p.Left, p.Step = 40*time.Second, train.Step{Steps: 10, Memory: 5e6}
	if got := p.Note(); got != "about 40 s left, ICL, seed 2, step 0/10, up to 5.0 MB a step" {
		t.Error(got)
	}
}
