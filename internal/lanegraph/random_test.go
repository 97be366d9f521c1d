package lanegraph_test

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strconv"
	"testing"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph files dot-import graph
	"github.com/gomlx/gomlx/core/tensors"
	"pgregory.net/rapid"

	"github.com/goicl/goicl/internal/lanes"
)

// TestRandomGraphs: graphs of all operations, drawn at random, give what the Go backend
// gives, and so do their gradients, on every instruction set; and the same bits with any
// number of workers.
func TestRandomGraphs(t *testing.T) { testRandomGraphs(t, false) }

// TestLargeRandomGraphs: fewer, of values that do not fit a cache.
func TestLargeRandomGraphs(t *testing.T) {
	const name = "rapid.checks"
	checks := flag.Lookup(name).Value.String()
	defer flag.Set(name, checks)
	if err := flag.Set(name, fmt.Sprint(must(strconv.Atoi(checks))/10)); err != nil {
		t.Fatal(err)
	}
	testRandomGraphs(t, true)
}

func testRandomGraphs(t *testing.T, large bool) {
	reference := onGo(t)
	workers := []compute.Backend{onLanes(t, 1), onLanes(t, 2), onLanes(t, 3)}
	t.Setenv(lanes.Variable, "") // and back to what it was at the end
	worst := 0.
	rapid.Check(t, func(t *rapid.T) {
		shapeGraph := NewGraph(reference, "shapes")
		defer shapeGraph.Finalize()
		d := draw(t, shapeGraph, large)
		want, err := call(reference, d.graph, d.inputs...)
		if err != nil {
			t.Fatalf("the Go backend: %v\n%s", err, d)
		}
		for i, set := range sets {
			os.Setenv(lanes.Variable, set)
			if ok, _ := lanes.Available(); !ok {
				continue
			}
			got, err := call(workers[1], d.graph, d.inputs...)
			if err != nil {
				t.Fatalf("%s: %v\n%s", set, err, d)
			}
			worst = max(worst, compare(t, set, d, got, want))
			again, err := call(workers[i%2*2], d.graph, d.inputs...)
			if err != nil || !slices.Equal(bits(again), bits(got)) {
				t.Fatalf("%s: another number of workers gives other bits (%v)\n%s", set, err, d)
			}
		}
	})
	t.Logf("within %.2g of the Go backend", worst)
}

// compare reports the outputs that differ: floats, and all others exactly.
func compare(t *rapid.T, set string, d *drawing, got, want []*tensors.Tensor) float64 {
	worst := 0.
	for i := range want {
		off := offBy(got[i], want[i], 1)
		if off > 1e-4 || i < len(d.outputs) && !isFloat(d.values[d.outputs[i]]) && off > 0 {
			t.Fatalf("%s: output %d of %s is off by %g\n%v\nwant\n%v\n%s", set, i, got[i].Shape(), off, flat(got[i]), flat(want[i]), d)
		}
		worst = max(worst, off)
	}
	return worst
}
