package lanegraph_test

import (
	"fmt"
	"math"
	"slices"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph files dot-import graph
)

// kinds are the kinds of steps of a drawing.
var kinds = []func(d *drawing){
	(*drawing).function, (*drawing).stepwise, (*drawing).binary, (*drawing).exactBinary, (*drawing).comparison,
	(*drawing).choice, (*drawing).logic, (*drawing).integers, (*drawing).conversion, (*drawing).sum,
	(*drawing).extreme, (*drawing).otherReduction, (*drawing).dot, (*drawing).dot, (*drawing).layer,
	(*drawing).reshape, (*drawing).reshape, (*drawing).transpose, (*drawing).slice, (*drawing).pad,
	(*drawing).concat, (*drawing).reverse, (*drawing).broadcast, (*drawing).iota, (*drawing).softmax,
	(*drawing).acrossTasks, (*drawing).innerLoop, (*drawing).twoViews,
}

// positive is a smooth number of at least ½.
func positive(x *Node) *Node { return AddScalar(Square(x), .5) }

func (d *drawing) function() {
	f := oneOf(d, []struct {
		name  string
		bound float64
		of    func(x *Node) *Node
	}{
		{"neg", mostSize, Neg}, {"exp", math.Exp(mostSize), Exp}, {"tanh", 1, Tanh}, {"erf", 1, Erf},
		{"logistic", 1, Sigmoid}, {"sin", 1, Sin}, {"cos", 1, Cos}, {"square", mostSize * mostSize, Square},
		{"log", 3, func(x *Node) *Node { return Log(positive(x)) }},
		{"sqrt", 5, func(x *Node) *Node { return Sqrt(positive(x)) }},
		{"rsqrt", 2, func(x *Node) *Node { return StopGradient(Rsqrt(positive(x))) }},
		{"log1p", 3, func(x *Node) *Node { return Log1p(Square(x)) }},
		{"expm1", math.Exp(mostSize), func(x *Node) *Node { return StopGradient(Expm1(x)) }},
		{"stop", mostSize, StopGradient},
	}, "function")
	i := d.number(0)
	d.one(f.name, f.name == "neg" || f.name == "stop", f.bound, f.of, i)
}

// stepwise functions jump, so they are applied to exact numbers only.
func (d *drawing) stepwise() {
	f := oneOf(d, []struct {
		name string
		of   func(x *Node) *Node
	}{
		{"abs", Abs}, {"sign", Sign}, {"floor", Floor}, {"ceil", Ceil}, {"round", Round},
		{"clamp", func(x *Node) *Node {
			return Clamp(Scalar(x.Graph(), x.DType(), -1), x, Scalar(x.Graph(), x.DType(), .5))
		}},
	}, "stepwise")
	i := d.exact(0)
	d.one(f.name, true, d.values[i].bound+1, func(x *Node) *Node {
		if f.name == "abs" {
			return f.of(x)
		}
		return StopGradient(f.of(x)) // GoMLX has no gradients of them
	}, i)
}

func (d *drawing) binary() {
	f := oneOf(d, []struct {
		name  string
		bound float64
		of    func(x, y *Node) *Node
	}{
		{"add", 2 * mostSize, Add}, {"sub", 2 * mostSize, Sub}, {"mul", mostSize * mostSize, Mul},
		{"div", 2 * mostSize, func(x, y *Node) *Node { return Div(x, positive(y)) }},
		{"pow", 20, func(x, y *Node) *Node { return Pow(positive(x), Tanh(y)) }},
		{"atan2", 2, func(x, y *Node) *Node { return StopGradient(Atan2(x, positive(y))) }},
	}, "binary")
	i := d.number(0)
	j := d.partner(i, false)
	if d.yes("the other way round") {
		i, j = j, i
	}
	d.add(f.name, false, f.bound, func(in []*Node) *Node { return f.of(in[0], in[1]) }, i, j)
}

func (d *drawing) exactBinary() {
	f := oneOf(d, []struct {
		name string
		of   func(x, y *Node) *Node
	}{
		{"max", Max}, {"min", Min},
		{"rem", func(x, y *Node) *Node { return StopGradient(Rem(x, AddScalar(Abs(y), .25))) }},
	}, "exact binary")
	i := d.exact(0)
	j := d.partner(i, true)
	d.add(f.name, f.name != "rem", max(d.values[i].bound, d.values[j].bound), func(in []*Node) *Node { return f.of(in[0], in[1]) }, i, j)
}

func (d *drawing) comparison() {
	f := oneOf(d, []struct {
		name string
		of   func(x, y *Node) *Node
	}{
		{"<", LessThan}, {"<=", LessOrEqual}, {">", GreaterThan}, {">=", GreaterOrEqual}, {"==", Equal}, {"!=", NotEqual},
	}, "comparison")
	i := d.exact(0)
	if d.yes("integers") {
		i = d.integer(0)
	}
	j := d.partner(i, true)
	d.add(f.name, true, 1, func(in []*Node) *Node { return f.of(in[0], in[1]) }, i, j)
}

// truth picks a truth value, or makes one.
func (d *drawing) truth() int {
	if len(d.where(isBool)) == 0 {
		return d.one("first label", true, 1, func(x *Node) *Node { return Equal(x, ScalarZero(x.Graph(), x.DType())) }, labels)
	}
	return d.pick(isBool)
}

func isBool(v drawn) bool { return v.DType() == dtypes.Bool }

// choice is between two numbers of the condition's shape, or scalars.
func (d *drawing) choice() {
	i := d.truth()
	shape := d.values[i].Shape()
	fits := d.where(func(v drawn) bool {
		return v.DType() == dtypes.Float32 && (v.Rank() == 0 || slices.Equal(v.Shape().Dimensions, shape.Dimensions))
	})
	operand := func() int {
		if len(fits) > 0 && d.yes("a value that fits") {
			return fits[d.int(0, len(fits)-1, "branch")]
		}
		return d.add("branch", true, 2, func(in []*Node) *Node { return Const(in[0].Graph(), numbers(5, shape.Dimensions...)) }, i)
	}
	x, y := operand(), operand()
	a, b := d.values[x], d.values[y]
	if a.Rank() == 0 && b.Rank() == 0 && shape.Rank() > 0 {
		return // nothing has the shape
	}
	d.add("where", a.exact && b.exact, max(a.bound, b.bound), func(in []*Node) *Node { return Where(in[0], in[1], in[2]) }, i, x, y)
}

func (d *drawing) logic() {
	i := d.truth()
	if d.yes("not") {
		d.one("not", true, 1, LogicalNot, i)
		return
	}
	f := oneOf(d, []func(x, y *Node) *Node{LogicalAnd, LogicalOr, LogicalXor}, "logic")
	j := d.partner(i, true)
	d.add("logic", true, 1, func(in []*Node) *Node { return f(in[0], in[1]) }, i, j)
}

func (d *drawing) integers() {
	i := d.integer(0)
	if d.yes("one operand") {
		f := oneOf(d, []func(x *Node) *Node{Neg, Abs, BitwiseNot}, "of an integer")
		d.one("of an integer", true, 1, f, i)
		return
	}
	f := oneOf(d, []func(x, y *Node) *Node{Add, Sub, Mul, Max, Min, BitwiseAnd, BitwiseOr, BitwiseXor}, "of integers")
	j := d.partner(i, true)
	d.add("of integers", true, 1, func(in []*Node) *Node { return f(in[0], in[1]) }, i, j)
}

func (d *drawing) conversion() {
	switch d.int(0, 4, "conversion") {
	case 0:
		d.one("bool to float", true, 1, func(x *Node) *Node { return ConvertDType(x, dtypes.Float32) }, d.truth())
	case 1:
		d.one("bool to int", true, 1, func(x *Node) *Node { return ConvertDType(x, dtypes.Int32) }, d.truth())
	case 2:
		i := d.integer(0)
		d.one("int to float", true, 3, func(x *Node) *Node {
			return ConvertDType(BitwiseAnd(x, Const(x.Graph(), int32(3))), dtypes.Float32)
		}, i)
	case 3:
		d.one("float to int", true, 3, func(x *Node) *Node { return StopGradient(ConvertDType(x, dtypes.Int32)) }, d.exact(0))
	case 4:
		depth := d.int(1, 4, "depth")
		d.one("one-hot", true, 1, func(x *Node) *Node { return OneHot(x, depth, dtypes.Float32) }, d.integer(0))
	}
}

func (d *drawing) sum() {
	i := d.number(1)
	axes := d.axes(d.values[i].Rank())
	terms := 1.
	for _, a := range axes {
		terms *= float64(d.values[i].Shape().Dimensions[a])
	}
	if d.yes("keep axes") {
		d.one(fmt.Sprint("sum, kept, over ", axes), false, mostSize*terms, func(x *Node) *Node { return ReduceAndKeep(x, ReduceSum, axes...) }, i)
		return
	}
	d.one(fmt.Sprint("sum over ", axes), false, mostSize*terms, func(x *Node) *Node { return ReduceSum(x, axes...) }, i)
}

// extreme is a maximum or minimum.
func (d *drawing) extreme() {
	i := d.exact(1)
	axes := d.axes(d.values[i].Rank())
	f := oneOf(d, []func(x *Node, axes ...int) *Node{ReduceMax, ReduceMin}, "extreme")
	d.move(fmt.Sprint("extreme over ", axes), func(x *Node) *Node { return f(x, axes...) }, i)
}

func (d *drawing) otherReduction() {
	switch d.int(0, 2, "reduction") {
	case 0:
		i := d.one("near 1", false, 1.1, func(x *Node) *Node { return AddScalar(MulScalar(Tanh(x), .05), 1) }, d.number(1))
		axes := d.axes(d.values[i].Rank())
		d.one(fmt.Sprint("product over ", axes), false, 10, func(x *Node) *Node { return StopGradient(ReduceMultiply(x, axes...)) }, i)
	case 1:
		i := d.integer(1)
		axes := d.axes(d.values[i].Rank())
		d.one(fmt.Sprint("integer sum over ", axes), true, 1, func(x *Node) *Node { return ReduceSum(x, axes...) }, i)
	case 2:
		i := d.truth()
		if d.values[i].Rank() == 0 {
			return
		}
		axes := d.axes(d.values[i].Rank())
		f := oneOf(d, []func(x *Node, axes ...int) *Node{ReduceLogicalAnd, ReduceLogicalOr}, "all or any")
		d.one(fmt.Sprint("all or any over ", axes), true, 1, func(x *Node) *Node { return f(x, axes...) }, i)
	}
}

func (d *drawing) iota() {
	i := d.number(1)
	dims := d.values[i].Shape().Dimensions
	axis := d.int(0, len(dims)-1, "axis")
	dtype := oneOf(d, []dtypes.DType{dtypes.Float32, dtypes.Int32}, "type")
	d.add(fmt.Sprint("iota along ", axis), true, float64(dims[axis]), func(in []*Node) *Node {
		return Iota(in[0].Graph(), shapes.Make(dtype, dims...), axis)
	}, i)
}

func (d *drawing) softmax() {
	i := d.number(1)
	axes := d.axes(d.values[i].Rank())
	if d.yes("logarithm") {
		d.one(fmt.Sprint("log softmax over ", axes), false, 8, func(x *Node) *Node { return LogSoftmax(x, axes...) }, i)
		return
	}
	d.one(fmt.Sprint("softmax over ", axes), false, 1, func(x *Node) *Node { return Softmax(x, axes...) }, i)
}

// acrossTasks uses a sum over tasks on tasks again.
func (d *drawing) acrossTasks() {
	i := d.number(1)
	d.one("centred and scaled over axis 0", false, 6, func(x *Node) *Node {
		gap := Sub(x, ReduceAndKeep(x, ReduceMean, 0))
		return Div(gap, Sqrt(AddScalar(ReduceAndKeep(Square(gap), ReduceMean, 0), .1)))
	}, i)
}

// twoViews uses a number that is cheap to compute as it is and in another order.
func (d *drawing) twoViews() {
	i := d.number(1)
	axes := d.axes(d.values[i].Rank())
	d.one(fmt.Sprint("with its reverse along ", axes), false, 12, func(x *Node) *Node {
		cheap := Neg(AddScalar(x, .5))
		return Sub(MulScalar(cheap, .75), Reverse(cheap, axes...))
	}, i)
}

// innerLoop is a step of gradient descent on a copy of the weights, by a loss of all tasks.
func (d *drawing) innerLoop() {
	i, from := weights, d.pick(isFloat)
	if d.yes("any value") {
		i = d.number(0)
	}
	d.add("inner loop", false, 4, func(in []*Node) *Node {
		loss := ReduceAllMean(Square(Tanh(in[1])))
		grad := Gradient(loss, in[0])[0]
		return Tanh(Sub(in[0], MulScalar(grad, .3)))
	}, i, from)
}
