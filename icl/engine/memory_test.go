package engine

import (
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph files dot-import graph

	"github.com/goicl/goicl/internal/backend"
)

// TestPeakOfAliveValues: known graphs over values of 4 kB.
func TestPeakOfAliveValues(t *testing.T) {
	b, err := backend.Shared(t.Context(), "go", backend.WithoutFetch())
	if err != nil {
		t.Fatal(err)
	}
	const size = 4 * 1000
	for _, test := range []struct {
		name  string
		build func(x *Node)
		want  int64
	}{
		{"nothing but the input", func(*Node) {}, size},
		{"a chain frees what it has used", func(x *Node) { Neg(Neg(Neg(Neg(x)))) }, 2 * size},
		{"what is used at the end stays", func(x *Node) { Add(Neg(Neg(Neg(x))), x) }, 3 * size},
		{"a sum is small", func(x *Node) { ReduceAllSum(Neg(x)) }, 2 * size},
		{"views take nothing", func(x *Node) { Reshape(x, 10, 100) }, size},
	} {
		g := NewGraph(b.Backend, test.name)
		test.build(Parameter(g, "x", shapes.Make(dtypes.Float32, 1000)))
		if got := peakAlive(g.Nodes()); got != test.want {
			t.Errorf("%s: %d bytes, want %d", test.name, got, test.want)
		}
		g.Finalize()
	}
	if got := peakAlive(nil); got != 0 {
		t.Errorf("no graph takes %d bytes", got)
	}
}
