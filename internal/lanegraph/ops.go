package lanegraph

import (
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapeinference"
	"github.com/gomlx/compute/shapes"
	"github.com/pkg/errors"

	"github.com/goicl/goicl/internal/lanegraph/compile"
)

// apply records an elementwise step. Operands broadcast as in GoMLX: scalars, and axes of
// size 1.
func (f *function) apply(step string, out shapes.Shape, in ...*node) (compute.Value, error) {
	return f.add(&node{Kind: compile.Elementwise, Step: step, In: in, Dims: out.Dimensions, DType: out.DType})
}

// stepOf is the step of an operation on numbers of a type, of which it has one for
// Float32, Int32 and Bool, "" for none.
func stepOf(op compute.OpType, dtype dtypes.DType, float, integer, boolean string) (string, error) {
	step := map[dtypes.DType]string{dtypes.Float32: float, dtypes.Int32: integer, dtypes.Bool: boolean}[dtype]
	if step == "" {
		return "", errors.Wrapf(compute.ErrNotImplemented, "lanes has no operation %s on numbers of type %s", op, dtype)
	}
	return step, nil
}

func (f *function) unary(op compute.OpType, x compute.Value, float, integer, boolean string) (compute.Value, error) {
	in, err := f.inputs(x)
	if err != nil {
		return nil, err
	}
	step, err := stepOf(op, in[0].DType, float, integer, boolean)
	if err != nil {
		return nil, err
	}
	return f.apply(step, in[0].Shape(), in...)
}

// steps are the steps of an operation on numbers of each type, see stepOf.
type steps struct{ float, integer, boolean string }

// ofTwo records an operation on two operands, whose result has the shape that shape infers.
func (f *function) ofTwo(op compute.OpType, x, y compute.Value, of steps, shape func(compute.OpType, shapes.Shape, shapes.Shape) (shapes.Shape, error)) (compute.Value, error) {
	in, err := f.inputs(x, y)
	if err != nil {
		return nil, err
	}
	out, err := shape(op, in[0].Shape(), in[1].Shape())
	if err != nil {
		return nil, err
	}
	step, err := stepOf(op, in[0].DType, of.float, of.integer, of.boolean)
	if err != nil {
		return nil, err
	}
	return f.apply(step, out, in...)
}

func (f *function) binary(op compute.OpType, x, y compute.Value, float, integer, boolean string) (compute.Value, error) {
	return f.ofTwo(op, x, y, steps{float, integer, boolean}, shapeinference.BinaryOp)
}

func (f *function) compare(op compute.OpType, x, y compute.Value, float, integer, boolean string) (compute.Value, error) {
	return f.ofTwo(op, x, y, steps{float, integer, boolean}, shapeinference.ComparisonOp)
}

func (f *function) Abs(x compute.Value) (compute.Value, error) {
	return f.unary(compute.OpTypeAbs, x, "abs", "iabs", "")
}
func (f *function) Neg(x compute.Value) (compute.Value, error) {
	return f.unary(compute.OpTypeNeg, x, "neg", "ineg", "")
}
func (f *function) Sign(x compute.Value) (compute.Value, error) {
	return f.unary(compute.OpTypeSign, x, "sign", "", "")
}
func (f *function) Exp(x compute.Value) (compute.Value, error) {
	return f.unary(compute.OpTypeExp, x, "exp", "", "")
}
func (f *function) Expm1(x compute.Value) (compute.Value, error) {
	return f.unary(compute.OpTypeExpm1, x, "expm1", "", "")
}
func (f *function) Log(x compute.Value) (compute.Value, error) {
	return f.unary(compute.OpTypeLog, x, "log", "", "")
}
func (f *function) Log1p(x compute.Value) (compute.Value, error) {
	return f.unary(compute.OpTypeLog1p, x, "log1p", "", "")
}
func (f *function) Sqrt(x compute.Value) (compute.Value, error) {
	return f.unary(compute.OpTypeSqrt, x, "sqrt", "", "")
}
func (f *function) Rsqrt(x compute.Value) (compute.Value, error) {
	return f.unary(compute.OpTypeRsqrt, x, "rsqrt", "", "")
}
func (f *function) Tanh(x compute.Value) (compute.Value, error) {
	return f.unary(compute.OpTypeTanh, x, "tanh", "", "")
}
func (f *function) Erf(x compute.Value) (compute.Value, error) {
	return f.unary(compute.OpTypeErf, x, "erf", "", "")
}
func (f *function) Logistic(x compute.Value) (compute.Value, error) {
	return f.unary(compute.OpTypeLogistic, x, "logistic", "", "")
}
func (f *function) Sin(x compute.Value) (compute.Value, error) {
	return f.unary(compute.OpTypeSin, x, "sin", "", "")
}
func (f *function) Cos(x compute.Value) (compute.Value, error) {
	return f.unary(compute.OpTypeCos, x, "cos", "", "")
}
func (f *function) Floor(x compute.Value) (compute.Value, error) {
	return f.unary(compute.OpTypeFloor, x, "floor", "", "")
}
func (f *function) Ceil(x compute.Value) (compute.Value, error) {
	return f.unary(compute.OpTypeCeil, x, "ceil", "", "")
}
func (f *function) Round(x compute.Value) (compute.Value, error) {
	return f.unary(compute.OpTypeRound, x, "round", "", "")
}
func (f *function) LogicalNot(x compute.Value) (compute.Value, error) {
	return f.unary(compute.OpTypeLogicalNot, x, "", "", "not")
}
func (f *function) BitwiseNot(x compute.Value) (compute.Value, error) {
	return f.unary(compute.OpTypeBitwiseNot, x, "", "not", "")
}

func (f *function) Add(x, y compute.Value) (compute.Value, error) {
	return f.binary(compute.OpTypeAdd, x, y, "add", "iadd", "")
}
func (f *function) Sub(x, y compute.Value) (compute.Value, error) {
	return f.binary(compute.OpTypeSub, x, y, "sub", "isub", "")
}
func (f *function) Mul(x, y compute.Value) (compute.Value, error) {
	return f.binary(compute.OpTypeMul, x, y, "mul", "imul", "")
}
func (f *function) Div(x, y compute.Value) (compute.Value, error) {
	return f.binary(compute.OpTypeDiv, x, y, "div", "", "")
}
func (f *function) Max(x, y compute.Value) (compute.Value, error) {
	return f.binary(compute.OpTypeMax, x, y, "max", "imax", "")
}
func (f *function) Min(x, y compute.Value) (compute.Value, error) {
	return f.binary(compute.OpTypeMin, x, y, "min", "imin", "")
}
func (f *function) Pow(x, y compute.Value) (compute.Value, error) {
	return f.binary(compute.OpTypePow, x, y, "pow", "", "")
}
func (f *function) Rem(x, y compute.Value) (compute.Value, error) {
	return f.binary(compute.OpTypeRem, x, y, "rem", "", "")
}
func (f *function) Atan2(x, y compute.Value) (compute.Value, error) {
	return f.binary(compute.OpTypeAtan2, x, y, "atan2", "", "")
}
func (f *function) LogicalAnd(x, y compute.Value) (compute.Value, error) {
	return f.binary(compute.OpTypeLogicalAnd, x, y, "", "", "and")
}
func (f *function) LogicalOr(x, y compute.Value) (compute.Value, error) {
	return f.binary(compute.OpTypeLogicalOr, x, y, "", "", "or")
}
func (f *function) LogicalXor(x, y compute.Value) (compute.Value, error) {
	return f.binary(compute.OpTypeLogicalXor, x, y, "", "", "xor")
}
func (f *function) BitwiseAnd(x, y compute.Value) (compute.Value, error) {
	return f.binary(compute.OpTypeBitwiseAnd, x, y, "", "and", "")
}
func (f *function) BitwiseOr(x, y compute.Value) (compute.Value, error) {
	return f.binary(compute.OpTypeBitwiseOr, x, y, "", "or", "")
}
func (f *function) BitwiseXor(x, y compute.Value) (compute.Value, error) {
	return f.binary(compute.OpTypeBitwiseXor, x, y, "", "xor", "")
}

func (f *function) Equal(x, y compute.Value) (compute.Value, error) {
	return f.compare(compute.OpTypeEqual, x, y, "eq", "ieq", "ieq")
}
func (f *function) NotEqual(x, y compute.Value) (compute.Value, error) {
	return f.compare(compute.OpTypeNotEqual, x, y, "ne", "ine", "ine")
}
func (f *function) LessThan(x, y compute.Value) (compute.Value, error) {
	return f.compare(compute.OpTypeLessThan, x, y, "lt", "ilt", "")
}
func (f *function) LessOrEqual(x, y compute.Value) (compute.Value, error) {
	return f.compare(compute.OpTypeLessOrEqual, x, y, "le", "ile", "")
}
func (f *function) GreaterThan(x, y compute.Value) (compute.Value, error) {
	return f.compare(compute.OpTypeGreaterThan, y, x, "lt", "ilt", "")
}
func (f *function) GreaterOrEqual(x, y compute.Value) (compute.Value, error) {
	return f.compare(compute.OpTypeGreaterOrEqual, y, x, "le", "ile", "")
}

func (f *function) IsNaN(x compute.Value) (compute.Value, error) {
	return f.compare(compute.OpTypeNotEqual, x, x, "ne", "ine", "ine")
}

func (f *function) IsFinite(x compute.Value) (compute.Value, error) {
	in, err := f.inputs(x)
	if err != nil {
		return nil, err
	}
	step, err := stepOf(compute.OpTypeIsFinite, in[0].DType, "finite", "", "")
	if err != nil {
		return nil, err
	}
	return f.apply(step, shapes.Make(dtypes.Bool, in[0].Dims...), in...)
}

func (f *function) Clamp(low, x, high compute.Value) (compute.Value, error) {
	above, err := f.Max(x, low)
	if err != nil {
		return nil, err
	}
	return f.Min(above, high)
}

func (f *function) Where(condition, onTrue, onFalse compute.Value) (compute.Value, error) {
	in, err := f.inputs(condition, onTrue, onFalse)
	if err != nil {
		return nil, err
	}
	out, err := shapeinference.Where(in[0].Shape(), in[1].Shape(), in[2].Shape())
	if err != nil {
		return nil, err
	}
	return f.apply("select", out, in...)
}

// conversions are the steps from a type to another.
var conversions = map[[2]dtypes.DType]string{
	{dtypes.Int32, dtypes.Float32}: "itof", {dtypes.Float32, dtypes.Int32}: "ftoi",
	{dtypes.Bool, dtypes.Float32}: "btof", {dtypes.Bool, dtypes.Int32}: "btoi",
	{dtypes.Float32, dtypes.Bool}: "ftob", {dtypes.Int32, dtypes.Bool}: "itob",
}

func (f *function) ConvertDType(x compute.Value, dtype dtypes.DType) (compute.Value, error) {
	in, err := f.inputs(x)
	if err != nil {
		return nil, err
	}
	if in[0].DType == dtype {
		return x, nil
	}
	if err := checkType(dtype); err != nil {
		return nil, err
	}
	return f.apply(conversions[[2]dtypes.DType{in[0].DType, dtype}], shapes.Make(dtype, in[0].Dims...), in...)
}

// reductions are the names of reductions, by operation, of numbers of each type.
func (f *function) reduced(op compute.OpType, x compute.Value, axes []int, float, integer, boolean string) (compute.Value, error) {
	in, err := f.inputs(x)
	if err != nil {
		return nil, err
	}
	name, err := stepOf(op, in[0].DType, float, integer, boolean)
	if err != nil {
		return nil, err
	}
	if len(in[0].Dims) == 0 {
		return x, nil
	}
	if len(axes) == 0 {
		for i := range in[0].Dims {
			axes = append(axes, i)
		}
	}
	var dims []int
	for i, d := range in[0].Dims {
		if !slices.Contains(axes, i) {
			dims = append(dims, d)
		}
	}
	axes = slices.Clone(axes)
	slices.Sort(axes)
	return f.add(&node{Kind: compile.Reduce, Step: name, In: in, Dims: dims, DType: in[0].DType, Axes: axes})
}

func (f *function) ReduceSum(x compute.Value, axes ...int) (compute.Value, error) {
	return f.reduced(compute.OpTypeReduceSum, x, axes, "sum", "isum", "")
}
func (f *function) ReduceProduct(x compute.Value, axes ...int) (compute.Value, error) {
	return f.reduced(compute.OpTypeReduceProduct, x, axes, "product", "", "")
}
func (f *function) ReduceMax(x compute.Value, axes ...int) (compute.Value, error) {
	return f.reduced(compute.OpTypeReduceMax, x, axes, "max", "", "")
}
func (f *function) ReduceMin(x compute.Value, axes ...int) (compute.Value, error) {
	return f.reduced(compute.OpTypeReduceMin, x, axes, "min", "", "")
}
func (f *function) ReduceLogicalAnd(x compute.Value, axes ...int) (compute.Value, error) {
	return f.reduced(compute.OpTypeReduceLogicalAnd, x, axes, "", "", "and")
}
func (f *function) ReduceLogicalOr(x compute.Value, axes ...int) (compute.Value, error) {
	return f.reduced(compute.OpTypeReduceLogicalOr, x, axes, "", "", "or")
}
