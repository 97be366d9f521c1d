package penguins_test

import (
	"encoding/csv"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/penguins"
)

func ExampleSplits() {
	splits, err := penguins.Splits(datasets.Rand(1, "penguins"), penguins.Options{}, 500)
	if err != nil {
		fmt.Println(err)
		return
	}
	b, err := splits.Batch(10) // 10 labelled birds, then one to classify
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%d tasks; the query of the first is at %.2f, of class %d\n", b.T, b.Point(0, 10), b.Y[10])
	// Output:
	// 5000 tasks; the query of the first is at [0.18 1.84], of class 0
}

func TestTable(t *testing.T) {
	table, err := penguins.Table()
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"Adelie", "Chinstrap", "Gentoo"}; !slices.Equal(table.Classes, want) {
		t.Errorf("species %v, want %v", table.Classes, want)
	}
	counts := make([]int, 3)
	for _, y := range table.Y {
		counts[y]++
	}
	if want := []int{151, 68, 123}; !slices.Equal(counts, want) {
		t.Errorf("birds a species %v, want %v", counts, want)
	}
	// Published means of the complete birds, per species (mm, mm, mm, g).
	for species, want := range [][]float64{{38.79, 18.35, 189.95, 3700.66}, {48.83, 18.42, 195.82, 3733.09}, {47.50, 14.98, 217.19, 5076.02}} {
		for j, mean := range want {
			sum := 0.0
			for i, x := range table.X {
				if int(table.Y[i]) == species {
					sum += float64(x[j])
				}
			}
			if got := sum / float64(counts[species]); got < mean-.006 || got > mean+.006 {
				t.Errorf("%s: mean %s %.3f, want %.2f", table.Classes[species], table.Features[j], got, mean)
			}
		}
	}
}

// TestAgainstSource compares every value with the full data set.
func TestAgainstSource(t *testing.T) {
	f, err := os.Open("../../../shared/data/rdatasets/csv/palmerpenguins/penguins.csv")
	if err != nil {
		t.Skip("the shared data are not here: ", err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	table, err := penguins.Table()
	if err != nil {
		t.Fatal(err)
	}
	i := 0
	for _, row := range rows[1:] {
		cells := row[3:7]
		if cells[0] == "" || cells[0] == "NA" { // all four are missing together
			continue
		}
		if got := table.Classes[table.Y[i]]; got != row[1] {
			t.Fatalf("bird %d is of species %s, want %s", i, got, row[1])
		}
		for j, cell := range cells {
			if v, err := strconv.ParseFloat(cell, 32); err != nil || float32(v) != table.X[i][j] {
				t.Fatalf("bird %d has %s %g, want %s", i, table.Features[j], table.X[i][j], cell)
			}
		}
		i++
	}
	if i != len(table.X) {
		t.Errorf("%d birds, want %d", len(table.X), i)
	}
}

// TestSplits: the default tasks are valid at every n and learnable: the nearest
// class mean gets better with n.
func TestSplits(t *testing.T) {
	splits, err := penguins.Splits(datasets.Rand(1, "test"), penguins.Options{}, 200)
	if err != nil {
		t.Fatal(err)
	}
	accuracy := map[int]float64{}
	for n := 1; n <= 49; n++ {
		b, err := splits.Batch(n)
		if err != nil {
			t.Fatal(err)
		}
		if err := b.Validate(); err != nil {
			t.Fatal(err)
		}
		for task := range b.T {
			if nearestMean(b, task, n) == b.Y[task*b.N+n] {
				accuracy[n] += 1 / float64(b.T)
			}
		}
	}
	if accuracy[5] < .75 || accuracy[10] < accuracy[5]+.02 || accuracy[49] < accuracy[10]+.02 || accuracy[49] > .97 {
		t.Errorf("accuracy of the nearest mean: %.3f, %.3f, %.3f at n = 5, 10, 49; want it to rise from .84 to .94", accuracy[5], accuracy[10], accuracy[49])
	}
}

func nearestMean(b *datasets.Batch, task, n int) int32 {
	var mean [2][2]float64
	var count [2]float64
	for p := range n {
		y := b.Y[task*b.N+p]
		count[y]++
		for d, x := range b.Point(task, p) {
			mean[y][d] += float64(x)
		}
	}
	distance := func(y int) float64 {
		sum := 0.0
		for d, x := range b.Point(task, n) {
			diff := float64(x) - mean[y][d]/count[y]
			sum += diff * diff
		}
		return sum
	}
	if count[0] == 0 || count[1] > 0 && distance(1) < distance(0) {
		return 1
	}
	return 0
}

func TestErrors(t *testing.T) {
	for want, o := range map[string]penguins.Options{
		`no class "Emperor"; known: Adelie, Chinstrap, Gentoo`: {Species: [2]string{"Adelie", "Emperor"}},
		`class "Gentoo" is asked for twice`:                    {Species: [2]string{"Gentoo", "Gentoo"}},
		`no feature "wings"; known: bill_length_mm`:            {Features: [2]string{"wings", "body_mass_g"}},
		`class "Chinstrap" has 68 rows; 200 context points`:    {Context: 200},
		"want at least 1 of each":                              {Queries: -1},
	} {
		_, err := penguins.Splits(datasets.Rand(1, "test"), o, 10)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got error %v, want one with %q", err, want)
		}
	}
}
