package datasets_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/goicl/goicl/datasets"
)

// Three times a third of the wards is kept for the test; all rows of one are its task.
func ExampleGroups_Folds() {
	file := "ward,x,y\n"
	for i := range 24 {
		file += fmt.Sprintf("%c,%d,%d\n", 'a'+i%6, i*i%7, i%6+i/12)
	}
	t, err := datasets.ReadTargets(strings.NewReader(file), "y")
	if err != nil {
		fmt.Println(err)
		return
	}
	g, err := t.Groups("ward")
	if err != nil {
		fmt.Println(err)
		return
	}
	g.N = 4
	training, test, err := g.Folds(datasets.Rand(1, "example"), 3)
	for f := range test {
		fmt.Println(training[f].Names, test[f].Names, err)
	}
	whole, err := test[0].Whole()
	fmt.Println(len(whole), whole[0].N, err)
	// Output:
	// [b d e f] [a c] <nil>
	// [a b c f] [d e] <nil>
	// [a c d e] [b f] <nil>
	// 2 4 <nil>
}

// TestFolds: each large group is in the test of one fold and in training in the others, small ones
// are always in training, and the units are those of the rows for training.
func TestFolds(t *testing.T) {
	table := grouped(t)
	g, err := table.Groups("shop")
	if err != nil {
		t.Fatal(err)
	}
	training, test, err := g.Folds(datasets.Rand(3, "test"), 3)
	if err != nil || len(training) != 3 || len(test) != 3 {
		t.Fatalf("%d and %d folds, error %v", len(training), len(test), err)
	}
	times := map[string]int{}
	for f := range test {
		if both := append(slices.Clone(training[f].Names), test[f].Names...); len(both) != 6 || len(test[f].Names) > 2 {
			t.Errorf("fold %d: training %v, test %v", f, training[f].Names, test[f].Names)
		}
		var targets []float32
		for _, row := range slices.Concat(training[f].Rows...) {
			targets = append(targets, table.Z[row])
		}
		mean, sd := moments(targets)
		whole, err := test[f].Whole()
		if err != nil {
			t.Fatal(err)
		}
		for i, b := range whole {
			times[test[f].Names[i]]++
			if err := b.Validate(); err != nil || b.T != 1 || b.N != len(test[f].Rows[i]) {
				t.Fatalf("group of %d rows: %d tasks of %d points, error %v", len(test[f].Rows[i]), b.T, b.N, err)
			}
			for p, row := range test[f].Rows[i] {
				if want := (float64(table.Z[row]) - mean) / sd; math.Abs(float64(b.Z[p])-want) > 1e-5 || b.Latent["row"].Data[p] != float32(row) {
					t.Fatalf("point %d, row %g: target %g, want %g of row %d", p, b.Latent["row"].Data[p], b.Z[p], want, row)
				}
			}
		}
	}
	if fmt.Sprint(times) != "map[c:1 d:1 e:1 f:1]" {
		t.Errorf("groups are tested so often: %v", times)
	}
}

// TestWholeIsAsSampled: the points are those of the tasks that Sample draws, small groups included.
func TestWholeIsAsSampled(t *testing.T) {
	g, err := grouped(t).Groups("shop")
	if err != nil {
		t.Fatal(err)
	}
	whole, err := g.Whole()
	if err != nil || len(whole) != 6 || whole[0].N != 4 {
		t.Fatalf("%d groups, error %v", len(whole), err)
	}
	b, err := g.Sample(datasets.Rand(1, "test"), 4)
	if err != nil {
		t.Fatal(err)
	}
	for task := range b.T {
		group := int(b.Latent["group"].Data[task])
		for p, row := range b.Latent["row"].Row(task) {
			at := slices.Index(g.Rows[group], int(row))
			if b.Z[task*b.N+p] != whole[group].Z[at] || !slices.Equal(b.Point(task, p), whole[group].Point(0, at)) {
				t.Fatalf("row %g is %v, %g in a task, and %v, %g in the whole group", row, b.Point(task, p), b.Z[task*b.N+p], whole[group].Point(0, at), whole[group].Z[at])
			}
		}
	}
}

func TestFoldErrors(t *testing.T) {
	g, err := grouped(t).Groups("shop")
	if err != nil {
		t.Fatal(err)
	}
	folds := func(g datasets.Groups, n int) error {
		_, _, err := g.Folds(datasets.Rand(1, "test"), n)
		return err
	}
	_, _, noRand := g.Folds(nil, 2)
	for want, err := range map[string]error{
		"1 folds of 4 groups with 8 rows or more": folds(g, 1), "5 folds of 4 groups": folds(g, 5), "rng is nil": noRand,
		"want at least 1 and 2": folds(datasets.Groups{}, 2),
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
	if whole, err := (datasets.Groups{}).Whole(); err == nil || whole != nil {
		t.Errorf("%d groups of nothing, error %v", len(whole), err)
	}
}
