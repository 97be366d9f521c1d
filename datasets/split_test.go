package datasets_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/goicl/goicl/datasets"
	"pgregory.net/rapid"
)

func ExampleTable_Split() {
	file := "leaf,length\noak,9.5\noak,8.1\noak,8.8\nbirch,4.4\nbirch,5.2\nbirch,3.9\n"
	table, err := datasets.ReadTable(strings.NewReader(file), "leaf")
	if err != nil {
		fmt.Println(err)
		return
	}
	splits, err := table.Split(datasets.Rand(1, "leaves"), 100, 4, 2)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, n := range []int{2, 4} {
		b, err := splits.Batch(n)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("n = %d: %d tasks, the first query is %s\n", n, b.T, table.Classes[b.Y[n]])
	}
	// Output:
	// n = 2: 200 tasks, the first query is birch
	// n = 4: 200 tasks, the first query is birch
}

// randomTable has up to four classes of up to 12 rows, with ties and constant
// columns among its values.
func randomTable(t *rapid.T) datasets.Table {
	table := datasets.Table{Features: []string{"a", "b"}}
	value := rapid.OneOf(rapid.Just(float32(7)), rapid.Float32Range(-1e30, 1e30), rapid.Float32Range(-1, 1))
	for c := range rapid.IntRange(2, 4).Draw(t, "classes") {
		table.Classes = append(table.Classes, fmt.Sprint("class", c))
		for range rapid.IntRange(2, 12).Draw(t, "rows") {
			table.X = append(table.X, []float32{value.Draw(t, "a"), value.Draw(t, "b")})
			table.Y = append(table.Y, int32(c))
		}
	}
	return table
}

// TestSplitProperties: any valid table gives an error or valid batches at every
// n, whose points are distinct rows of the table, balanced, with the context
// standardised and the queries kept as n grows.
func TestSplitProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		table := randomTable(t)
		context, queries := rapid.IntRange(1, 12).Draw(t, "context"), rapid.IntRange(1, 5).Draw(t, "queries")
		splits, err := table.Split(datasets.Rand(rapid.Uint64().Draw(t, "seed"), "split"), 3, context, queries)
		if err != nil {
			if !strings.Contains(err.Error(), " rows; ") {
				t.Fatal(err)
			}
			return
		}
		if splits.Queries() != queries {
			t.Fatalf("%d queries a split, want %d", splits.Queries(), queries)
		}
		var before *datasets.Batch
		for n := 1; n <= context; n++ {
			b, err := splits.Batch(n)
			if err != nil {
				t.Fatal(err)
			}
			if err := b.Validate(); err != nil {
				t.Fatal(err)
			}
			if b.T != 3*queries || b.N != context+1 {
				t.Fatalf("%d tasks of %d points, want %d of %d", b.T, b.N, 3*queries, context+1)
			}
			for task := range b.T {
				checkSplitTask(t, table, b, task, n)
				if before != nil {
					checkNested(t, before, b, task, n)
				}
			}
			before = b
		}
	})
}

func checkSplitTask(t *rapid.T, table datasets.Table, b *datasets.Batch, task, n int) {
	rows := b.Latent["row"].Row(task)
	counts := make([]int, b.C)
	for p, row := range rows {
		if slices.Contains(rows[:p], row) {
			t.Fatalf("task %d holds row %g twice", task, row)
		}
		y := b.Y[task*b.N+p]
		if table.Y[int(row)] != y {
			t.Fatalf("task %d, point %d has label %d, its row %d", task, p, y, table.Y[int(row)])
		}
		if p != n {
			counts[y]++
		}
	}
	if slices.Max(counts)-slices.Min(counts) > 1 {
		t.Fatalf("task %d has contexts of %v points a class", task, counts)
	}
	for d := range b.D {
		checkStandard(t, table, b, task, n, d)
	}
}

// checkStandard recomputes feature d of the task.
func checkStandard(t *rapid.T, table datasets.Table, b *datasets.Batch, task, n, d int) {
	raw := func(p int) float64 { return float64(table.X[int(b.Latent["row"].Row(task)[p])][d]) }
	mean, variance := 0.0, 0.0
	for p := range n {
		mean += raw(p) / float64(n)
	}
	for p := range n {
		variance += (raw(p) - mean) * (raw(p) - mean) / float64(n)
	}
	sd := math.Sqrt(variance)
	for p := range b.N {
		got := float64(b.Point(task, p)[d])
		want := (raw(p) - mean) / sd
		switch {
		case math.Abs(got) > 3:
			t.Fatalf("task %d, point %d: %g is beyond 3", task, p, got)
		case sd < 1e-6*math.Abs(mean) || sd == 0:
			// Too close to constant to recompute: only the bound holds.
		case math.Abs(got-min(max(want, -3), 3)) > 1e-4:
			t.Fatalf("task %d, point %d: %g, want %g", task, p, got, want)
		}
	}
}

// checkNested: the context at n−1 is the beginning of the one at n, and the query
// stays.
func checkNested(t *rapid.T, before, b *datasets.Batch, task, n int) {
	old, now := before.Latent["row"].Row(task), b.Latent["row"].Row(task)
	if !slices.Equal(old[:n-1], now[:n-1]) || old[n-1] != now[n] || old[n] != now[n-1] {
		t.Fatalf("task %d at n = %d: rows %v follow rows %v", task, n, now, old)
	}
}

// TestStandardiseByContextAlone: neither the query nor later points have a say.
func TestStandardiseByContextAlone(t *testing.T) {
	table := small()
	first, err := table.Split(datasets.Rand(1, "test"), 1, 6, 1)
	if err != nil {
		t.Fatal(err)
	}
	b, err := first.Batch(3)
	if err != nil {
		t.Fatal(err)
	}
	for p := 3; p < 7; p++ { // change every row that is not context
		table.X[int(b.Latent["row"].Row(0)[p])][0] = 1e6
	}
	again, err := table.Split(datasets.Rand(1, "test"), 1, 6, 1)
	if err != nil {
		t.Fatal(err)
	}
	changed, err := again.Batch(3)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(b.X[:9], changed.X[:9]) {
		t.Errorf("the context changed from %v to %v with points outside of it", b.X[:9], changed.X[:9])
	}
	if changed.Point(0, 3)[0] != 3 {
		t.Errorf("a far query is at %g, want 3", changed.Point(0, 3)[0])
	}
}

// TestConstantFeature: a constant column is 0, however its mean rounds; a value
// that differs from a constant context is at the limit.
func TestConstantFeature(t *testing.T) {
	table := small()
	for i := range table.X {
		table.X[i][1] = 0.1
	}
	splits, err := table.Split(datasets.Rand(1, "test"), 20, 7, 2)
	if err != nil {
		t.Fatal(err)
	}
	for n := 1; n <= 7; n++ {
		b, err := splits.Batch(n)
		if err != nil {
			t.Fatal(err)
		}
		for i := 1; i < len(b.X); i += b.D {
			if b.X[i] != 0 {
				t.Fatalf("n = %d: a constant feature is at %g, want 0", n, b.X[i])
			}
		}
		if x := b.Point(0, 1)[0]; n == 1 && math.Abs(float64(x)) != 3 {
			t.Errorf("beside a single example the query is at %g, want ±3", x)
		}
	}
}

func TestSplitErrors(t *testing.T) {
	table := small()
	rng := datasets.Rand(1, "test")
	splits, err := table.Split(rng, 2, 6, 3)
	if err != nil {
		t.Fatal(err)
	}
	try := func(rng *rand.Rand, splits, context, queries int) error {
		return second(table.Split(rng, splits, context, queries))
	}
	for want, err := range map[string]error{
		"0 splits of 6 context points and 3 queries; want at":                   try(rng, 0, 6, 3),
		"2 splits of -1 context points and 3 queries":                           try(rng, 2, -1, 3),
		"2 splits of 6 context points and 0 queries":                            try(rng, 2, 6, 0),
		`class "v" has 4 rows; 10 context points and 3 queries of 3 classes ne`: try(rng, 2, 10, 3),
		`class "u" has 5 rows; 922`:                                             try(rng, 2, math.MaxInt, math.MaxInt),
		"too many values":                                                       try(rng, math.MaxInt, 6, 3),
		"rng is nil; make one":                                                  try(nil, 2, 6, 3),
		"a context of 0 points; want 1..6, the number drawn":                    second(splits.Batch(0)),
		"a context of 7 points; want 1..6":                                      second(splits.Batch(7)),
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got error %v, want one with %q", err, want)
		}
	}
}

// TestBalance: shares equal up to one, the odd ones and the order at random.
func TestBalance(t *testing.T) {
	rng := datasets.Rand(1, "test")
	order := make([]int, 5)
	var first, more [3]int
	for range 3000 {
		datasets.Balance(rng, order, 3)
		counts := make([]int, 3)
		for _, c := range order {
			counts[c]++
		}
		if slices.Max(counts) != 2 || slices.Min(counts) != 1 {
			t.Fatalf("%v is not balanced", order)
		}
		first[order[0]]++
		more[slices.Index(counts, 1)]++
	}
	for c := range 3 {
		if first[c] < 850 || first[c] > 1150 || more[c] < 850 || more[c] > 1150 {
			t.Errorf("class %d is first in %d and rarer in %d of 3000 draws, want about 1000", c, first[c], more[c])
		}
	}
}

func BenchmarkSplitsBatch(b *testing.B) {
	table := small()
	splits, err := table.Split(datasets.Rand(1, "bench"), 500, 6, 3)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := splits.Batch(6); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N*500*3*7)/b.Elapsed().Seconds()/1e6, "Mpoints/s")
}
