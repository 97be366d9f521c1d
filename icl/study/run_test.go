package study

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/synthetic"
	"github.com/goicl/goicl/icl/baseline"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/train"
)

// judged is a study of two with checks.
func judged(seeds int) *Study {
	s := two(seeds)
	s.Statements = []Statement{{ID: "better", Text: "the better is better"}, {ID: "far", Text: "by far"}}
	s.Report = func(_ context.Context, d *Data, r *Result) error {
		gap := d.Difference(eval.Accuracy, "good", "bad", "pair")
		r.Checks = []Check{Above("good − bad", .1, gap).For("better", ""), Above("good − bad, by far", .5, gap).For("far", "")}
		r.Headline = Find("good − bad", gap)
		r.Findings = []Finding{Find("accuracy of good", d.Mean(eval.Accuracy, "good", "pair"))}
		for _, name := range d.Subjects("pair") {
			r.Add("accuracy", d.Curve(eval.Accuracy, name, "pair"))
		}
		return nil
	}
	return s
}

// TestRun: every arm is trained with every seed and tested on the same tasks; the report
// makes checks of the scores, which are judged; the second time nothing is trained.
func TestRun(t *testing.T) {
	f := &fake{}
	o := f.options(t)
	r, err := Run(t.Context(), judged(5), o)
	if err != nil {
		t.Fatal(err)
	}
	if f.steps.Load() != 2*5*4 || r.Seeds != 5 || len(r.Runs) != 10 || r.CoreMinutes <= 0 {
		t.Errorf("%d steps, %d seeds, %d runs, %g core-minutes; want 40, 5, 10 and some", f.steps.Load(), r.Seeds, len(r.Runs), r.CoreMinutes)
	}
	if r.Checks[0].Status != Pass || r.Checks[1].Status != Fail || r.Verdict != Mixed || math.Abs(r.Headline.Estimate-.2) > .1 {
		t.Errorf("checks %+v, verdict %q; want the first to pass", r.Checks, r.Verdict)
	}
	if run := r.Runs[3]; run.Arm != "bad" || run.Seed != 1 || run.Learner != "CNP-65" || run.Engine != "fake" || run.Key == "" || run.Params == 0 || run.Failed != "" {
		t.Errorf("the fourth run is %+v", run)
	}
	again, err := Run(t.Context(), judged(5), o)
	if err != nil || f.steps.Load() != 40 || again.Headline != r.Headline {
		t.Errorf("the second time %d steps, %+v, error %v; want everything loaded", f.steps.Load(), again.Headline, err)
	}
	more, err := Run(t.Context(), judged(6), o)
	if err != nil || f.steps.Load() != 48 || !slices.Equal(keys(more)[:10], keys(r)) {
		t.Errorf("with a seed more %d steps, error %v; want 8 more and the same runs", f.steps.Load(), err)
	}
}

func keys(r *Result) (all []string) {
	for _, run := range r.Runs {
		all = append(all, run.Key)
	}
	return all
}

// TestPairing: arms see the same test tasks of a seed, and those of two seeds differ.
func TestPairing(t *testing.T) {
	s, f := two(2), &fake{}
	seen := map[uint64][]float32{}
	s.Conditions[0].Test = func(_ context.Context, p eval.Predictor, seed uint64, b *datasets.Batch, at []int) (*eval.Scores, error) {
		f.mu.Lock()
		defer f.mu.Unlock()
		if x, ok := seen[seed]; ok && !slices.Equal(x, b.X) {
			t.Errorf("seed %d: the second arm has other tasks", seed)
		}
		seen[seed] = b.X
		return eval.NewScores(eval.Accuracy, p.Name(), "pair", at, make([]float64, b.T*len(at))), nil
	}
	if _, err := Collect(t.Context(), s, f.options(t)); err != nil {
		t.Fatal(err)
	}
	if len(seen) != 2 || slices.Equal(seen[0], seen[1]) {
		t.Errorf("%d seeds were tested; want two with tasks of their own", len(seen))
	}
}

// TestStudiesShareRuns: a run that two studies have in common is trained once.
func TestStudiesShareRuns(t *testing.T) {
	f := &fake{}
	o := f.options(t)
	if _, err := Run(t.Context(), two(2), o); err != nil {
		t.Fatal(err)
	}
	other := two(2)
	other.Name, other.Arms[1] = "other", arm("third", 75)
	if _, err := Run(t.Context(), other, o); err != nil {
		t.Fatal(err)
	}
	if f.widths[85] != 8 || f.widths[65] != 8 || f.widths[75] != 8 {
		t.Errorf("steps by arm %v; want 8 of each", f.widths)
	}
}

// TestKeptResult: a study with Settings keeps its result under what it depends on.
func TestKeptResult(t *testing.T) {
	f := &fake{}
	o, reports := f.options(t), 0
	kept := func(settings any) *Study {
		s := judged(3)
		report := s.Report
		s.Settings = settings
		s.Report = func(ctx context.Context, d *Data, r *Result) error {
			reports++
			return report(ctx, d, r)
		}
		return s
	}
	must := func(s *Study) *Result {
		t.Helper()
		r, err := Run(t.Context(), s, o)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	r := must(kept(1))
	if again := must(kept(1)); reports != 1 || again.String() != r.String() {
		t.Errorf("%d reports and\n%s\nwant one, and\n%s", reports, again, r)
	}
	other := kept(1)
	other.Arms[0].Recipe.Steps = 5
	tested := kept(1)
	tested.Conditions[0].First = 2
	for i, s := range []*Study{kept(2), other, tested} {
		if must(s); reports != 2+i {
			t.Errorf("change %d: %d reports, want %d: it is another study", i, reports, 2+i)
		}
	}
	files, err := filepath.Glob(filepath.Join(o.Dir, "two-smoke-*.json"))
	if err != nil || len(files) != 4 {
		t.Fatalf("results %v, error %v; want 4", files, err)
	}
	for _, damage := range [][2]string{{`{`, ``}, {`"seeds"`, `"needs"`}} {
		for _, file := range files {
			rewrite(t, file, damage[0], damage[1])
		}
		if _, err := Run(t.Context(), kept(1), o); err == nil || !strings.Contains(err.Error(), "is cut short or damaged (") || !strings.Contains(err.Error(), "delete it") {
			t.Errorf("error %v; want one that names the damaged file", err)
		}
		for _, file := range files {
			rewrite(t, file, damage[1], damage[0])
		}
	}
}

func rewrite(t *testing.T, file, from, to string) {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err == nil {
		err = os.WriteFile(file, []byte(strings.Replace(string(raw), from, to, 1)), 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestRates: an arm takes the rate of least criterion with the first seed, for all seeds.
func TestRates(t *testing.T) {
	f := &fake{}
	s := two(2)
	s.Arms[0].Rates = []float64{.1, .2, .3}
	s.Arms[0].Criterion = func(_ context.Context, f *train.Fitted) (float64, error) {
		rate := f.Config.Recipe.Rate
		if rate == .3 {
			return math.Inf(1), nil
		}
		return math.Abs(rate - .25), nil
	}
	d, err := Collect(t.Context(), s, f.options(t))
	if err != nil {
		t.Fatal(err)
	}
	rate, tried, err := d.Rate("good")
	if err != nil || rate != .2 || len(tried) != 2 || tried[0].Rate != .1 || math.Abs(tried[0].Loss-.15) > 1e-9 {
		t.Errorf("rate %g of %v, error %v; want .2, and what was of no use left out", rate, tried, err)
	}
	fitted, err := d.Run("good", 1)
	if err != nil || fitted.Config.Recipe.Rate != .2 {
		t.Errorf("the second seed's run has the rate %g, error %v", fitted.Config.Recipe.Rate, err)
	}
	if f.widths[85] != 6*4 { // three rates with two seeds
		t.Errorf("%d steps of the arm; want 24", f.widths[85])
	}
	if rate, _, err := d.Rate("bad"); rate != 0 || err != nil {
		t.Errorf("an arm without a choice has the rate %g, error %v", rate, err)
	}
}

// TestLookByLook: the study goes on to the next look while a check is open, and keeps what it
// has made; the result tells of the looks, and where each check closed.
func TestLookByLook(t *testing.T) {
	f := &fake{}
	s := two(0)
	s.Looks = LooksAt(3, 5, 9)
	s.Arms[0].Rates, s.Arms[0].RateSeeds = []float64{.1, .2}, 2
	derived, parts, reports := map[uint64]int{}, 0, 0
	s.Parts = []Part{{"count", func(context.Context, *Session) error { parts++; return nil }}}
	s.Conditions[0].Derive = func(_ context.Context, _ *Session, seed uint64) ([]eval.Predictor, error) {
		f.mu.Lock()
		defer f.mu.Unlock()
		derived[seed]++
		return nil, nil
	}
	s.Report = func(_ context.Context, d *Data, r *Result) error {
		reports++
		gap := d.Difference(eval.Accuracy, "good", "bad", "pair")
		late := eval.OfSeeds([]float64{-1, 1, 0})
		if len(d.Seeds()) == 5 {
			late = eval.OfSeeds([]float64{1, 1.1, .9, 1, 1})
		}
		r.Checks = []Check{Above("early", -1, gap), Above("late", 0, late)}
		return nil
	}
	r, err := Run(t.Context(), s, f.options(t))
	if err != nil {
		t.Fatal(err)
	}
	if f.widths[85] != (5+2)*4 || f.widths[65] != 5*4 || parts != 1 || reports != 2 {
		t.Errorf("steps %v, %d parts, %d reports; want 5 seeds, 2 more tries, one part, two reports", f.widths, parts, reports)
	}
	for seed := range uint64(5) {
		if derived[seed] != 1 {
			t.Errorf("predictors derived %v times; want once a seed", derived)
		}
	}
	if r.Seeds != 5 || r.Verdict != Reproduced || len(r.Looks) != 2 || r.Looks[0].Open != 1 || r.Looks[1].Open != 0 || r.Looks[1].Made != 5 || r.Checks[0].Look != 1 || r.Checks[1].Look != 2 {
		t.Errorf("%+v, checks %+v; want one closed at each look", r.Looks, r.Checks)
	}
	if len(r.Choices) != 1 || r.Choices[0].Seeds != 2 || len(r.Choices[0].Tried) != 2 || !r.Choices[0].Edge {
		t.Errorf("choices %+v", r.Choices)
	}
	if got := r.ChoicesTable().Rows; len(got) != 1 || got[0][0] != "good" || !strings.HasSuffix(got[0][2], " *") || got[0][4] != "2" {
		t.Errorf("%q", got)
	}
}

// TestStatements: a check names a statement that there is, and each statement has a check.
func TestStatements(t *testing.T) {
	for want, check := range map[string]Check{
		`check "c" of two is for the unknown statement "x"`: Above("c", 0, Exactly(1)).For("x", ""),
		`statement "far" of two has no check`:               Above("c", 0, Exactly(1)).For("better", ""),
	} {
		s := judged(2)
		s.Report = func(_ context.Context, _ *Data, r *Result) error {
			r.Checks = []Check{check}
			return nil
		}
		if _, err := Run(t.Context(), s, (&fake{}).options(t)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

// TestRateSeeds: rates are tried with several seeds, and the mean over them decides; a run at
// the edge of the rates says so.
func TestRateSeeds(t *testing.T) {
	f := &fake{}
	s := two(3)
	s.Arms[0].Rates, s.Arms[0].RateSeeds = []float64{.1, .2}, 2
	s.Arms[0].Criterion = func(_ context.Context, f *train.Fitted) (float64, error) {
		// The first seed alone would take the rate .1.
		return map[float64][]float64{.1: {1, 5}, .2: {2, 2}}[f.Config.Recipe.Rate][f.Config.Seed], nil
	}
	r, err := Run(t.Context(), s, f.options(t))
	if err != nil {
		t.Fatal(err)
	}
	if f.widths[85] != 5*4 {
		t.Errorf("%d steps of the arm; want 2 rates with each of 2 seeds, one with the third, 4 steps each", f.widths[85])
	}
	for _, run := range r.Runs {
		if good := run.Arm == "good"; good != (run.Rate == .2) || good != run.Edge {
			t.Errorf("%+v; want the rate .2, at the edge, of the arm that chose", run)
		}
	}
}

// TestDependentArms: an arm that starts from another's run has it; where that run diverged,
// it counts as diverged, too.
func TestDependentArms(t *testing.T) {
	f := &fake{}
	s := two(3)
	s.Arms[1].Make = func(ctx context.Context, s *Session, seed uint64, c train.Config) (train.Config, error) {
		base, err := s.Run(ctx, "good", seed)
		if err != nil || base == nil {
			return train.Config{}, err
		}
		c.Seed, c.Recipe.Steps = seed+100, 8
		return c, nil
	}
	var failing float32
	f.diverges = func(width int, start float32) bool { return width == 85 && start == failing }
	o := f.options(t)
	failing = startOf(t, s, o, 1)
	r, err := Run(t.Context(), s, o)
	if err != nil {
		t.Fatal(err)
	}
	if r.Seeds != 2 || !slices.Equal(r.FailedSeeds, []uint64{1}) || f.widths[65] != 16 {
		t.Errorf("%d seeds, failed %v, %d steps; want the second seed left out", r.Seeds, r.FailedSeeds, f.widths[65])
	}
	if run := r.Runs[3]; run.Failed != "a run that it starts from diverged" || run.Seed != 1 {
		t.Errorf("%+v", run)
	}
	if !strings.Contains(r.SeedNote(), "2 seeds; seeds [1] failed and are left out") {
		t.Errorf("%q", r.SeedNote())
	}
}

// startOf is the second starting weight of the first arm with a seed.
func startOf(t *testing.T, s *Study, o Options, seed uint64) float32 {
	t.Helper()
	a := s.Arms[0]
	run, err := train.Open(train.Config{Learner: a.Learner, Tasks: a.Tasks, Recipe: a.Recipe, Seed: seed}, train.WithDir(o.Dir))
	if err != nil {
		t.Fatal(err)
	}
	return run.Fitted(true).Params[1]
}

// TestDivergence: with less than two seeds there is no result, and the error says why; an
// arm that may diverge is tested as far as it got.
func TestDivergence(t *testing.T) {
	f := &fake{diverges: func(width int, _ float32) bool { return width == 65 }}
	if _, err := Run(t.Context(), two(3), f.options(t)); err == nil || !strings.Contains(err.Error(), "fewer than 2 seeds of two are left") || !strings.Contains(err.Error(), "CNP-65, seed 2, diverged at step 1") {
		t.Errorf("error %v; want one with the reason", err)
	}
	s := two(2)
	s.Arms[1].MayDiverge, s.Arms[1].TestAt, s.Arms[0].TestAt = true, []int{0, 4}, []int{0, 4}
	d, err := Collect(t.Context(), s, f.options(t))
	if err != nil {
		t.Fatal(err)
	}
	if len(d.Seeds()) != 2 || len(d.Summaries("bad", "pair", 0)) != 2 || len(d.Summaries("bad", "pair", 4)) != 0 || len(d.Summaries("good", "pair", 4)) != 2 {
		t.Errorf("seeds %v; want the arm that diverged tested at the start alone", d.Seeds())
	}
}

// TestSteps: an arm is tested after each of its steps.
func TestSteps(t *testing.T) {
	s := two(2)
	s.Arms[0].TestAt = []int{0, 2, 4}
	s.Conditions[0].Keep = true
	d, err := Collect(t.Context(), s, (&fake{}).options(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []int{0, 2, 4} {
		if len(d.Scores("good", "pair", step)) != 2 || len(d.Summaries("good", "pair", step)) != 2 {
			t.Errorf("no scores after %d steps", step)
		}
	}
	if len(d.Scores("good", "pair")) != 0 || len(d.Scores("bad", "pair")) != 2 {
		t.Error("an arm with steps is tested after these, another at its end")
	}
}

// TestConditionsOfArms: a condition tests the arms that it names, and the predictors that it
// derives from trained ones.
func TestConditionsOfArms(t *testing.T) {
	s := two(2)
	s.Conditions = append(s.Conditions, Condition{
		Name: "half", Family: "pair", Sample: s.Conditions[0].Sample, At: []int{2}, Arms: []string{"bad"},
		Derive: func(ctx context.Context, s *Session, seed uint64) ([]eval.Predictor, error) {
			f, err := s.Run(ctx, "good", seed)
			return []eval.Predictor{eval.Named{Predictor: f, Label: "zweiter"}, eval.Named{Predictor: f, Label: "another"}}, err
		},
	})
	d, err := Collect(t.Context(), s, (&fake{}).options(t))
	if err != nil {
		t.Fatal(err)
	}
	if got := d.Subjects("half"); !slices.Equal(got, []string{"bad", "another", "zweiter"}) {
		t.Errorf("tested %v; want the arm, then the others by name", got)
	}
	if c := d.Curve(eval.Accuracy, "zweiter", "half"); c.Learner != "zweiter" || c.Family != "pair" || !slices.Equal(c.N, []int{2}) {
		t.Errorf("%+v", c)
	}
	if !slices.Equal(d.PerTask(eval.Accuracy, "another", "half")[1], d.PerTask(eval.Accuracy, "zweiter", "half")[1]) {
		t.Error("the same predictor under two names has two scores")
	}
}

// TestParts: parts run beside the training, may ask for runs, and fail the study.
func TestParts(t *testing.T) {
	s, done := two(2), make(chan string, 1)
	s.Parts = []Part{{Label: "peek", Do: func(ctx context.Context, s *Session) error {
		f, err := s.Run(ctx, "bad", 1)
		done <- fmt.Sprint(f.Name(), " ", s.Dir() != "", s.Backend())
		return err
	}}}
	o := (&fake{}).options(t)
	if _, err := Run(t.Context(), s, o); err != nil {
		t.Fatal(err)
	}
	if got := <-done; got != "CNP-65 true" {
		t.Errorf("the part saw %q", got)
	}
	s.Parts[0].Do = func(ctx context.Context, s *Session) error {
		_, err := s.Run(ctx, "nobody", 0)
		return err
	}
	if _, err := Run(t.Context(), s, o); err == nil || !strings.Contains(err.Error(), `two has no arm "nobody"`) {
		t.Errorf("error %v", err)
	}
}

// TestShard: the parts of a study make all its runs once, and then it only loads them.
func TestShard(t *testing.T) {
	f := &fake{}
	o := f.options(t)
	for part := 1; part <= 3; part++ {
		if err := Shard(t.Context(), judged(5), part, 3, o); err != nil {
			t.Fatal(err)
		}
	}
	if f.steps.Load() != 40 {
		t.Errorf("%d steps; want all 40", f.steps.Load())
	}
	if _, err := Run(t.Context(), judged(5), o); err != nil || f.steps.Load() != 40 {
		t.Errorf("%d steps, error %v; want nothing more", f.steps.Load(), err)
	}
	for _, part := range [][2]int{{0, 2}, {3, 2}, {1, 0}} {
		if err := Shard(t.Context(), two(2), part[0], part[1], o); err == nil {
			t.Errorf("part %d of %d is no error", part[0], part[1])
		}
	}
}

// TestBudget: the first two seeds are begun in any case, others if they are predicted to
// fit; what is not finished takes no part, and the result says so.
func TestBudget(t *testing.T) {
	f := &fake{}
	o := f.options(t)
	o.Budget = time.Minute
	x, err := newRunner(judged(4), o)
	if err != nil {
		t.Fatal(err)
	}
	x.longest = 300
	for seed, want := range []bool{true, true, false} {
		if got := x.begins(t.Context(), uint64(seed)); got != want {
			t.Errorf("seed %d begun: %v; runs of 5 minutes fit into one for the first two seeds alone", seed, got)
		}
	}
	x.longest, x.begun = 30, map[uint64]bool{3: false}
	if !x.begins(t.Context(), 2) {
		t.Error("a run of half a minute fits into one")
	}
	r, err := x.lookByLook(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if want := "3 of 4 seeds, for the budget of 1m0s was up; the same call goes on"; r.Short != want || r.Seeds != 3 || len(r.Runs) != 6 {
		t.Errorf("%q, %d seeds, %d runs; want %q", r.Short, r.Seeds, len(r.Runs), want)
	}
	if !strings.Contains(r.Sentence(), "stopped after 3 of 4 seeds") {
		t.Errorf("%q", r.Sentence())
	}
	o.Budget = time.Nanosecond
	if _, err := Run(t.Context(), judged(9), o); err == nil || !strings.Contains(err.Error(), "the budget of 1ns is too short for 2 seeds of 2 arms") {
		t.Errorf("error %v", err)
	}
	o.Budget = -1
	if _, err := Run(t.Context(), judged(3), o); err == nil || !strings.Contains(err.Error(), "a budget of -1ns") {
		t.Errorf("error %v", err)
	}
}

// TestInterrupted: a study that is stopped says how to go on, and goes on.
func TestInterrupted(t *testing.T) {
	f := &fake{}
	o := f.options(t)
	ctx, cancel := context.WithCancel(t.Context())
	stopping := o
	stopping.Progress = func(p Progress) {
		if p.Done == 2 {
			cancel()
		}
	}
	if _, err := Run(ctx, judged(6), stopping); !errors.Is(err, train.ErrInterrupted) {
		t.Errorf("error %v; want an interruption", err)
	}
	if made := f.steps.Load(); made == 0 || made == 48 {
		t.Errorf("%d steps were made; want some", made)
	}
	if _, err := Run(t.Context(), judged(6), o); err != nil || f.steps.Load() != 48 {
		t.Errorf("%d steps in all, error %v; want each once", f.steps.Load(), err)
	}
}

// TestOneSeed: a study of one seed has curves and findings, but no check.
func TestOneSeed(t *testing.T) {
	o := (&fake{}).options(t)
	if _, err := Run(t.Context(), judged(1), o); err == nil || !strings.Contains(err.Error(), "no check of two from one seed") {
		t.Errorf("error %v", err)
	}
	r, err := Run(t.Context(), two(1), o)
	if err != nil || r.Verdict != "" || !strings.Contains(r.Sentence(), "the better arm is better (1 seed)") {
		t.Errorf("%+v, error %v", r, err)
	}
}

// TestTrained: an arm of a study is trained alone where it is asked for.
func TestTrained(t *testing.T) {
	f := &fake{}
	o := f.options(t)
	got, err := Trained(t.Context(), two(3), "bad", 2, o)
	if err != nil || got.Config.Seed != 2 || f.steps.Load() != 4 {
		t.Errorf("%v after %d steps, error %v", got, f.steps.Load(), err)
	}
	f.diverges = func(int, float32) bool { return true }
	if _, err := Trained(t.Context(), two(3), "good", 0, o); err == nil || !strings.Contains(err.Error(), "good of two diverged with seed 0") {
		t.Errorf("error %v", err)
	}
}

// TestWithoutTraining: a study may have conditions alone, whose predictors are derived; looks
// add seeds as ever.
func TestWithoutTraining(t *testing.T) {
	c := On(synthetic.Pair{N: 4}, 10)
	c.Derive = func(_ context.Context, _ *Session, seed uint64) ([]eval.Predictor, error) {
		return []eval.Predictor{baseline.KNN{K: int(seed) + 1}}, nil
	}
	var seeds []int
	s := &Study{Name: "derived", Looks: LooksAt(2, 4), Conditions: []Condition{c}, Report: func(_ context.Context, d *Data, r *Result) error {
		of := 0
		for k := range 4 {
			of += len(d.Summaries(baseline.KNN{K: k + 1}.Name(), "pair"))
		}
		seeds = append(seeds, of)
		r.Checks = []Check{Above("open", 0, eval.OfSeeds([]float64{-1, 1}))}
		return nil
	}}
	r, err := Run(t.Context(), s, Options{Dir: t.TempDir()})
	if err != nil || r.Seeds != 4 || !slices.Equal(seeds, []int{2, 4}) {
		t.Errorf("%v, tested seeds %v, error %v", r, seeds, err)
	}
	if strings.Contains(r.String(), "test tasks") {
		t.Errorf("%s", r)
	}
}

// TestStudyErrors: what is wrong with a study is said before anything is trained.
func TestStudyErrors(t *testing.T) {
	change := func(f func(s *Study)) *Study {
		s := two(2)
		f(s)
		return s
	}
	for want, s := range map[string]*Study{
		"no study; want a *study.Study":                     nil,
		"the study has no Name":                             change(func(s *Study) { s.Name = "" }),
		"two with 0 seeds; want at least 2":                 change(func(s *Study) { s.Seeds = 0 }),
		"two has neither Arms to train nor Parts":           change(func(s *Study) { s.Arms = nil }),
		"arm 1 of two has neither Name nor Learner":         change(func(s *Study) { s.Arms[1] = Arm{} }),
		`two has two arms called "good"`:                    change(func(s *Study) { s.Arms[1].Name = "good" }),
		`arm "good" of two needs a Learner and Tasks`:       change(func(s *Study) { s.Arms[0].Tasks = nil }),
		`condition "pair" of two tests the unknown arm "x"`: change(func(s *Study) { s.Conditions[0].Arms = []string{"x"} }),
		`condition "" of two needs Sample and a Name`:       change(func(s *Study) { s.Conditions[0].Name = "" }),
		`condition "pair" of two needs Sample`:              change(func(s *Study) { s.Conditions = append(s.Conditions, s.Conditions[0]) }),
		"test tasks of broken: no tasks today":              change(func(s *Study) { s.Conditions[0] = broken(errors.New("no tasks today")) }),
		"test tasks of broken: datasets":                    change(func(s *Study) { s.Conditions[0] = broken(nil) }),
		"train: -1 steps; want at least 1":                  change(func(s *Study) { s.Arms[0].Recipe.Steps = -1 }),
		"report of two: the report fails": change(func(s *Study) {
			s.Report = func(context.Context, *Data, *Result) error { return errors.New("the report fails") }
		}),
		"predictors on pair: none": change(func(s *Study) {
			s.Conditions[0].Derive = func(context.Context, *Session, uint64) ([]eval.Predictor, error) { return nil, errors.New("none") }
		}),
		"the Settings of two cannot be written as JSON": change(func(s *Study) { s.Settings = func() {} }),
	} {
		if _, err := Run(t.Context(), s, (&fake{}).options(t)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v; want one with %q", err, want)
		}
	}
}

// broken is a condition whose sampler fails or, with nil, gives a batch that is no batch.
func broken(err error) Condition {
	return Condition{Name: "broken", Sample: func(uint64) (*datasets.Batch, error) {
		return &datasets.Batch{T: cmp.Or(len(fmt.Sprint(err)), 1)}, err
	}}
}

// TestDirOfRuns: results lie where the options of training keep runs, unless told otherwise.
func TestDirOfRuns(t *testing.T) {
	dir := t.TempDir()
	for _, o := range []Options{{Train: []train.Option{train.WithDir(dir)}}, {Dir: dir, Train: []train.Option{train.WithDir(t.TempDir())}}} {
		s, err := newSession(two(1), o)
		if err != nil || s.Dir() != dir {
			t.Errorf("results lie in %s, want %s (error %v)", s.Dir(), dir, err)
		}
	}
	if s, err := newSession(two(1), Options{}); err != nil || s.Dir() != train.DefaultDir() {
		t.Errorf("results lie in %s by default, error %v", s.Dir(), err)
	}
}
