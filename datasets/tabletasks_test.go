package datasets_test

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/samplertest"
)

// Tasks from a table: here 4 points each, of both classes.
func ExampleTableTasks() {
	file := "leaf,length\noak,9.5\noak,8.1\noak,8.8\nbirch,4.4\nbirch,5.2\nbirch,3.9\n"
	table, err := datasets.ReadTable(strings.NewReader(file), "leaf")
	if err != nil {
		fmt.Println(err)
		return
	}
	b, err := datasets.TableTasks{Label: "leaves", Table: table, N: 4}.Sample(datasets.Rand(1, "example"), 100)
	if err != nil {
		fmt.Println(err)
		return
	}
	for n := range b.N {
		fmt.Printf("%s at %+.1f\n", table.Classes[b.Y[n]], b.Point(0, n)[0])
	}
	// Output:
	// birch at -0.7
	// oak at +0.7
	// oak at +1.3
	// birch at -1.0
}

// measured is a table of 60 rows: three classes, or targets that are the sum of the inputs.
func measured(targets bool) datasets.Table {
	t, rng := datasets.Table{Features: []string{"a", "b", "c"}}, datasets.Rand(1, "measured")
	for i := range 60 {
		x := []float32{float32(datasets.Normal(rng)), float32(5 + 2*datasets.Normal(rng)), float32(i % 3)}
		t.X = append(t.X, x)
		if targets {
			t.Z = append(t.Z, x[0]+x[1]+x[2])
		} else {
			t.Y = append(t.Y, int32(i%3))
		}
	}
	if !targets {
		t.Classes = []string{"u", "v", "w"}
	}
	return t
}

func TestTableTasksPassTheBattery(t *testing.T) {
	for name, c := range map[string]struct {
		rows   datasets.TableTasks
		expect samplertest.Expect
	}{
		"all":     {datasets.TableTasks{Table: measured(false), N: 12}, samplertest.Expect{N: 12, D: 3, C: 3, Share: []float64{1. / 3, 1. / 3, 1. / 3}}},
		"some":    {datasets.TableTasks{Table: measured(false), N: 12, D: 2, C: 2}, samplertest.Expect{N: 12, D: 2, C: 2, Share: []float64{.5, .5}}},
		"targets": {datasets.TableTasks{Table: measured(true), N: 12, D: 1}, samplertest.Expect{N: 12, D: 1, Square: 1}},
	} {
		t.Run(name, func(t *testing.T) { samplertest.Run(t, c.rows, c.expect) })
	}
}

// TestRowsAreRows: a task has no row twice, a class keeps its label within a task, and
// targets are those of the rows in units of the table.
func TestTableTasksAreRows(t *testing.T) {
	table := measured(false)
	b, err := datasets.TableTasks{Table: table, N: 20, D: 2, C: 2}.Sample(datasets.Rand(2, "test"), 200)
	if err != nil {
		t.Fatal(err)
	}
	for task := range b.T {
		rows, class := slices.Clone(b.Latent["row"].Row(task)), map[int32]int32{}
		for p, row := range rows {
			y := table.Y[int(row)]
			if label, ok := class[y]; ok && label != b.Y[task*b.N+p] {
				t.Fatalf("task %d: class %d has labels %d and %d", task, y, label, b.Y[task*b.N+p])
			}
			class[y] = b.Y[task*b.N+p]
		}
		slices.Sort(rows)
		if len(slices.Compact(rows)) != b.N || len(class) != 2 {
			t.Fatalf("task %d has %d rows of %d classes; want 20 of 2", task, len(rows), len(class))
		}
	}
	table = measured(true)
	b, err = datasets.TableTasks{Table: table, N: 60}.Sample(datasets.Rand(2, "test"), 1)
	if err != nil {
		t.Fatal(err)
	}
	a, z := int(b.Latent["row"].Row(0)[0]), int(b.Latent["row"].Row(0)[1])
	sum, square := 0., 0.
	for i := range b.Z {
		sum, square = sum+float64(b.Z[i]), square+float64(b.Z[i]*b.Z[i])
	}
	if math.Abs(sum) > 1e-4 || math.Abs(square-60) > 1e-3 || (b.Z[0] < b.Z[1]) != (table.Z[a] < table.Z[z]) {
		t.Errorf("targets of all rows have sum %g and square %g; want 0 and 60", sum, square)
	}
}

// TestSplitOfTargets: a table with targets is split as others are.
func TestSplitOfTargets(t *testing.T) {
	table, err := measured(true).Select(nil, []string{"b", "a"})
	if err != nil {
		t.Fatal(err)
	}
	splits, err := table.Split(datasets.Rand(3, "test"), 5, 10, 4)
	if err != nil {
		t.Fatal(err)
	}
	b, err := splits.Batch(10)
	if err != nil || b.C != 0 || b.T != 20 || b.N != 11 || b.D != 2 || b.WantTargets() != nil {
		t.Errorf("batch %d×%d×%d of %d classes, error %v; want 20×11×2 with targets", b.T, b.N, b.D, b.C, err)
	}
	if _, err := table.Split(datasets.Rand(3, "test"), 1, 50, 11); err == nil || !strings.Contains(err.Error(), "the table has 60 rows; 50 context points and 11 queries need 61") {
		t.Errorf("error %v; want one about the rows", err)
	}
}

func TestTableTasksErrors(t *testing.T) {
	both := measured(true)
	both.Y = []int32{1}
	for want, r := range map[string]datasets.TableTasks{
		"with 4 features of a table that has 3":                      {Table: measured(false), D: 4, N: 5},
		"with 1 classes of a table that has 3; want 2 to 3":          {Table: measured(false), C: 1, N: 5},
		"with 2 classes of a table that has 0":                       {Table: measured(true), C: 2, N: 5},
		`class "u" has 20 rows; tasks of 61 points need 21`:          {Table: measured(false), N: 61},
		"the table has 60 rows; tasks of 61 points need as many":     {Table: measured(true), N: 61},
		"tasks of -1 points":                                         {Table: measured(true), N: -1},
		"with targets has 1 labels of 0 classes; want one or the ot": {Table: both, N: 5},
		"a table with 0 features":                                    {},
	} {
		if _, err := r.Sample(datasets.Rand(1, "test"), 3); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v; want one with %q", err, want)
		}
	}
}

// TestRowsInAKey: the table's values are part of a sampler's JSON.
func TestTableTasksInAKey(t *testing.T) {
	a, b := datasets.TableTasks{Table: measured(false)}, datasets.TableTasks{Table: measured(false)}
	b.Table.X[59][2]++
	one, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	two, err := json.Marshal(b)
	if err != nil || string(one) == string(two) {
		t.Errorf("tables that differ in a value are both %s, error %v", one, err)
	}
}
