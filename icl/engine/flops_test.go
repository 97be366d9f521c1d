package engine

import (
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph files dot-import graph

	"github.com/goicl/goicl/icl/metalearner"
	"github.com/goicl/goicl/internal/backend"
)

// TestFLOPsOfProducts: known graphs over x [3, 4, 5] and w [6, 5].
func TestFLOPsOfProducts(t *testing.T) {
	b, err := backend.Shared(t.Context(), "go", backend.WithoutFetch())
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name  string
		build func(x, w *Node) []*Node
		want  float64
	}{
		{"no product", func(x, _ *Node) []*Node { return []*Node{Neg(x)} }, 0},
		{"one", func(x, w *Node) []*Node { return []*Node{Einsum("abi,oi->abo", x, w)} }, 2 * 3 * 4 * 6 * 5},
		{"a batch of them", func(x, _ *Node) []*Node { return []*Node{Einsum("abi,aci->abc", x, x)} }, 2 * 3 * 4 * 4 * 5},
		{"summed over two axes", func(x, _ *Node) []*Node { return []*Node{Einsum("abi,abi->a", x, x)} }, 2 * 3 * 4 * 5},
		{"nothing is summed", func(x, w *Node) []*Node { return []*Node{Einsum("abi,oi->aboi", x, w)} }, 2 * 3 * 4 * 6 * 5},
		{"used twice", func(x, w *Node) []*Node {
			y := Einsum("abi,oi->abo", x, w)
			return []*Node{Add(y, Neg(y)), y}
		}, 2 * 3 * 4 * 6 * 5},
		{"used by nothing", func(x, w *Node) []*Node {
			Einsum("abi,oi->abo", x, w)
			return []*Node{x}
		}, 0},
	} {
		g := NewGraph(b.Backend, test.name)
		x := Parameter(g, "x", shapes.Make(dtypes.Float32, 3, 4, 5))
		w := Parameter(g, "w", shapes.Make(dtypes.Float32, 6, 5))
		if got := productFLOPs(test.build(x, w)...); got != test.want {
			t.Errorf("%s: %g operations, want %g", test.name, got, test.want)
		}
		g.Finalize()
	}
}

// TestFLOPsOfAStep: those of gradient descent are proportional to tasks.
func TestFLOPsOfAStep(t *testing.T) {
	b, err := backend.Shared(t.Context(), "go", backend.WithoutFetch())
	if err != nil {
		t.Fatal(err)
	}
	e, err := Compile[float32](b.Backend, metalearner.GradientDescent{}, 2, 2)
	if err != nil {
		t.Fatal(err)
	}
	one, err := e.FLOPs(1, 5, 1)
	if err != nil || one <= 0 {
		t.Fatalf("%g operations, error %v", one, err)
	}
	if six, err := e.FLOPs(6, 5, 1); err != nil || six != 6*one {
		t.Errorf("six tasks take %g operations, error %v; want six times %g", six, err, one)
	}
	if _, err := e.FLOPs(0, 5, 1); err == nil {
		t.Error("no tasks: no error")
	}
}
