package grouped

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/stat"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/tables"
	"github.com/goicl/goicl/icl"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/metalearner"
	"github.com/goicl/goicl/icl/train"
	"github.com/goicl/goicl/icl/transformer"
	"github.com/goicl/goicl/internal/rank"
)

// made is a table of groups of 8 to 10 rows whose intercepts, and slopes of x, differ; z is 0 for all.
func made(t *testing.T, name string, groups int) rank.Grouped {
	t.Helper()
	rng := datasets.Rand(1, name)
	table := datasets.Table{Features: []string{"group", "x", "zero"}}
	for g := range groups {
		intercept, slope := 2*datasets.Normal(rng), 1+.3*datasets.Normal(rng)
		for range 8 + g%3 {
			x := datasets.Normal(rng)
			table.X = append(table.X, []float32{float32(g), float32(x), 0})
			table.Z = append(table.Z, float32(intercept+slope*x+.3*datasets.Normal(rng)))
		}
	}
	all, err := table.Groups("group")
	if err != nil {
		t.Fatal(err)
	}
	return rank.Grouped{Name: name, Groups: all}
}

var small = Options{Given: []int{2, 6}, Folds: 5, Draws: 2}

// TestRun: in groups that are linear with Gaussian coefficients the mixed model is best, and the fit
// that knows nothing of the group is behind.
func TestRun(t *testing.T) {
	var lines []string
	o := small
	o.Log = func(s string) { lines = append(lines, s) }
	r, err := Run(t.Context(), []rank.Grouped{made(t, "one", 20), made(t, "two", 13), made(t, "sleep", 16)}, Classical(), o)
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"1 of 3: one, 20 groups, 2 columns", "2 of 3: two, 13 groups, 2 columns", "3 of 3: sleep, 16 groups, 2 columns"}; !slices.Equal(lines, want) {
		t.Errorf("%q, want %q", lines, want)
	}
	for _, table := range r.Tables {
		mean := func(method string, given int) float64 { return stat.Mean(r.errors(table, method, given), nil) }
		mixed, own, pooled := mean(reference, 2), mean("least squares, own rows", 2), mean("least squares, pooled", 2)
		if !(mixed < .2 && mixed < own && mixed < pooled && pooled > .5) || mean(reference, 6) > mixed || mean("least squares, pooled", 6) != pooled {
			t.Errorf("%s: mixed model %g, own rows %g, pooled %g", table, mixed, own, pooled)
		}
	}
	if n := len(r.errors("two", reference, 6)); n != 13 {
		t.Errorf("%d groups of 13 are tested", n)
	}
	text := r.Markdown()
	for _, want := range []string{
		"2 given rows: 49 groups of 3 tables\n\n", "| mixed model | yes | 1", "| least squares, own rows | no |", "Differences of errors paired by group, 3 tables",
		"| table | groups | least squares, own rows | least squares, pooled | mixed model | empirical Bayes, moments |", "\n| two | 13 | ",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}

// TestWithoutThoseLookedAt: the ranking is repeated without the tables that settings were decided on.
func TestWithoutThoseLookedAt(t *testing.T) {
	r, err := Run(t.Context(), []rank.Grouped{made(t, LookedAt[0], 10), made(t, "other", 10)}, Classical()[:3], small)
	if err != nil {
		t.Fatal(err)
	}
	text := r.Markdown()
	for _, want := range []string{"2 given rows: 20 groups of 2 tables\n", "2 given rows: 10 groups of 1 tables, without those that were looked at", "paired by group, 1 tables"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}

// spy keeps what a method is shown, and predicts 0.
type spy struct {
	training []datasets.Groups
	asked    []*datasets.Batch
}

func (*spy) Name() string { return "spy" }
func (*spy) Sees() bool   { return true }

func (s *spy) Fit(_ context.Context, training datasets.Groups, _ *rand.Rand) (eval.Regressor, error) {
	s.training = append(s.training, training)
	return s, nil
}

func (s *spy) Regress(_ context.Context, b *datasets.Batch, at []int) (mean, variance []float32, err error) {
	s.asked = append(s.asked, b)
	return make([]float32, b.T*len(at)), nil, nil
}

// TestProtocol: each group is tested once and is then not in training, the first of more given rows
// are the fewer ones, what is predicted is the same for all numbers of them, and errors are in
// units of the variance in training.
func TestProtocol(t *testing.T) {
	table, a, b := made(t, "protocol", 11), new(spy), new(spy)
	r, err := Run(t.Context(), []rank.Grouped{table}, []Method{a, b}, small)
	if err != nil {
		t.Fatal(err)
	}
	if len(a.training) != 5 || len(a.asked) != 10 {
		t.Fatalf("%d fits and %d predictions", len(a.training), len(a.asked))
	}
	tested := map[string]int{}
	for fold, training := range a.training {
		for _, name := range table.Names {
			if !slices.Contains(training.Names, name) {
				tested[name]++
			}
		}
		few, more := a.asked[2*fold], a.asked[2*fold+1]
		if !slices.Equal(few.Z, b.asked[2*fold].Z) {
			t.Error("two methods are asked for different rows")
		}
		for task := range few.T {
			if few.N != 3 || more.N != 7 || !slices.Equal(few.Z[task*3:task*3+2], more.Z[task*7:task*7+2]) || few.Z[task*3+2] != more.Z[task*7+6] ||
				slices.Contains(more.Z[task*7:task*7+6], more.Z[task*7+6]) {
				t.Fatalf("task %d: rows %v, and %v", task, few.Z[task*3:task*3+3], more.Z[task*7:task*7+7])
			}
		}
	}
	for _, name := range table.Names {
		if tested[name] != 1 {
			t.Errorf("group %s is tested %d times", name, tested[name])
		}
	}
	if mean := stat.Mean(r.errors("protocol", "spy", 2), nil); math.Abs(mean-1) > .5 {
		t.Errorf("predicting the mean has an error of %g; want about 1", mean)
	}
}

// tiny are settings that are trained in a second.
func tiny() Settings {
	return Settings{
		Learner: transformer.PreNorm{Width: 8, Depth: 1, Heads: 2}, Domains: tables.Domains{Columns: 3, Tasks: 8}, Base: 300, Rate: 1e-2, Meta: 5, Ratio: 2, MoreRate: 2e-3, MetaRate: 2e-3,
		Inner: metalearner.Inner{Steps: 2}, Adapt: Adaptation{Rate: .02, Steps: []int{10, 60}, Tasks: 256, Batch: 16},
	}
}

// count is a bar that counts trainings that are not loaded.
type count struct{ trained *int }

func (c count) Update(done, total int, loss float64, _ string) {
	if done == total && loss != 0 {
		*c.trained++
	}
}

func (count) Done() {}

// TestLearned: the transformers are trained once, are methods, and adapt to a table.
func TestLearned(t *testing.T) {
	trained, dir := 0, t.TempDir()
	var methods []Method
	for range 2 {
		var err error
		if methods, err = tiny().Learned(t.Context(), func(string) icl.Bar { return count{&trained} }, train.WithDir(dir)); err != nil {
			t.Fatal(err)
		}
	}
	if trained != 3 {
		t.Errorf("%d trainings; want 3, and none at the second call", trained)
	}
	o := small
	o.Folds = 2
	r, err := Run(t.Context(), []rank.Grouped{made(t, "learned", 30)}, append(Classical()[:3], methods...), o)
	if err != nil {
		t.Fatal(err)
	}
	plain, after := stat.Mean(r.errors("learned", "ICL, as it is", 2), nil), stat.Mean(r.errors("learned", "ICL, adapted", 2), nil)
	if !(after < plain) {
		t.Errorf("an error of %g as it is, and %g adapted; want less", plain, after)
	}
	if text := r.Markdown(); !strings.Contains(text, "| M²-ICL, adapted − ICL, adapted | 6 |") {
		t.Error(text)
	}
	wide := made(t, "wide", 5)
	wide.Table.Features = append(wide.Table.Features, "a", "b")
	for i, x := range wide.Table.X {
		wide.Table.X[i] = append(slices.Clone(x), float32(i%7), float32(i%5))
	}
	if _, err := Run(t.Context(), []rank.Grouped{wide}, methods[:1], o); err == nil || !strings.Contains(err.Error(), "reads at most 3") {
		t.Errorf("error %v of a table with more columns than the transformer reads", err)
	}
}

// last predicts the target of the last given row.
type last struct{}

func (last) Name() string { return "last" }

func (last) Regress(_ context.Context, b *datasets.Batch, at []int) (mean, variance []float32, err error) {
	for t := range b.T {
		mean = append(mean, b.Z[t*b.N+at[0]-1]+100*b.Point(t, at[0])[0])
	}
	return mean, nil, nil
}

// TestInTurn: each of four rows comes last once, so that the answer is their mean; the query stays.
func TestInTurn(t *testing.T) {
	b := datasets.NewBatch(1, 5, 1, 0)
	copy(b.Z, []float32{1, 2, 3, 10, 99})
	b.Point(0, 4)[0] = 1
	mean, _, err := inTurn{last{}}.Regress(t.Context(), b, []int{4})
	if err != nil || mean[0] != 104 {
		t.Errorf("%v, error %v; want 104", mean, err)
	}
}

// TestDifference: means are those of tables and of groups, and shares and tables are counted by sign.
func TestDifference(t *testing.T) {
	r := &Report{Options: Options{Given: []int{2}}, Tables: []string{"t", "u"}}
	for name, errs := range map[string][2][]float64{"a": {{1, 1.1, .9, 9}, {2, 2, 2}}, "b": {{2, 2.1, 1.9, 1}, {1, 1.1, .9}}} {
		for i, table := range r.Tables {
			r.Cells = append(r.Cells, Cell{Table: table, Method: name, Given: 2, Errors: errs[i]})
		}
	}
	d := r.difference(r.Tables, "a", "b", 2)
	if !near(d.tables[0], 5./4) || !near(d.tables[1], 1) || !near(stat.Mean(d.groups, nil), 8./7) || !slices.Equal(d.lower, []float64{.75, 0}) || d.below != 0 || d.above != 1 {
		t.Errorf("%+v", d)
	}
	if d = r.difference(r.Tables, "b", "a", 2); d.below != 1 || d.above != 0 {
		t.Errorf("%+v", d)
	}
}

func near(a, b float64) bool { return math.Abs(a-b) < 1e-9 }

func TestOptions(t *testing.T) {
	for want, o := range map[string]Options{
		"[] given rows": {Folds: 5, Draws: 1}, "[8] given rows": {Given: []int{8}, Folds: 5, Draws: 1}, "1 folds": {Given: []int{2}, Folds: 1, Draws: 1}, "0 draws": {Given: []int{2}, Folds: 5},
	} {
		if _, err := Run(t.Context(), nil, nil, o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v", want, err)
		}
	}
	if got := fmt.Sprint(median([]float64{5, 1, 3, 10}), median([]float64{2, 1, 9})); got != "4 2" {
		t.Errorf("medians %s", got)
	}
}
