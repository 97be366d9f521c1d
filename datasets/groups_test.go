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

// Each plant is a task: how it grows, from a few days of its own.
func ExampleGroups() {
	file := "plant,day,height\n"
	for i, plant := range []string{"fern", "moss", "reed", "sage"} {
		for day := range 6 - i {
			file += fmt.Sprintf("%s,%d,%d\n", plant, day, (i+1)*day+i)
		}
	}
	t, err := datasets.ReadTargets(strings.NewReader(file), "height", datasets.GroupBy("plant"))
	if err != nil {
		fmt.Println(err)
		return
	}
	g, err := t.Groups("plant")
	if err != nil {
		fmt.Println(err)
		return
	}
	g.N = 4
	fmt.Println(g)
	training, test, err := g.Split(datasets.Rand(1, "example"), 1) // whole plants for the test
	fmt.Println(training.Names, test.Names, err)
	b, err := test.Sample(datasets.Rand(2, "example"), 1)
	fmt.Printf("%.2f %v\n", b.Z, err)
	// Output:
	// 4 groups by plant of 3 to 6 rows; tasks of 4 points; 1 group left out, with fewer rows: sage
	// [fern moss sage] [reed] <nil>
	// [2.15 -0.76 1.18 0.21] <nil>
}

// grouped is a table of 6 groups of 4 to 14 rows; inputs and targets differ between them.
func grouped(t testing.TB, opts ...datasets.TableOption) datasets.Table {
	file := "rownames,id,shop,day,sex,price\n"
	for g := range 6 {
		for i := range 4 + 2*g {
			file += fmt.Sprintf("r%d_%d,%d,%s,%d,%s,%d.5\n", g, i, 2*g+1, []string{"a", "b", "c", "d", "e", "f"}[g], i*i%13, []string{"m", "w"}[i%2], 3*g+(i*7)%5)
		}
	}
	table, err := datasets.ReadTargets(strings.NewReader(file), "price", opts...)
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// TestGroupColumns: groups are made by a column of numbers, by one of a few texts, or by one kept beside
// the inputs, and it is no input of the tasks.
func TestGroupColumns(t *testing.T) {
	for _, c := range []struct {
		column, names, inputs string
		opts                  []datasets.TableOption
	}{
		{"id", "1 3 5 7 9 11", "shop=a shop=b shop=c shop=d shop=e shop=f day sex=w", nil},
		{"shop", "a b c d e f", "id day sex=w", nil},
		{"shop", "a b c d e f", "id day sex=w", []datasets.TableOption{datasets.GroupBy("shop")}},
		{"id", "1 3 5 7 9 11", "day sex=w", []datasets.TableOption{datasets.GroupBy("id", "shop")}},
		{"sex", "m w", "id day", []datasets.TableOption{datasets.Drop("shop")}},
		{"shop", "c b a f e d", "id day sex=w", []datasets.TableOption{datasets.Ordinal("shop", "c", "b", "a", "f", "e", "d")}},
	} {
		table := grouped(t, c.opts...)
		g, err := table.Groups(c.column)
		if err != nil {
			t.Errorf("%s: %v", c.column, err)
			continue
		}
		if c.names[:1] == "c" { // an order's levels are its numbers
			c.names = "0 1 2 3 4 5"
		}
		if strings.Join(g.Names, " ") != c.names || strings.Join(g.Table.Features, " ") != c.inputs || g.Name() != c.column {
			t.Errorf("%s: groups %v, inputs %v, name %s", c.column, g.Names, g.Table.Features, g.Name())
		}
		rows := 0
		for k, group := range g.Rows {
			for _, i := range group {
				if rows++; c.column == "id" && !strings.HasPrefix(table.RowNames[i], fmt.Sprintf("r%d_", k)) {
					t.Errorf("row %s is in group %s", table.RowNames[i], g.Names[k])
				}
			}
		}
		if rows != len(table.X) {
			t.Errorf("%s: %d rows are in groups, want %d", c.column, rows, len(table.X))
		}
	}
}

// TestGroupTasks: a task has rows of one group, none twice; each group that is large enough comes once in as many tasks.
func TestGroupTasks(t *testing.T) {
	g, err := grouped(t).Groups("shop")
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"a", "b"}; !slices.Equal(g.Small(), want) {
		t.Errorf("small groups %v, want %v", g.Small(), want)
	}
	b, err := g.Sample(datasets.Rand(1, "test"), 8)
	if err != nil || b.WantTargets() != nil || b.N != 8 || b.D != 3 {
		t.Fatalf("errors %v, %v", err, b.WantTargets())
	}
	times := map[float32]int{}
	for task := range b.T {
		group := b.Latent["group"].Data[task]
		times[group]++
		rows := slices.Clone(b.Latent["row"].Row(task))
		for p, row := range rows {
			if !slices.Contains(g.Rows[int(group)], int(row)) {
				t.Errorf("task %d of group %g has row %g", task, group, row)
			}
			if d := float64(b.Z[task*b.N]-b.Z[task*b.N+p]) * float64(g.Table.Z[int(rows[0])]-g.Table.Z[int(row)]); d < 0 {
				t.Errorf("targets of task %d are not in the order of the table's", task)
			}
		}
		slices.Sort(rows)
		if len(slices.Compact(rows)) != b.N {
			t.Errorf("task %d has a row twice", task)
		}
	}
	if fmt.Sprint(times) != "map[2:2 3:2 4:2 5:2]" {
		t.Errorf("groups come so often: %v", times)
	}
}

func TestGroupsPassTheBattery(t *testing.T) {
	g, err := grouped(t, datasets.GroupBy("shop"), datasets.Drop("id")).Groups("shop")
	if err != nil {
		t.Fatal(err)
	}
	g.N = 4
	// Each group counts as much as the others, however many rows it has.
	all, square := 0., 0.
	mean, sd := moments(g.Table.Z)
	for _, rows := range g.Rows {
		sum := 0.
		for _, row := range rows {
			z := (float64(g.Table.Z[row]) - mean) / sd
			sum += z * z
		}
		square, all = square+sum/float64(len(rows)), all+1
	}
	samplertest.Run(t, g, samplertest.Expect{N: 4, D: 2, Square: square / all})
}

// moments are the mean and the standard deviation.
func moments(values []float32) (mean, sd float64) {
	sum, square, n := 0., 0., float64(len(values))
	for _, v := range values {
		sum, square = sum+float64(v), square+float64(v)*float64(v)
	}
	return sum / n, math.Sqrt(square/n - sum*sum/n/n)
}

// TestGroupSplit: the test has whole groups, and nothing of them is in the training's tasks or in the units of the
// test's.
func TestGroupSplit(t *testing.T) {
	table := grouped(t)
	g, err := table.Groups("shop")
	if err != nil {
		t.Fatal(err)
	}
	training, test, err := g.Split(datasets.Rand(3, "test"), 2)
	if err != nil {
		t.Fatal(err)
	}
	if len(test.Names) != 2 || len(training.Names) != 4 || len(test.Small()) != 0 {
		t.Fatalf("training %v, test %v", training, test)
	}
	b, err := training.Sample(datasets.Rand(1, "test"), 40)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range b.Latent["row"].Data {
		if slices.Contains(slices.Concat(test.Rows...), int(row)) {
			t.Fatalf("row %g is of a test group", row)
		}
	}
	var targets []float32
	for _, row := range slices.Concat(training.Rows...) {
		targets = append(targets, table.Z[row])
	}
	mean, sd := moments(targets)
	if b, err = test.Sample(datasets.Rand(1, "test"), 2); err != nil {
		t.Fatal(err)
	}
	for i, row := range b.Latent["row"].Data {
		if want := (float64(table.Z[int(row)]) - mean) / sd; math.Abs(float64(b.Z[i])-want) > 1e-5 {
			t.Fatalf("a target is %g, want %g in the training's units", b.Z[i], want)
		}
	}
	one, err := json.Marshal(training)
	if err != nil {
		t.Fatal(err)
	}
	if two, err := json.Marshal(test); err != nil || string(one) == string(two) {
		t.Errorf("training and test have the key %s, error %v", one, err)
	}
}

// TestGroupsOfClasses: labels are those of the table.
func TestGroupsOfClasses(t *testing.T) {
	file := "ward,x,ill\n"
	for i := range 40 {
		file += fmt.Sprintf("%c,%d,%s\n", 'p'+i%3, i*i%13, []string{"yes", "no"}[i/3%2])
	}
	table, err := datasets.ReadTable(strings.NewReader(file), "ill")
	if err != nil {
		t.Fatal(err)
	}
	g, err := table.Groups("ward")
	if err != nil {
		t.Fatal(err)
	}
	b, err := g.Sample(datasets.Rand(1, "test"), 6)
	if err != nil || b.WantClasses() != nil || b.C != 2 {
		t.Fatalf("errors %v, %v", err, b.WantClasses())
	}
	for i, row := range b.Latent["row"].Data {
		if b.Y[i] != table.Y[int(row)] {
			t.Fatalf("row %g has label %d, want %d", row, b.Y[i], table.Y[int(row)])
		}
	}
}

// TestGroupsWithMissing: a missing input is filled from the points before it.
func TestGroupsWithMissing(t *testing.T) {
	file := "g,x,y\n"
	for i := range 40 {
		x := fmt.Sprint(i * i % 23)
		if i%3 == 0 {
			x = ""
		}
		file += fmt.Sprintf("%c,%s,%d\n", 'a'+i%4, x, i*i%7)
	}
	table, err := datasets.ReadTargets(strings.NewReader(file), "y", datasets.WithMissing())
	if err != nil {
		t.Fatal(err)
	}
	g, err := table.Groups("g")
	if err != nil {
		t.Fatal(err)
	}
	b, err := g.Sample(datasets.Rand(1, "test"), 12)
	if err != nil || b.Validate() != nil {
		t.Fatalf("errors %v, %v", err, b.Validate())
	}
	for task := range b.T {
		sum, n := 0., 0.
		for p := range b.N {
			x := float64(b.Point(task, p)[0])
			if v := g.Table.X[int(b.Latent["row"].Row(task)[p])][0]; v == v {
				sum, n = sum+x, n+1
			} else if want := sum / max(n, 1); math.Abs(x-want) > 1e-5 {
				t.Fatalf("task %d, point %d: %g, want %g", task, p, x, want)
			}
		}
	}
}

func TestGroupErrors(t *testing.T) {
	table := grouped(t)
	g, err := table.Groups("shop")
	if err != nil {
		t.Fatal(err)
	}
	sample := func(g datasets.Groups) error { return second(g.Sample(datasets.Rand(1, "test"), 2)) }
	split := func(n int) error {
		_, _, err := g.Split(datasets.Rand(1, "test"), n)
		return err
	}
	large, one, empty, outside := g, g, g, g
	large.N, one.N = 15, 1
	empty.Rows = slices.Clone(g.Rows)
	empty.Rows[2] = nil
	outside.Rows = slices.Clone(g.Rows)
	outside.Rows[2] = []int{99}
	read := func(file string, opts ...datasets.TableOption) datasets.Table {
		table, err := datasets.ReadTargets(strings.NewReader(file), "y", opts...)
		if err != nil {
			t.Fatal(err)
		}
		return table
	}
	some, err := table.Select(nil, []string{"shop=a", "day"})
	if err != nil {
		t.Fatal(err)
	}
	_, _, noRand := g.Split(nil, 1)
	for want, err := range map[string]error{
		`no group has 15 rows, the points of a task; the largest, "f", has 14. Set N to 14 or less`:     sample(large),
		`tasks of 1 points; want at least 2, an example and a query`:                                    sample(one),
		`group "c" has no rows; leave it out`:                                                           sample(empty),
		`group "c" has row 99 of a table of 54; want 0..53`:                                             sample(outside),
		`5 groups for the test of 4 with 8 rows or more; want 1 to 3, so that one is left for training`: split(5),
		`0 groups for the test of 4`:                                                                    split(0),
		`rng is nil`:                                                                                    noRand,
		`want at least 1 and 2`:                                                                         sample(datasets.Groups{}),
		`the table has no column "zip" to make groups by; known: id, shop=a`:                            second(table.Groups("zip")),
		`column "price" holds the labels or targets`:                                                    second(table.Groups("price")),
		`the input "shop=b" of column "shop" was not selected; make the groups before Select`:           second(some.Groups("shop")),
		`column "k" of the table was left out (one value); read it with GroupBy("k")`:                   second(read("k,x,y\n1,2,3\n1,3,4\n").Groups("k")),
		`the table has no input but "x", the column of the groups`:                                      second(read("x,y\n1,3\n1,4\n2,5\n").Groups("x")),
		`row 1 of the table has 16777216 in column "k", and numbers of more than 16777216 are kept rou`: second(read("k,x,y\n16777217,2,3\n5,3,4\n").Groups("k")),
		`row 2 ("B") of the table has no value in column "k", and so no group; fill it or drop the row`: second(read("rownames,k,x,y\nA,a,2,3\nB,,3,4\nC,b,1,1\nD,a,1,2\n", datasets.WithMissing()).Groups("k")),
		`row 3 of the table has no value in column "k", and so no group`:                                second(read("k,x,y\n1,2,3\n2,3,4\n,1,1\n", datasets.WithMissing()).Groups("k")),
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
	if some, err = grouped(t, datasets.GroupBy("shop")).Select(nil, []string{"day"}); err != nil {
		t.Fatal(err)
	}
	if g, err := some.Groups("shop"); err != nil || len(g.Names) != 6 || len(g.Rows[5]) != 14 {
		t.Errorf("groups of a selection %v, error %v", g, err)
	}
	exact := read("k,x,y\n16777217,2,3\n16777216,3,4\n", datasets.GroupBy("k"))
	if g, err := exact.Groups("k"); err != nil || strings.Join(g.Names, " ") != "16777216 16777217" {
		t.Errorf("groups %v, error %v", g.Names, err)
	}
}
