package lanegraph

import (
	"math"
	"reflect"
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/notimplemented"
	"github.com/gomlx/compute/shapeinference"
	"github.com/gomlx/compute/shapes"
	"github.com/pkg/errors"

	"github.com/goicl/goicl/internal/lanegraph/compile"
)

// unsupported refuses all operations that function does not define, by name.
type unsupported struct{ notimplemented.Function }

func newFunction(b *builder) *function {
	f := &function{builder: b, byKey: map[string]*node{}}
	f.ErrFn = func(op compute.OpType) error { return refuse(op) }
	return f
}

func (f *function) Builder() compute.Builder { return f.builder }

func (f *function) Closure() (compute.Function, error) { return newFunction(f.builder), nil }

func (f *function) Shape(v compute.Value) (shapes.Shape, error) {
	in, err := f.inputs(v)
	if err != nil {
		return shapes.Invalid(), err
	}
	return in[0].Shape(), nil
}

func (f *function) Parameter(name string, shape shapes.Shape, sharding *compute.ShardingSpec) (compute.Value, error) {
	if sharding != nil {
		return nil, errors.Wrap(compute.ErrNotImplemented, "lanes has no sharding")
	}
	n := &node{Kind: compile.Parameter, Dims: shape.Dimensions, DType: shape.DType, Name: name}
	if err := check(n); err != nil && f.refused == nil {
		f.refused = err // by Compile: GoMLX would wait for ever for a graph whose parameter is refused
	}
	f.parameters = append(f.parameters, n)
	return f.record(n), nil
}

func (f *function) Constant(flat any, dims ...int) (compute.Value, error) {
	bits, dtype, err := bitsOf(flat)
	if err != nil {
		return nil, err
	}
	if len(bits) != shapes.Make(dtype, dims...).Size() {
		return nil, errors.Errorf("lanes: a constant of %d numbers for dimensions %v", len(bits), dims)
	}
	return f.add(&node{Kind: compile.Constant, Dims: slices.Clone(dims), DType: dtype, Bits: bits})
}

// bitsOf returns numbers as they lie in a lane: a truth value is all ones or zero.
func bitsOf(flat any) ([]uint32, dtypes.DType, error) {
	var bits []uint32
	switch flat := flat.(type) {
	case []float32:
		for _, x := range flat {
			bits = append(bits, math.Float32bits(x))
		}
		return bits, dtypes.Float32, nil
	case []int32:
		for _, x := range flat {
			bits = append(bits, uint32(x))
		}
		return bits, dtypes.Int32, nil
	case []bool:
		for _, x := range flat {
			bits = append(bits, truth(x))
		}
		return bits, dtypes.Bool, nil
	}
	dtype := dtypes.FromGoType(reflect.TypeOf(flat).Elem())
	return nil, dtype, checkType(dtype)
}

func truth(x bool) uint32 {
	if x {
		return math.MaxUint32
	}
	return 0
}

func (f *function) Return(outputs []compute.Value, _ []*compute.ShardingSpec) (err error) {
	f.outputs, err = f.inputs(outputs...)
	return err
}

func (f *function) Identity(x compute.Value) (compute.Value, error) { return x, nil }

func (f *function) Iota(shape shapes.Shape, axis int) (compute.Value, error) {
	if err := checkType(shape.DType); err != nil {
		return nil, err
	}
	n := shape.Dimensions[axis]
	bits := make([]uint32, n)
	for i := range bits {
		if bits[i] = uint32(i); shape.DType == dtypes.Float32 {
			bits[i] = math.Float32bits(float32(i))
		}
	}
	line, err := f.add(&node{Kind: compile.Constant, Dims: []int{n}, DType: shape.DType, Bits: bits})
	if err != nil {
		return nil, err
	}
	return f.BroadcastInDim(line, shape, []int{axis})
}

func (f *function) Reshape(x compute.Value, dims ...int) (compute.Value, error) {
	in, err := f.inputs(x)
	if err != nil {
		return nil, err
	}
	out, err := shapeinference.Reshape(in[0].Shape(), dims)
	if err != nil || slices.Equal(out.Dimensions, in[0].Dims) {
		return x, err
	}
	for in[0].Kind == compile.Reshape { // of a reshape
		in = in[0].In
	}
	if slices.Equal(out.Dimensions, in[0].Dims) {
		return in[0], nil
	}
	return f.add(&node{Kind: compile.Reshape, In: in, Dims: out.Dimensions, DType: in[0].DType})
}

func (f *function) Transpose(x compute.Value, permutation ...int) (compute.Value, error) {
	in, err := f.inputs(x)
	if err != nil {
		return nil, err
	}
	out, err := shapeinference.Transpose(in[0].Shape(), permutation)
	if err != nil || slices.IsSorted(permutation) {
		return x, err
	}
	return f.add(&node{Kind: compile.Transpose, In: in, Dims: out.Dimensions, DType: in[0].DType, Axes: slices.Clone(permutation)})
}

func (f *function) BroadcastInDim(x compute.Value, shape shapes.Shape, axes []int) (compute.Value, error) {
	in, err := f.inputs(x)
	if err != nil {
		return nil, err
	}
	if slices.Equal(shape.Dimensions, in[0].Dims) {
		return x, nil
	}
	return f.add(&node{Kind: compile.Broadcast, In: in, Dims: slices.Clone(shape.Dimensions), DType: in[0].DType, Axes: slices.Clone(axes)})
}

func (f *function) Slice(x compute.Value, starts, limits, strides []int) (compute.Value, error) {
	in, err := f.inputs(x)
	if err != nil {
		return nil, err
	}
	if len(strides) == 0 {
		strides = slices.Repeat([]int{1}, len(starts))
	}
	out, err := shapeinference.Slice(in[0].Shape(), starts, limits, strides)
	if err != nil || slices.Equal(out.Dimensions, in[0].Dims) {
		return x, err
	}
	return f.add(&node{Kind: compile.Slice, In: in, Dims: out.Dimensions, DType: in[0].DType, Starts: slices.Clone(starts), Strides: slices.Clone(strides)})
}

// Reverse is a slice with strides of -1.
func (f *function) Reverse(x compute.Value, axes ...int) (compute.Value, error) {
	in, err := f.inputs(x)
	if err != nil {
		return nil, err
	}
	starts, strides := make([]int, len(in[0].Dims)), slices.Repeat([]int{1}, len(in[0].Dims))
	for _, a := range axes {
		starts[a], strides[a] = in[0].Dims[a]-1, -1
	}
	return f.add(&node{Kind: compile.Slice, In: in, Dims: in[0].Dims, DType: in[0].DType, Starts: starts, Strides: strides})
}

func (f *function) Pad(x, fill compute.Value, axes ...compute.PadAxis) (compute.Value, error) {
	in, err := f.inputs(x, fill)
	if err != nil {
		return nil, err
	}
	out, err := shapeinference.Pad(in[0].Shape(), axes...)
	if err != nil {
		return nil, err
	}
	n := &node{Kind: compile.Pad, In: in, Dims: out.Dimensions, DType: in[0].DType, Starts: make([]int, len(out.Dimensions)), Strides: slices.Repeat([]int{1}, len(out.Dimensions))}
	for i, a := range axes {
		n.Starts[i], n.Strides[i] = a.Start, a.Interior+1
	}
	return f.add(n)
}

func (f *function) Concatenate(axis int, operands ...compute.Value) (compute.Value, error) {
	in, err := f.inputs(operands...)
	if err != nil {
		return nil, err
	}
	var all []shapes.Shape
	for _, x := range in {
		all = append(all, x.Shape())
	}
	out, err := shapeinference.Concatenate(all, axis)
	if err != nil || len(in) == 1 {
		return in[0], err
	}
	return f.add(&node{Kind: compile.Concat, In: in, Dims: out.Dimensions, DType: in[0].DType, Axes: []int{axis}})
}

func (f *function) DotGeneral(lhs compute.Value, lhsContract, lhsBatch []int, rhs compute.Value, rhsContract, rhsBatch []int, config compute.DotGeneralConfig) (compute.Value, error) {
	in, err := f.inputs(lhs, rhs)
	if err != nil {
		return nil, err
	}
	out, err := shapeinference.DotGeneral(in[0].Shape(), lhsContract, lhsBatch, in[1].Shape(), rhsContract, rhsBatch, config)
	if err != nil {
		return nil, err
	}
	if in[0].DType != dtypes.Float32 || out.DType != dtypes.Float32 {
		return nil, errors.Wrapf(compute.ErrNotImplemented, "lanes has no DotGeneral of %s to %s", in[0].DType, out.DType)
	}
	return f.add(&node{Kind: compile.Dot, In: in, Dims: out.Dimensions, DType: out.DType,
		Axes: slices.Clone(lhsContract), Batch: slices.Clone(lhsBatch), Starts: slices.Clone(rhsContract), Strides: slices.Clone(rhsBatch)})
}
