package notebook

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/synthetic"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/figure"
)

type pair struct {
	Name   string
	Share  float64
	hidden int
}

// level is a number with a text of its own.
type level int

func (l level) String() string { return fmt.Sprintf("level %d", int(l)) }

// printed is what Show prints outside of a notebook.
func printed(t *testing.T, v any) string {
	t.Helper()
	var b bytes.Buffer
	shown, err := forms(v)
	for _, one := range shown {
		err = errors.Join(err, printTo(&b, one))
	}
	if err != nil {
		t.Errorf("%v: %v", v, err)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func TestForms(t *testing.T) {
	var nothing *pair
	for _, c := range []struct {
		v    any
		want string
	}{
		{3, "3"}, {.123456789, "0.123457"}, {float32(2), "2"}, {true, "true"}, {'x', "120"}, {level(2), "level 2"},
		{nil, "nil"}, {nothing, "nil"}, {error(nil), "nil"},
		{errors.New("no data"), "error: no data"},
		{[]int{1, 2}, "[1 2]"}, {[3]float64{.5, 1, 1e-9}, "[0.5 1 1e-09]"}, {[]string{"a", "b"}, "[a b]"},
		{make([]int, 25), "[" + strings.Repeat("0 ", 20) + "… (25 in all)]"},
		{[]level{1, 2}, "[level 1 level 2]"},
		{eval.Estimate{Mean: .5, Lo: .4, Hi: .6}, "0.500 ±0.100"},
		{pair{"a", .25, 1}, "notebook.pair\nfield  value\n─────  ─────\nName   a\nShare  0.25"},
		{&pair{"a", .25, 1}, "notebook.pair\nfield  value\n─────  ─────\nName   a\nShare  0.25"},
		{[]pair{{"a", .25, 1}, {"b", .5, 2}}, "Name  Share\n────  ─────\na      0.25\nb       0.5"},
		{map[string]int{"b": 2, "a": 1}, "key  value\n───  ─────\na        1\nb        2"},
		{[][]float64{{1, 2}, {3}}, "   0  1\n─  ─  ─\n0  1  2\n1  3"},
		{[]any{"text", 1}, "text\n1"},
		{[]picture{{}, {}}, "a grey bar\na grey bar"},
		{[]eval.Table{sampleTable}, sampleTable.String()},
		{&sampleTable, sampleTable.String()},
	} {
		if got := printed(t, c.v); got != c.want {
			t.Errorf("%T %v is shown as\n%s\nwant\n%s", c.v, c.v, got, c.want)
		}
	}
}

// TestFormsOfCurves: a curve is drawn, several of them in one figure for each metric.
func TestFormsOfCurves(t *testing.T) {
	curve := eval.Curve{Learner: "ICL", Family: "pair", Metric: "accuracy", N: []int{0, 1}, Mean: []float64{.5, .75}}
	other := curve
	other.Metric = "loss"
	for _, c := range []struct {
		v       any
		figures int
	}{{curve, 1}, {&curve, 1}, {[]eval.Curve{curve, curve}, 1}, {[]eval.Curve{curve, other, curve}, 2}, {figure.Panel{Curves: []eval.Curve{curve}}, 1}} {
		shown, err := forms(c.v)
		if err != nil || len(shown) != c.figures {
			t.Errorf("%T: %d forms, %v; want %d", c.v, len(shown), err, c.figures)
			continue
		}
		for _, f := range shown {
			p, ok := f.(Picture)
			if !ok {
				t.Errorf("%T is shown as a %T", c.v, f)
				continue
			}
			if image, err := p.PNG(); err != nil || len(image) < 1000 || !strings.Contains(p.Alt(), "ICL 0.750 at n = 1") {
				t.Errorf("%T: %d bytes, %v, %q", c.v, len(image), err, p.Alt())
			}
		}
	}
}

func TestFormsOfABatch(t *testing.T) {
	b, err := synthetic.Pair{}.Sample(datasets.Rand(1, "test"), 5)
	if err != nil {
		t.Fatal(err)
	}
	shown, err := forms(b)
	want := fmt.Sprintf("5 classification tasks of %d points with 2 inputs, of 2 classes", b.N)
	if err != nil || len(shown) != 2 || shown[0] != plain(want) {
		t.Fatalf("got %v, %v; want %q and a picture", shown, err, want)
	}
	if p, ok := shown[1].(Picture); !ok || strings.Count(p.Alt(), "labelled points") != 3 {
		t.Errorf("got %v, want a picture of three tasks", shown[1])
	}
	if shown, err = forms(&datasets.Batch{T: 1}); err != nil || len(shown) != 1 || !strings.HasPrefix(fmt.Sprint(shown[0]), "error: ") {
		t.Errorf("an invalid batch is shown as %v, %v", shown, err)
	}
}

// TestFormsAreBounded: what is too long says how much there is.
func TestFormsAreBounded(t *testing.T) {
	rows := make([][]int, 200)
	for i := range rows {
		rows[i] = make([]int, 100)
	}
	got := printed(t, rows)
	if !strings.Contains(got, "the first 20 of 100 columns; the first 50 of 200 rows") || strings.Count(got, "\n") > 60 {
		t.Errorf("a matrix of 200 × 100 is shown in %d lines", strings.Count(got, "\n"))
	}
	if got := printed(t, pair{Name: strings.Repeat("long ", 100)}); strings.Count(got, "long") > 20 {
		t.Errorf("a long text is shown as %s", got)
	}
}

func TestNoForm(t *testing.T) {
	for _, v := range []any{func() {}, make(chan int), []func(){func() {}}} {
		shown, err := forms(v)
		if err == nil || !strings.Contains(err.Error(), "cannot show a "+strings.TrimPrefix(fmt.Sprintf("%T", v), "[]")) || len(shown) > 0 {
			t.Errorf("%T: %v, %v", v, shown, err)
		}
	}
}
