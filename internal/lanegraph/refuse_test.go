package lanegraph_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph files dot-import graph
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/goicl/goicl/internal/lanegraph"
	"github.com/goicl/goicl/internal/lanes"
)

// TestRefusals: what lanes lacks is an error that names it, by which callers know to take
// another backend.
func TestRefusals(t *testing.T) {
	one := func(of func(x *Node) *Node) graphOf { return func(in []*Node) []*Node { return []*Node{of(in[0])} } }
	floats, ints := numbers(1, 3, 4), tensors.FromFlatDataAndDimensions([]int32{2, 0, 1}, 3, 1)
	for _, test := range []struct {
		want string
		of   graphOf
		in   []*tensors.Tensor
	}{
		{"Sort", one(func(x *Node) *Node { return Sort(x, -1, true) }), []*tensors.Tensor{floats}},
		{"ArgMinMax", one(func(x *Node) *Node { return ArgMax(x, -1) }), []*tensors.Tensor{floats}},
		{"Gather", func(in []*Node) []*Node { return []*Node{Gather(in[0], in[1])} }, []*tensors.Tensor{floats, ints}},
		{"ConvGeneral", one(func(x *Node) *Node {
			return Convolve(Reshape(x, 3, 4, 1), Const(x.Graph(), [][][]float32{{{1}}})).Done()
		}), []*tensors.Tensor{floats}},
		{"Float64", one(func(x *Node) *Node { return x }), []*tensors.Tensor{tensors.FromFlatDataAndDimensions([]float64{1, 2}, 2)}},
		{"Int64", one(func(x *Node) *Node { return x }), []*tensors.Tensor{tensors.FromFlatDataAndDimensions([]int64{1, 2}, 2)}},
		{"Float64", one(func(x *Node) *Node { return ConvertDType(x, dtypes.Float64) }), []*tensors.Tensor{floats}},
		{"Float64", one(func(x *Node) *Node { return Const(x.Graph(), []float64{1}) }), []*tensors.Tensor{floats}},
		{"Uint8", one(func(x *Node) *Node { return Iota(x.Graph(), shapes.Make(dtypes.Uint8, 3), 0) }), []*tensors.Tensor{floats}},
		{"shape [3 0]", one(func(x *Node) *Node { return Slice(x, AxisRange(), AxisRange(2, 2)) }), []*tensors.Tensor{floats}},
		{"Pad with a value that is not a constant", one(func(x *Node) *Node { return Pad(x, ReduceAllSum(x), padding{Start: 1}) }), []*tensors.Tensor{floats}},
		{"Div on numbers of type Int32", func(in []*Node) []*Node { return []*Node{Div(in[0], in[0])} }, []*tensors.Tensor{ints}},
		{"3 and 2", func(in []*Node) []*Node { return []*Node{ReduceAllSum(in[0]), ReduceAllSum(in[1])} }, []*tensors.Tensor{floats, numbers(2, 2, 5)}},
	} {
		_, err := call(onLanes(t, 1), test.of, test.in...)
		if err == nil || !strings.Contains(err.Error(), "lanes ") || !strings.Contains(err.Error(), test.want) || !errors.Is(err, compute.ErrNotImplemented) {
			t.Errorf("error %v; want one of a missing operation, with %q", err, test.want)
		}
	}
}

// TestRefusedInputs: every call is an error, and none waits for ever.
func TestRefusedInputs(t *testing.T) {
	exec := must(NewExec(onLanes(t, 1), func(in []*Node) []*Node { return []*Node{Exp(in[0])} }))
	for range 3 {
		if _, err := exec.Call([]float64{1, 2}); !errors.Is(err, compute.ErrNotImplemented) {
			t.Errorf("error %v, want one of a missing operation", err)
		}
	}
	exec.Finalize()
}

// TestUnknownInstructionSet: the error names it.
func TestUnknownInstructionSet(t *testing.T) {
	t.Setenv(lanes.Variable, "mmx")
	if _, err := lanegraph.New(1); err == nil || !strings.Contains(err.Error(), `"mmx"`) && !strings.Contains(err.Error(), "there is no kernel") {
		t.Errorf("error %v, want one that names the set", err)
	}
}

// TestWrongInputs: another number, type or shape of inputs is an error.
func TestWrongInputs(t *testing.T) {
	b := onLanes(t, 1)
	builder := b.Builder("sum")
	f := builder.Main()
	x := must(f.Parameter("x", shapes.Make(dtypes.Float32, 2, 3), nil))
	if err := f.Return([]compute.Value{must(f.Add(x, x))}, nil); err != nil {
		t.Fatal(err)
	}
	sum := must(builder.Compile())
	good := must(b.BufferFromFlatData(0, []float32{1, 2, 3, 4, 5, 6}, shapes.Make(dtypes.Float32, 2, 3)))
	wide := must(b.BufferFromFlatData(0, []float32{1, 2, 3, 4, 5, 6}, shapes.Make(dtypes.Float32, 3, 2)))
	ints := must(b.BufferFromFlatData(0, []int32{1, 2, 3, 4, 5, 6}, shapes.Make(dtypes.Int32, 2, 3)))
	elsewhere := must(onGo(t).BufferFromFlatData(0, []float32{1, 2, 3, 4, 5, 6}, shapes.Make(dtypes.Float32, 2, 3)))
	for name, in := range map[string][]compute.Buffer{
		"none": nil, "two": {good, good}, "another shape": {wide}, "another type": {ints}, "another backend": {elsewhere},
	} {
		if _, err := sum.Execute(in, nil, 0); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	out := must(sum.Execute([]compute.Buffer{good}, nil, 0))
	got := make([]float32, 6)
	if err := out[0].ToFlatData(got); err != nil || got[5] != 12 {
		t.Errorf("%v, error %v", got, err)
	}
	if _, err := b.BufferFromFlatData(0, []float32{1}, shapes.Make(dtypes.Float32, 2)); err == nil {
		t.Error("1 number makes a buffer of 2")
	}
	if _, err := b.BufferFromFlatData(0, []int32{1}, shapes.Make(dtypes.Float32, 1)); err == nil {
		t.Error("integers make a buffer of floats")
	}
}
