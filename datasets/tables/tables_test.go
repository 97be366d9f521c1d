package tables_test

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/samplertest"
	"github.com/goicl/goicl/datasets/tables"
)

func TestPriorPassesTheBattery(t *testing.T) {
	samplertest.Run(t, tables.Prior{N: 20, Columns: 5, Classes: 4}, samplertest.Expect{N: 20, D: 5, C: 4})
	samplertest.Run(t, tables.Prior{N: 20, Columns: 5, Targets: true}, samplertest.Expect{N: 20, D: 5, C: 0})
	for _, m := range append(tables.Default(), tables.Linear{}) {
		t.Run(m.Name(), func(t *testing.T) {
			samplertest.Run(t, tables.Prior{N: 20, Columns: 5, Mechanisms: []tables.Mechanism{m}}, samplertest.Expect{N: 20, D: 5, C: 10})
		})
	}
}

// draw draws tables, of three columns and two classes unless p says otherwise.
func draw(t *testing.T, p tables.Prior) *datasets.Batch {
	t.Helper()
	b, err := p.Sample(datasets.Rand(1, "tables"), 400)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestParts: each part of the prior shows in some tables, and in none where it is left out.
func TestParts(t *testing.T) {
	plain := tables.Prior{N: 60, Columns: 4, Classes: 2, Mechanisms: []tables.Mechanism{tables.Linear{}},
		NoIrrelevant: true, NoWarps: true, NoCategories: true, NoMissing: true, NoImbalance: true}
	measures := map[string]func(b *datasets.Batch, task int) bool{
		"few values": func(b *datasets.Batch, task int) bool { return fewest(b, task) < 7 },
		"skewed":     func(b *datasets.Batch, task int) bool { return skew(b, task) > 1.6 },
		"imbalanced": func(b *datasets.Batch, task int) bool { return math.Abs(share(b, task)-.5) > .02 },
	}
	for name, test := range map[string]struct {
		with    func(*tables.Prior)
		measure string
	}{
		"categories": {func(p *tables.Prior) { p.NoCategories = false }, "few values"},
		"warps":      {func(p *tables.Prior) { p.NoWarps = false }, "skewed"},
		"imbalance":  {func(p *tables.Prior) { p.NoImbalance = false }, "imbalanced"},
	} {
		with := plain
		test.with(&with)
		count := func(p tables.Prior) (n int) {
			b := draw(t, p)
			for task := range b.T {
				if measures[test.measure](b, task) {
					n++
				}
			}
			return n
		}
		if without, n := count(plain), count(with); without > 4 || n < 40 {
			t.Errorf("%s: %d of 400 tables are %s, and %d without; want many and hardly any", name, n, test.measure, without)
		}
	}
	missing := plain
	missing.NoMissing = false
	if columns := func(p tables.Prior) (n float32) {
		for _, v := range draw(t, p).Latent["columns"].Data {
			n += v
		}
		return n
	}; columns(missing) <= columns(plain) {
		t.Error("no table has a column that marks missing values")
	}
}

// fewest is the least number of values that a column has.
func fewest(b *datasets.Batch, task int) int {
	least := b.N
	for j := range int(b.Latent["columns"].Data[task]) {
		values := map[float32]bool{}
		for n := range b.N {
			values[b.Point(task, n)[j]] = true
		}
		least = min(least, len(values))
	}
	return least
}

// skew is the greatest size of a column's third moment.
func skew(b *datasets.Batch, task int) (most float64) {
	for j := range int(b.Latent["columns"].Data[task]) {
		sum := 0.
		for n := range b.N {
			sum += math.Pow(float64(b.Point(task, n)[j]), 3) / float64(b.N)
		}
		most = max(most, math.Abs(sum))
	}
	return most
}

func share(b *datasets.Batch, task int) (ones float64) {
	for n := range b.N {
		ones += float64(b.Y[task*b.N+n]) / float64(b.N)
	}
	return ones
}

// TestAllSizesOccur: tables have all numbers of columns and of classes; the columns that one
// does not have are 0.
func TestAllSizesOccur(t *testing.T) {
	b := draw(t, tables.Prior{N: 30, Columns: 4, Classes: 3, NoMissing: true})
	columns, classes := map[float32]int{}, map[float32]int{}
	for task := range b.T {
		d := int(b.Latent["columns"].Data[task])
		columns[float32(d)]++
		classes[b.Latent["classes"].Data[task]]++
		for n := range b.N {
			for _, v := range b.Point(task, n)[d:] {
				if v != 0 {
					t.Fatalf("table %d has %d columns, and %g beyond", task, d, v)
				}
			}
			if y := b.Y[task*b.N+n]; y >= 3 {
				t.Fatalf("class %d", y)
			}
		}
	}
	if len(columns) != 4 || len(classes) != 2 || classes[3] < 20 {
		t.Errorf("columns %v, classes %v", columns, classes)
	}
}

// Thresholds is a mechanism of a reader's own: the target is how many columns are positive.
type Thresholds struct{}

func (Thresholds) Name() string { return "thresholds" }

func (Thresholds) Draw(rng *rand.Rand, rows, columns int) (x [][]float64, target []float64) {
	for range rows {
		row, count := make([]float64, columns), 0.
		for j := range row {
			if row[j] = datasets.Normal(rng); row[j] > 0 {
				count++
			}
		}
		x, target = append(x, row), append(target, count)
	}
	return x, target
}

// A mechanism of your own in ten lines, alone or beside those that come with the prior.
func ExampleMechanism() {
	p := tables.Prior{N: 50, Columns: 6, Mechanisms: append(tables.Default(), Thresholds{})}
	b, err := p.Sample(datasets.Rand(0, "mine"), 100)
	fmt.Println(b.T, "tables of", b.N, "rows and up to", b.D, "columns and", b.C, "classes", err)
	// Output: 100 tables of 50 rows and up to 6 columns and 10 classes <nil>
}

// A prior without columns that say nothing.
func ExamplePrior() {
	b, err := tables.Prior{NoIrrelevant: true}.Sample(datasets.Rand(0, "tables"), 2)
	fmt.Println(b.N, b.D, b.C, b.Latent["columns"].Data, err)
	// Output: 112 16 10 [12 16] <nil>
}

func ExampleNetwork() {
	x, target := tables.Network{}.Draw(datasets.Rand(0, "network"), 3, 2)
	fmt.Println(len(x), len(x[0]), len(target))
	// Output: 3 2 3
}

func ExampleClusters() {
	x, target := tables.Clusters{}.Draw(datasets.Rand(0, "clusters"), 3, 2)
	fmt.Println(len(x), len(x[0]), len(target))
	// Output: 3 2 3
}

func ExampleRules() {
	x, target := tables.Rules{}.Draw(datasets.Rand(0, "rules"), 3, 2)
	fmt.Println(len(x), len(x[0]), len(target))
	// Output: 3 2 3
}

func ExampleLinear() {
	x, target := tables.Linear{}.Draw(datasets.Rand(0, "linear"), 3, 2)
	fmt.Println(len(x), len(x[0]), len(target))
	// Output: 3 2 3
}

// broken draws a column too few, or what is no number.
type broken struct {
	Short bool
}

func (broken) Name() string { return "broken" }

func (b broken) Draw(_ *rand.Rand, rows, columns int) (x [][]float64, target []float64) {
	if b.Short {
		columns--
	}
	for range rows {
		x, target = append(x, make([]float64, columns)), append(target, math.NaN())
	}
	return x, target
}

func TestWrongPriors(t *testing.T) {
	for want, p := range map[string]tables.Prior{
		"-1 rows":                            {N: -1},
		"-2 columns":                         {Columns: -2},
		"at most 1 classes":                  {Classes: 1},
		"a mechanism is nil":                 {Mechanisms: []tables.Mechanism{nil}},
		"mechanism broken drew NaN in row 0": {Mechanisms: []tables.Mechanism{broken{}}},
		"mechanism broken drew":              {Mechanisms: []tables.Mechanism{broken{Short: true}}},
	} {
		if _, err := p.Sample(datasets.Rand(0, "tables"), 2); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: error %v; want one with %q", p, err, want)
		}
	}
	if _, err := (tables.Prior{}).Sample(nil, 2); err == nil {
		t.Error("a nil rng is accepted")
	}
}

// rings are discs: the class depends on the distance from the middle.
type rings struct{ Size float64 }

func (rings) Name() string { return "rings" }

func (r rings) Draw(rng *rand.Rand, rows, columns int) (x [][]float64, target []float64) {
	for range rows {
		row, length := make([]float64, columns), 0.
		for j := range row {
			row[j] = r.Size * datasets.Normal(rng)
			length += row[j] * row[j]
		}
		x, target = append(x, row), append(target, length)
	}
	return x, target
}

// far draws other tables than rings under the same name, with the same settings.
type far struct{ rings }

func (f far) Draw(rng *rand.Rand, rows, columns int) (x [][]float64, target []float64) {
	x, target = f.rings.Draw(rng, rows, columns)
	target[rows-1] *= 2
	return x, target
}

// TestJSON: what a run's name is made of does not change without mechanisms, and tells
// mechanisms apart: by name, settings, and what they draw.
func TestJSON(t *testing.T) {
	of := func(m ...tables.Mechanism) string {
		raw, err := json.Marshal(tables.Prior{N: 40, NoWarps: true, Mechanisms: m})
		if err != nil {
			t.Fatal(err)
		}
		return string(raw)
	}
	if got, want := of(), `{"n":40,"no_warps":true}`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	seen := map[string]bool{}
	for _, m := range [][]tables.Mechanism{{}, {tables.Linear{}}, {tables.Rules{}}, {tables.Linear{}, tables.Rules{}}, {tables.Rules{}, tables.Linear{}},
		{rings{1}}, {rings{1 + 1e-9}}, {far{rings{1}}}} {
		raw := of(m...)
		if seen[raw] || raw != of(m...) {
			t.Errorf("%s is that of other mechanisms, or changes", raw)
		}
		seen[raw] = true
	}
	for want, m := range map[string]tables.Mechanism{"mechanism 0: the mechanism is nil": nil, "Draw of mechanism": panics{}} {
		if _, err := json.Marshal(tables.Prior{Mechanisms: []tables.Mechanism{m}}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v; want one with %q", err, want)
		}
	}
}

type panics struct{}

func (panics) Name() string                                       { return "panics" }
func (panics) Draw(*rand.Rand, int, int) ([][]float64, []float64) { panic("no rows") }
