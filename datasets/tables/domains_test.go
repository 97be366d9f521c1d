package tables_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/samplertest"
	"github.com/goicl/goicl/datasets/tables"
)

// Four tasks are of each domain, and so have the same columns.
func ExampleDomains() {
	b, err := tables.Domains{N: 5, Columns: 6, Tasks: 4}.Sample(datasets.Rand(2, "example"), 8)
	fmt.Println(b.Latent["domain"].Data, b.Latent["columns"].Data, err)
	// Output: [0 0 0 0 1 1 1 1] [6 6 6 6 1 1 1 1] <nil>
}

func TestDomainsPassTheBattery(t *testing.T) {
	samplertest.Run(t, tables.Domains{N: 6, Columns: 4, Tasks: 5}, samplertest.Expect{N: 6, D: 4})
}

// TestDomainUnits: over a domain's rows, columns and target have mean 0 and deviation 1, but for
// what is cut off beyond 3; columns that it does not have are 0.
func TestDomainUnits(t *testing.T) {
	const tasks, domains = 64, 50
	b, err := tables.Domains{Columns: 5, Tasks: tasks}.Sample(datasets.Rand(1, "units"), tasks*domains)
	if err != nil {
		t.Fatal(err)
	}
	for d := range domains {
		of := b.Slice(d*tasks, (d+1)*tasks)
		columns, rows := int(of.Latent["columns"].Data[0]), float64(of.T*of.N)
		for j := range b.D + 1 {
			mean, square := 0., 0.
			for i := range of.Z {
				v := float64(of.Z[i])
				if j < b.D {
					if v = float64(of.X[i*b.D+j]); math.Abs(v) > 3 {
						t.Fatalf("domain %d: an input is %g", d, v)
					}
				}
				mean, square = mean+v/rows, square+v*v/rows
			}
			if there := j < columns || j == b.D; !there && square != 0 || there && (math.Abs(mean) > .25 || square > 1+1e-4) {
				t.Errorf("domain %d, column %d of %d: mean %g, mean square %g", d, j, columns, mean, square)
			}
		}
	}
}

// kinds counts the columns of a domain that are constant in all groups, and those that have the same
// few values in all groups, as a time has, but more than two.
func kinds(of *datasets.Batch) (constant, grid int) {
	for j := range int(of.Latent["columns"].Data[0]) {
		values, same := map[float32]bool{}, true
		for t := range of.T {
			for n := range of.N {
				v := of.Point(t, n)[j]
				values[v] = true
				same = same && v == of.Point(t, 0)[j]
			}
		}
		switch {
		case same:
			constant++
		case len(values) > 2 && len(values) <= 4*of.N:
			grid++
		}
	}
	return constant, grid
}

// TestDomainsDiffer: many domains have columns that are constant in a group, many have a time at the
// same points, and many have neither; groups have levels of their own, in some domains and not in others.
func TestDomainsDiffer(t *testing.T) {
	const tasks, domains = 32, 200
	b, err := tables.Domains{Columns: 4, Tasks: tasks}.Sample(datasets.Rand(1, "kinds"), tasks*domains)
	if err != nil {
		t.Fatal(err)
	}
	count := map[string]int{}
	for d := range domains {
		of := b.Slice(d*tasks, (d+1)*tasks)
		constant, grid := kinds(of)
		if constant > 0 {
			count["constant"]++
		}
		if grid > 0 {
			count["grid"]++
		}
		if constant+grid == 0 {
			count["neither"]++
		}
		between := 0.
		for task := range of.T {
			mean := 0.
			for _, z := range of.Z[task*of.N : (task+1)*of.N] {
				mean += float64(z) / float64(of.N)
			}
			between += mean * mean / float64(of.T)
		}
		switch { // independent rows have 1/8
		case between > .5:
			count["apart"]++
		case between < .2:
			count["alike"]++
		}
	}
	for _, kind := range []string{"constant", "grid", "neither", "apart", "alike"} {
		if n := count[kind]; n < domains/10 || n > domains*8/10 {
			t.Errorf("%d of %d domains are %q", n, domains, kind)
		}
	}
}

func TestDomainErrors(t *testing.T) {
	for want, s := range map[string]tables.Domains{
		"tasks of -1 rows": {N: -1}, "domains of -2 columns": {Columns: -2}, "-3 of a domain": {Tasks: -3}, "1099511627776 rows": {N: 1 << 40}, "too many values": {Tasks: 1 << 40},
	} {
		if _, err := s.Sample(datasets.Rand(1, "x"), 2); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: error %v, want %q", s, err, want)
		}
	}
	if _, err := (tables.Domains{}).Sample(nil, 2); err == nil {
		t.Error("no error without rng")
	}
	if (tables.Domains{}).Group() != 64 {
		t.Error("domains of other than 64 tasks")
	}
}
