package tabular_test

import (
	"context"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/tables"
	"github.com/goicl/goicl/icl/tabular"
	"github.com/goicl/goicl/icl/train"
	"github.com/goicl/goicl/icl/transformer"
)

// small trains a model of some seconds, once: for classes, and for targets.
var small = map[bool]func() (*tabular.Model, error){false: sync.OnceValues(smallOf(false)), true: sync.OnceValues(smallOf(true))}

func smallOf(targets bool) func() (*tabular.Model, error) {
	return func() (*tabular.Model, error) {
		dir, err := os.MkdirTemp("", "tabular")
		if err != nil {
			return nil, err
		}
		defer os.RemoveAll(dir)
		return tabular.Train(context.Background(), tabular.Settings{
			Learner: transformer.Tabular{Width: 16, Depth: 1, Heads: 2},
			Prior:   tables.Prior{N: 40, Columns: 4, Classes: 3, Targets: targets},
			Recipe:  tabular.Recipe(300),
		}, train.WithDir(dir), train.WithBackend("go"))
	}
}

func model(t testing.TB, targets bool) *tabular.Model {
	t.Helper()
	m, err := small[targets]()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// blobs are rows of two classes, apart in the first of so many columns.
func blobs(rows, columns int) datasets.Table {
	rng := datasets.Rand(7, "blobs")
	t := datasets.Table{Classes: []string{"a", "b"}}
	for j := range columns {
		t.Features = append(t.Features, fmt.Sprint("x", j))
	}
	for i := range rows {
		x := make([]float32, columns)
		for j := range x {
			x[j] = float32(datasets.Normal(rng))
		}
		x[0] += float32(4 * (i % 2))
		t.X, t.Y = append(t.X, x), append(t.Y, int32(i%2))
	}
	return t
}

// rows are some rows of a table, with labels.
func rows(t datasets.Table, which ...int) datasets.Table {
	of := t
	of.X, of.Y, of.Z = nil, nil, nil
	for _, i := range which {
		of.X = append(of.X, t.X[i])
		if t.Z != nil {
			of.Z = append(of.Z, t.Z[i])
		} else {
			of.Y = append(of.Y, t.Y[i])
		}
	}
	return of
}

func upTo(lo, hi int) (all []int) {
	for i := lo; i < hi; i++ {
		all = append(all, i)
	}
	return all
}

func predict(t *testing.T, m *tabular.Model, known, test datasets.Table) *tabular.Prediction {
	t.Helper()
	p, err := m.Predict(t.Context(), known, test)
	if err != nil {
		t.Fatal(err)
	}
	for i, row := range p.P {
		sum := 0.
		for _, v := range row {
			if !(v >= 0 && v <= 1) {
				t.Fatalf("row %d has probabilities %v", i, row)
			}
			sum += v
		}
		if math.Abs(sum-1) > 1e-6 {
			t.Fatalf("the probabilities %v of row %d add up to %g", row, i, sum)
		}
	}
	return p
}

// TestLearns: the model tells classes apart that a glance tells apart.
func TestLearns(t *testing.T) {
	all := blobs(100, 3)
	test := rows(all, upTo(40, 100)...)
	p := predict(t, model(t, false), rows(all, upTo(0, 40)...), test)
	right := 0
	for i, y := range test.Y {
		if p.Class(i) == all.Classes[y] {
			right++
		}
	}
	if right < 51 {
		t.Errorf("%d of 60 right", right)
	}
}

// TestOrder: neither the order of rows nor other rows to predict change a bit.
func TestOrder(t *testing.T) {
	all, m := blobs(60, 3), model(t, false)
	known, test := rows(all, upTo(0, 30)...), rows(all, upTo(30, 60)...)
	want := predict(t, m, known, test)
	order := upTo(0, 30)
	slices.Reverse(order)
	if got := predict(t, m, rows(all, order...), test); !same(got.P, want.P) {
		t.Error("another order of the rows that are learned from gives other bits")
	}
	for i := range test.X {
		if alone := predict(t, m, known, rows(test, i)); !same(alone.P, want.P[i:i+1]) {
			t.Fatalf("row %d alone has %v, among others %v", i, alone.P[0], want.P[i])
		}
	}
	many := rows(test, append(upTo(0, 30), slices.Repeat(upTo(0, 30), 7)...)...) // beyond one pass
	if got := predict(t, m, known, many); !same(got.P[210:], want.P) {
		t.Error("rows of a later pass have other bits")
	}
}

func same(a, b [][]float64) bool { return slices.EqualFunc(a, b, slices.Equal[[]float64]) }

// TestTargets: shifting and scaling targets shifts and scales predictions.
func TestTargets(t *testing.T) {
	all, m := blobs(60, 3), model(t, true)
	all.Z, all.Y, all.Classes = make([]float32, 60), nil, nil
	for i, x := range all.X {
		all.Z[i] = x[0]
	}
	known, test := rows(all, upTo(0, 40)...), rows(all, upTo(40, 60)...)
	want := predict(t, m, known, test)
	for i := range known.Z {
		known.Z[i] = 100*known.Z[i] + 7
	}
	worse, mean := 0, 0.
	for _, z := range all.Z {
		mean += float64(z) / 60
	}
	for i, got := range predict(t, m, known, test).Z {
		if math.Abs(got-(100*want.Z[i]+7)) > .1 {
			t.Errorf("row %d: %g, and %g in other units", i, want.Z[i], got)
		}
		if truth := float64(test.Z[i]); math.Abs(want.Z[i]-truth) > math.Abs(mean-truth) {
			worse++
		}
	}
	if worse > 8 {
		t.Errorf("%d of 20 predictions are worse than the mean", worse)
	}
}

// TestOddTables: what a table may be like gives probabilities, or an error that says what.
func TestOddTables(t *testing.T) {
	all, m := blobs(60, 3), model(t, false)
	change := func(f func(t *datasets.Table)) datasets.Table {
		c := rows(all, upTo(0, 30)...)
		for i, x := range c.X {
			c.X[i] = slices.Clone(x)
		}
		c.Classes = slices.Clone(c.Classes)
		f(&c)
		return c
	}
	test := rows(all, upTo(30, 60)...)
	for name, known := range map[string]datasets.Table{
		"one row":        rows(all, 1),
		"one class":      rows(all, 0, 2, 4),
		"a rare class":   rows(all, append(upTo(0, 1), 3, 5, 7, 9, 11)...),
		"duplicate rows": rows(all, slices.Repeat([]int{0, 1}, 20)...),
		"many rows":      rows(all, slices.Repeat(upTo(0, 60), 10)...),
		"a constant column": change(func(c *datasets.Table) {
			for i := range c.X {
				c.X[i][1] = 5
			}
		}),
		"huge numbers": change(func(c *datasets.Table) {
			for i := range c.X {
				c.X[i][1] *= 1e12
			}
		}),
		"missing values": change(func(c *datasets.Table) { c.Missing, c.X[3][1] = true, float32(math.NaN()) }),
		"a column without values": change(func(c *datasets.Table) {
			c.Missing = true
			for i := range c.X {
				c.X[i][1] = float32(math.NaN())
			}
		}),
		"a class without rows": change(func(c *datasets.Table) { c.Classes = append(c.Classes, "c") }),
	} {
		t.Run(name, func(t *testing.T) {
			like := test
			like.Classes, like.Missing = known.Classes, known.Missing
			if p := predict(t, m, known, like); len(p.P) != 30 || len(p.P[0]) != len(known.Classes) {
				t.Errorf("%d rows of %d", len(p.P), len(p.P[0]))
			}
		})
	}
	if p := predict(t, m, rows(all, 0, 2, 4), test); p.P[0][0] != .8 {
		t.Errorf("three rows of one class give it %g; want 4/5 by Laplace's rule", p.P[0][0])
	}
	if p := predict(t, m, blobs(40, 9), blobs(10, 9)); len(p.P) != 10 {
		t.Error("a table with more columns than the model reads")
	}
}

func TestWrongTables(t *testing.T) {
	all, m := blobs(20, 3), model(t, false)
	other := blobs(20, 2)
	targets := all
	targets.Z, targets.Y, targets.Classes = make([]float32, 20), nil, nil
	many := all
	many.Classes = []string{"a", "b", "c", "d"}
	wrong := rows(all, upTo(0, 20)...)
	wrong.Y = slices.Clone(wrong.Y)
	wrong.Y[3] = 9
	for want, test := range map[string][2]datasets.Table{
		"no rows or no columns":           {{}, all},
		"no rows to predict":              {all, rows(all)},
		"the columns":                     {all, other},
		"the table has real targets":      {targets, targets},
		"4 classes and the model takes 3": {many, all},
		"row 3 has label 9":               {wrong, all},
	} {
		if _, err := m.Predict(t.Context(), test[0], test[1]); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v; want one with %q", err, want)
		}
	}
	if _, err := model(t, true).Predict(t.Context(), all, all); err == nil || !strings.Contains(err.Error(), "the table has classes") {
		t.Errorf("error %v", err)
	}
	if _, err := tabular.Train(t.Context(), tabular.Settings{Learner: transformer.Tabular{Context: 3}}); err == nil || !strings.Contains(err.Error(), "context of 3") {
		t.Errorf("error %v", err)
	}
	if _, err := (&tabular.Model{}).Predict(t.Context(), all, all); err == nil {
		t.Error("a model that nobody trained predicts")
	}
}

// BenchmarkPredict answers for 100 rows from 100 with the recommended sizes.
func BenchmarkPredict(b *testing.B) {
	m, err := tabular.Train(context.Background(), tabular.Settings{Recipe: tabular.Recipe(1)}, train.WithDir(b.TempDir()))
	if err != nil {
		b.Fatal(err)
	}
	known, test := blobs(100, 8), blobs(100, 8)
	for b.Loop() {
		if _, err := m.Predict(context.Background(), known, test); err != nil {
			b.Fatal(err)
		}
	}
}
