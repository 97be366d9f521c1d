package datasets_test

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/goicl/goicl/datasets"
)

// gaps is a table of 40 rows with missing values: numbers a, texts s of three kinds, two and an order.
func gaps(t testing.TB) datasets.Table {
	file := "a,s,two,size,y\n"
	gap := func(i, every int, cell string) string {
		if i%every == every-1 {
			return "NA"
		}
		return cell
	}
	for i := range 40 {
		file += fmt.Sprintf("%s,%s,%s,%s,%d\n", gap(i, 3, fmt.Sprint(i*i%17)), gap(i, 4, []string{"p", "q", "r", "q", "r"}[i*3%5]), gap(i, 5, []string{"n", "o"}[i/7%2]), gap(i, 7, []string{"low", "mid", "high"}[i/5%3]), i/2%2)
	}
	table, err := datasets.ReadTable(strings.NewReader(file), "y", datasets.WithMissing(), datasets.Ordinal("size", "low", "mid", "high"))
	if err != nil {
		t.Fatal(err)
	}
	if want := "[a a=missing s=p s=q s=r s=missing two=o two=missing size size=missing]"; fmt.Sprint(table.Features) != want || !table.Missing {
		t.Fatalf("inputs %v, want %s", table.Features, want)
	}
	return table
}

// filledBy computes an input of a row by hand, before it is standardised.
func filledBy(table datasets.Table, context []int, row, j int) float64 {
	if v := table.X[row][j]; v == v {
		return float64(v)
	}
	sum, n := 0., 0.
	times := map[float64]int{}
	for _, i := range context {
		if v := float64(table.X[i][j]); v == v {
			sum, n = sum+v, n+1
			times[v]++
		}
	}
	if n == 0 {
		return math.NaN()
	}
	switch name := table.Features[j]; {
	case name == "a":
		return sum / n
	case strings.HasPrefix(name, "s="):
		best, most := 0, -1
		for k := 2; k < 5; k++ {
			count := 0
			for _, i := range context {
				count += int(btof(table.X[i][k] == 1))
			}
			if count > most {
				best, most = k, count
			}
		}
		return btof(best == j)
	default:
		best, most := 0., 0
		for _, v := range []float64{0, 1, 2} {
			if times[v] > most {
				best, most = v, times[v]
			}
		}
		return best
	}
}

func btof(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// TestSplitsFillFromTheContext: a missing value is the mean of the context's numbers, or its most frequent
// text, whatever the queries are, and inputs are standardised by what the context has.
func TestSplitsFillFromTheContext(t *testing.T) {
	table := gaps(t)
	splits, err := table.Split(datasets.Rand(1, "test"), 6, 12, 3)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{1, 3, 12} {
		b, err := splits.Batch(n)
		if err != nil {
			t.Fatal(err)
		}
		if err := b.Validate(); err != nil {
			t.Fatal(err)
		}
		for task := range b.T {
			rows := make([]int, b.N)
			for p, row := range b.Latent["row"].Row(task) {
				rows[p] = int(row)
			}
			for p := range n + 1 {
				for j, got := range b.Point(task, p) {
					if want := standard(table, rows[:n], rows[p], j); math.Abs(float64(got)-want) > 1e-5 {
						t.Fatalf("n = %d, task %d, point %d: %s is %g, want %g", n, task, p, table.Features[j], got, want)
					}
				}
			}
		}
	}
}

// standard is an input by hand, filled and standardised by a context.
func standard(table datasets.Table, context []int, row, j int) float64 {
	v := filledBy(table, context, row, j)
	sum, square, n := 0., 0., 0.
	for _, i := range context {
		if x := float64(table.X[i][j]); x == x {
			sum, square, n = sum+x, square+x*x, n+1
		}
	}
	if n == 0 || v != v || math.Abs(v-sum/n) < 1e-6 {
		return 0
	}
	sd := math.Sqrt(max(0, square/n-sum*sum/n/n))
	return min(max((v-sum/n)/sd, -3), 3)
}

// TestQueriesFillNothing: changing the rows outside of a context, to missing or to anything, does not change it.
func TestQueriesFillNothing(t *testing.T) {
	table := gaps(t)
	draw := func() *datasets.Batch {
		splits, err := table.Split(datasets.Rand(5, "test"), 1, 8, 1)
		if err != nil {
			t.Fatal(err)
		}
		b, err := splits.Batch(5)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	before := draw()
	context := before.Latent["row"].Row(0)[:5]
	for i := range table.X {
		if !slices.Contains(context, float32(i)) {
			table.X[i] = slices.Repeat([]float32{float32(math.NaN())}, len(table.Features))
		}
	}
	after := draw()
	if d := before.D; !slices.Equal(before.X[:5*d], after.X[:5*d]) {
		t.Errorf("the context changed from %v to %v", before.X[:5*d], after.X[:5*d])
	}
}

// TestTableTasksFillFromThePointsBefore: the first point has no context, and a missing value of it is 0; any
// other is filled from the points before it.
func TestTableTasksFillFromThePointsBefore(t *testing.T) {
	table := gaps(t)
	b, err := datasets.TableTasks{Table: table, N: 6}.Sample(datasets.Rand(3, "test"), 200)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Validate(); err != nil {
		t.Fatal(err)
	}
	firsts, filled := 0, 0
	for task := range b.T {
		rows := b.Latent["row"].Row(task)
		for p := range b.N {
			row := int(rows[p])
			if v := table.X[row][0]; v == v {
				continue
			}
			got, sum, n := float64(b.Point(task, p)[0]), 0., 0.
			for q := range p {
				if v := table.X[int(rows[q])][0]; v == v {
					sum, n = sum+float64(b.Point(task, q)[0]), n+1
				}
			}
			if n == 0 {
				if firsts++; got != 0 {
					t.Fatalf("a missing value without context is %g, want 0", got)
				}
				continue
			}
			if filled++; math.Abs(got-sum/n) > 1e-5 {
				t.Fatalf("a missing value is %g, want the mean %g of those before it", got, sum/n)
			}
		}
	}
	if firsts == 0 || filled == 0 {
		t.Errorf("%d and %d missing values were seen", firsts, filled)
	}
}

// TestTextsAreFilledByTheMostFrequent: of all texts of the column, those whose inputs are not selected, too.
func TestTextsAreFilledByTheMostFrequent(t *testing.T) {
	file := "x,s,y\n1,p,1\n2,p,2\n3,p,3\n4,q,4\n5,q,5\n6,r,6\n7,?,7\n"
	table, err := datasets.ReadTargets(strings.NewReader(file), "y", datasets.WithMissing())
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range table.X[6][1:4] {
		if v == v {
			t.Errorf("a missing text is %v, want NaN", table.X[6])
		}
	}
	for _, c := range []struct {
		features []string
		like     int // the row that has the text by which the last is filled
	}{
		{[]string{"s=p", "s=q", "s=r"}, 0}, {[]string{"s=q", "s=r"}, 0}, {[]string{"s=r", "s=p"}, 0}, {[]string{"s=q"}, 5},
	} {
		some, err := table.Select(nil, c.features)
		if err != nil {
			t.Fatal(err)
		}
		b, err := some.Query(some)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := b.Point(6, 7), b.Point(c.like, 7); !slices.Equal(got, want) {
			t.Errorf("%v: a missing text is at %v, want %v", c.features, got, want)
		}
	}
}

// TestTablesWithMissing: NaN needs leave, infinity has none; a selection keeps what it is filled by.
func TestTablesWithMissing(t *testing.T) {
	table := gaps(t)
	some, err := table.Select([]string{"1", "0"}, []string{"s=q", "s=r", "a"})
	if err != nil || !some.Missing {
		t.Fatalf("missing %v, error %v", some.Missing, err)
	}
	splits, err := some.Split(datasets.Rand(2, "test"), 3, 9, 2)
	if err != nil {
		t.Fatal(err)
	}
	if b, err := splits.Batch(9); err != nil || b.Validate() != nil {
		t.Errorf("errors %v, %v", err, b.Validate())
	}
	table.X[2][1] = float32(math.Inf(1))
	if err := table.Validate(); err == nil || !strings.Contains(err.Error(), `row 2 of the table has +Inf in column "a=missing"`) {
		t.Errorf("error %v", err)
	}
	table = gaps(t)
	table.Missing = false
	if err := table.Validate(); err == nil || !strings.Contains(err.Error(), `row 2 of the table has NaN in column "a"; drop the row`) {
		t.Errorf("error %v", err)
	}
	table = gaps(t)
	table.RowNames = []string{"A"}
	if err := table.Validate(); err == nil || !strings.Contains(err.Error(), "40 rows and 1 row names") {
		t.Errorf("error %v", err)
	}
}

// TestOldTablesKeepTheirKeys: runs on disk are found again.
func TestOldTablesKeepTheirKeys(t *testing.T) {
	key, err := json.Marshal(datasets.TableTasks{Table: small()})
	if want := `{"c":0,"d":0,"n":50,"table":"ff8a2e1d22686715"}`; err != nil || string(key) != want {
		t.Errorf("key %s, want %s, error %v", key, want, err)
	}
	table := gaps(t)
	one, err := json.Marshal(datasets.TableTasks{Table: table})
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{"s=b,y\n1,1\n0,2\n?,3\n1,4\n", "s,y\nb,1\na,2\n?,3\nb,4\n"} {
		table, err := datasets.ReadTargets(strings.NewReader(file), "y", datasets.WithMissing())
		if err != nil {
			t.Fatal(err)
		}
		if table, err = table.Select(nil, table.Features[:1]); err != nil {
			t.Fatal(err)
		}
		other, err := json.Marshal(datasets.TableTasks{Table: table})
		if err != nil || string(other) == string(one) {
			t.Errorf("tables that are filled by a mean and by a text are both %s, error %v", one, err)
		}
		one = other
	}
	if one, err = json.Marshal(datasets.TableTasks{Table: table}); err != nil {
		t.Fatal(err)
	}
	table.X[2][0] = 5
	if two, err := json.Marshal(datasets.TableTasks{Table: table}); err != nil || string(one) == string(two) {
		t.Errorf("tables that differ in a missing value are both %s, error %v", one, err)
	}
}
