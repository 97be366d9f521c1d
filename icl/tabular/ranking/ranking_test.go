package ranking

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/baseline"
	"github.com/goicl/goicl/icl/eval"
)

// fixed answers with the probability that is the row's first input, or its complement.
type fixed struct{ wrong bool }

func (f fixed) Name() string { return fmt.Sprint("fixed ", f.wrong) }

func (f fixed) Predict(_ context.Context, _, test datasets.Table) (p [][]float64, err error) {
	for _, x := range test.X {
		v := float64(x[0])
		if f.wrong {
			v = 1 - v
		}
		p = append(p, []float64{1 - v, v})
	}
	return p, nil
}

// ordered is a table whose first input is nearly the label.
func ordered(rows int) Named {
	t := datasets.Table{Features: []string{"x", "y"}, Classes: []string{"a", "b"}}
	for i := range rows {
		v := .25 + .5*float32(i%2)
		t.X, t.Y = append(t.X, []float32{v, float32(i)}), append(t.Y, int32(i%2))
	}
	return Named{fmt.Sprint("ordered ", rows), t}
}

// TestTables: the right method is first, everywhere, and the wrong one is behind.
func TestTables(t *testing.T) {
	r, err := Tables(t.Context(), []Named{ordered(60), ordered(80), ordered(11)}, []Method{fixed{}, fixed{true}, Fitted{baseline.NearestMean{}}}, Options{Rows: []int{6, 10}, Splits: 3, Queries: 20})
	if err != nil {
		t.Fatal(err)
	}
	if got := r.values(AUC, "fixed false", 6); !slices.Equal(got, []float64{1, 1}) {
		t.Errorf("areas %g, want 1", got)
	}
	if got, want := r.values(eval.LogLoss, "fixed true", 10)[0], -math.Log(.25); math.Abs(got-want) > 1e-6 {
		t.Errorf("log-loss %g, want %g", got, want)
	}
	gap := r.Gaps(eval.LogLoss, 10)[0]
	if want := math.Log(3); gap.Learner != "fixed true" || len(gap.Mean) != 2 || math.Abs(gap.Mean[1]-want) > 1e-6 || gap.Lo[1] > gap.Hi[1] {
		t.Errorf("gaps %+v, want those of fixed true, %g", gap, want)
	}
	got := r.Ranks(6)
	for i := range 2 {
		if sum := got["fixed false"][i] + got["fixed true"][i] + got["nearest mean"][i]; got["fixed true"][i] != 3 || sum != 6 {
			t.Errorf("ranks %v; want 3 for fixed true, and 6 in all", got)
		}
	}
	text := r.Markdown()
	if !strings.Contains(text, "| fixed true | 3.00 [3.00, 3.00] | 0.000 [0.000, 0.000] | -1.000 [-1.000, -1.000] | 1.386 [1.386, 1.386] | 0 | 2 |") {
		t.Error(text)
	}
	if want := []string{"ordered 11 at 6 rows", "ordered 11 at 10 rows"}; !slices.Equal(r.Left, want) || !slices.Equal(r.At(10), r.Tables[:2]) {
		t.Errorf("left out: %v of %v; want %v", r.Left, r.Tables, want)
	}
}

// pairs counts, for each pair of a row of class c and another, which has the higher probability.
func pairs(p [][]float64, y []int32, c int) float64 {
	right, all := 0., 0.
	for i, a := range p {
		for j, b := range p {
			if int(y[i]) != c || int(y[j]) == c {
				continue
			}
			all++
			switch {
			case a[c] > b[c]:
				right++
			case a[c] == b[c]:
				right += .5
			}
		}
	}
	return right / all
}

// TestArea compares the area with a count of all pairs, with ties and without.
func TestArea(t *testing.T) {
	rng := datasets.Rand(0, "areas")
	for range 100 {
		p, y := make([][]float64, 30), make([]int32, 30)
		for i := range p {
			v := float64(rng.IntN(12)) / 12
			p[i], y[i] = []float64{v, 1 - v}, int32(i%2)
		}
		for c := range 2 {
			if got, want := area(p, y, c), pairs(p, y, c); math.Abs(got-want) > 1e-12 {
				t.Fatalf("area %g, want %g", got, want)
			}
		}
	}
}

// TestTuned: the method with the lowest loss on the labelled rows is chosen.
func TestTuned(t *testing.T) {
	all := ordered(40).Table
	p, err := Tuned{"tuned", []Method{fixed{true}, fixed{}}}.Predict(t.Context(), all, all)
	if err != nil || p[0][0] != .75 {
		t.Errorf("%v, %v; want the answers of the right one", p, err)
	}
}

// short leaves a row out, or answers with what are no probabilities.
type short struct{ p []float64 }

func (short) Name() string { return "short" }

func (s short) Predict(_ context.Context, _, test datasets.Table) ([][]float64, error) {
	if s.p == nil {
		return make([][]float64, len(test.X)-1), nil
	}
	return slices.Repeat([][]float64{s.p}, len(test.X)), nil
}

func TestWrongUse(t *testing.T) {
	right := []Method{fixed{}}
	tables := []Named{ordered(60)}
	targets := ordered(60)
	targets.Z, targets.Y, targets.Classes = make([]float32, 60), nil, nil
	for want, test := range map[string]struct {
		tables  []Named
		methods []Method
		o       Options
	}{
		"no tables or no methods":                      {nil, right, Options{}},
		"method 0: the method is nil":                  {tables, []Method{nil}, Options{}},
		`method 1: two methods are called "fixed fals`: {tables, []Method{fixed{}, fixed{}}, Options{}},
		`two tables are called "ordered 60"`:           {append(tables, ordered(60)), right, Options{}},
		"1 labelled rows; want 2":                      {tables, right, Options{Rows: []int{1}}},
		"1 splits of 60 rows to predict":               {tables, right, Options{Splits: 1}},
		"it has real targets":                          {[]Named{targets}, right, Options{}},
		"short: 29 rows are predicted; want 30":        {tables, []Method{short{}}, Options{Rows: []int{4}, Queries: 30}},
		"1 probabilities; want 2":                      {tables, []Method{short{[]float64{1}}}, Options{}},
		"add up to 0.8; want 1":                        {tables, []Method{short{[]float64{.4, .4}}}, Options{}},
		"a probability is NaN":                         {tables, []Method{short{[]float64{math.NaN(), 1}}}, Options{}},
		"nothing to choose from":                       {tables, []Method{Tuned{}}, Options{}},
		"no predictor to fit":                          {tables, []Method{Fitted{}}, Options{}},
		"no model; make one":                           {tables, []Method{InContext{}}, Options{}},
	} {
		if _, err := Tables(t.Context(), test.tables, test.methods, test.o); err == nil || !strings.HasPrefix(err.Error(), "ranking: ") || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v; want one with %q", err, want)
		}
	}
}
