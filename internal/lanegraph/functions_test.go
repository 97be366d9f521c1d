package lanegraph_test

import (
	"math"
	"testing"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph files dot-import graph
	"github.com/gomlx/gomlx/core/tensors"
)

var (
	inf  = math.Inf(1)
	nan  = math.NaN()
	zero = math.Copysign(0, -1) // the negative one
)

// function is an elementwise operation, where it is tested, and how it answers numbers
// that are no ordinary ones.
type function struct {
	name     string
	of       func(x *Node) *Node
	want     func(x float64) float64
	from, to float64
	special  [][2]float64 // argument and value
}

var functions = []function{
	{"exp", Exp, math.Exp, -87.3, 88.7, [][2]float64{{0, 1}, {zero, 1}, {-200, 0}, {-inf, 0}, {89, inf}, {1e30, inf}, {inf, inf}, {nan, nan}}},
	{"log", Log, math.Log, 1.2e-38, 3.4e38, [][2]float64{{1, 0}, {0, -inf}, {zero, -inf}, {-1, nan}, {-inf, nan}, {inf, inf}, {nan, nan}}},
	{"tanh", Tanh, math.Tanh, -12, 12, [][2]float64{{0, 0}, {zero, zero}, {1e30, 1}, {-1e30, -1}, {inf, 1}, {-inf, -1}, {nan, nan}}},
	{"erf", Erf, math.Erf, -5, 5, [][2]float64{{0, 0}, {zero, zero}, {1e30, 1}, {-1e30, -1}, {inf, 1}, {-inf, -1}, {nan, nan}}},
	{"logistic", Sigmoid, func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }, -87.3, 30,
		[][2]float64{{0, .5}, {zero, .5}, {1e30, 1}, {-1e30, 0}, {inf, 1}, {-inf, 0}, {nan, nan}}},
	{"sqrt", Sqrt, math.Sqrt, 1.2e-38, 3.4e38, [][2]float64{{0, 0}, {zero, zero}, {-1, nan}, {inf, inf}, {nan, nan}}},
	{"rsqrt", Rsqrt, func(x float64) float64 { return 1 / math.Sqrt(x) }, 1.2e-38, 3.4e38, [][2]float64{{0, inf}, {zero, -inf}, {-1, nan}, {inf, 0}, {nan, nan}}},
	{"expm1", Expm1, math.Expm1, -80, 88.7, [][2]float64{{0, 0}, {zero, zero}, {-inf, -1}, {inf, inf}, {nan, nan}}},
	{"log1p", Log1p, math.Log1p, -.999, 3.4e38, [][2]float64{{0, 0}, {zero, zero}, {-1, -inf}, {-2, nan}, {inf, inf}, {nan, nan}}},
	{"sin", Sin, math.Sin, -100, 100, [][2]float64{{0, 0}, {zero, zero}, {inf, nan}, {nan, nan}}},
	{"cos", Cos, math.Cos, -100, 100, [][2]float64{{0, 1}, {inf, nan}, {nan, nan}}},
	{"abs", Abs, math.Abs, -3.4e38, 3.4e38, [][2]float64{{zero, 0}, {-inf, inf}, {nan, nan}}},
	{"neg", Neg, func(x float64) float64 { return -x }, -3.4e38, 3.4e38, [][2]float64{{0, zero}, {zero, 0}, {inf, -inf}, {nan, nan}}},
	{"sign", Sign, func(x float64) float64 { return math.Copysign(1, x) }, -3.4e38, 3.4e38, [][2]float64{{0, 0}, {zero, zero}, {-inf, -1}, {nan, nan}}},
	{"floor", Floor, math.Floor, -1e6, 1e6, [][2]float64{{-.5, -1}, {zero, zero}, {1e30, 1e30}, {inf, inf}, {nan, nan}}},
	{"ceil", Ceil, math.Ceil, -1e6, 1e6, [][2]float64{{.5, 1}, {zero, zero}, {1e30, 1e30}, {-inf, -inf}, {nan, nan}}},
	{"round", Round, math.RoundToEven, -1e6, 1e6, [][2]float64{{.5, 0}, {1.5, 2}, {-2.5, -2}, {zero, zero}, {1e30, 1e30}, {inf, inf}, {nan, nan}}},
}

// grid are arguments of one function: evenly spread, and of all sizes.
func grid(from, to float64) []float32 {
	const n = 3000
	var all []float32
	for i := range n {
		all = append(all, float32(from+(to-from)*float64(i)/(n-1)))
	}
	for size := 1.2e-38; size < 3.3e38; size *= 1.07 {
		for _, x := range []float64{size, -size} {
			if x >= from && x <= to {
				all = append(all, float32(x))
			}
		}
	}
	return all
}

// TestFunctions: values have a relative error of at most 3e-7, where they are normal
// numbers, and special arguments the values of IEEE 754.
func TestFunctions(t *testing.T) {
	forEverySet(t, func(t *testing.T) {
		on := onLanes(t, 1)
		for _, f := range functions {
			x := grid(f.from, f.to)
			for _, s := range f.special {
				x = append(x, float32(s[0]))
			}
			out, err := call(on, func(in []*Node) []*Node { return []*Node{f.of(in[0])} }, tensors.FromFlatDataAndDimensions(x, 1, len(x)))
			if err != nil {
				t.Fatal(err)
			}
			got, ordinary := flat(out[0]), len(x)-len(f.special)
			for i, s := range f.special {
				if g := got[ordinary+i]; !same(g, float64(float32(s[1]))) {
					t.Errorf("%s(%g) is %g, want %g", f.name, s[0], g, s[1])
				}
			}
			worst, at := f.worst(x[:ordinary], got)
			if !(worst <= 3e-7) {
				t.Errorf("%s(%g) has a relative error of %.2g", f.name, at, worst)
			}
			t.Logf("%-8s within %.2g", f.name, worst)
		}
	})
}

// worst is the greatest relative error, and where it is. Of numbers near the zeros of sine
// and cosine the error is absolute.
func (f function) worst(x []float32, got []float64) (worst float64, at float32) {
	for i := range x {
		want := f.want(float64(x[i]))
		size := math.Abs(want)
		if f.name == "sin" || f.name == "cos" {
			size = 1
		}
		if size < 1.18e-38 || size > math.MaxFloat32 {
			continue
		}
		if off := math.Abs(got[i]-want) / size; !(off <= worst) {
			worst, at = off, x[i]
		}
	}
	return worst, at
}

// same reports whether two numbers are the same, NaN and the sign of zero included.
func same(x, y float64) bool {
	return math.IsNaN(x) && math.IsNaN(y) || x == y && math.Signbit(x) == math.Signbit(y)
}

// TestOperationsOnSpecialNumbers: of two operands.
func TestOperationsOnSpecialNumbers(t *testing.T) {
	forEverySet(t, func(t *testing.T) {
		on := onLanes(t, 1)
		truth := func(of func(x, y *Node) *Node) func(x, y *Node) *Node {
			return func(x, y *Node) *Node { return ConvertDType(of(x, y), x.DType()) }
		}
		for _, test := range []struct {
			name       string
			of         func(x, y *Node) *Node
			x, y, want float64
		}{
			{"max", Max, nan, 1, nan}, {"max", Max, 1, nan, nan}, {"max", Max, -inf, inf, inf}, {"min", Min, nan, 1, nan},
			{"min", Min, 1, nan, nan}, {"min", Min, -inf, inf, -inf}, {"add", Add, inf, -inf, nan}, {"add", Add, 3e38, 3e38, inf},
			{"mul", Mul, 0, inf, nan}, {"mul", Mul, 1e30, 1e30, inf}, {"mul", Mul, -1, 0, zero}, {"div", Div, 1, 0, inf},
			{"div", Div, 1, zero, -inf}, {"div", Div, 0, 0, nan}, {"div", Div, 1, inf, 0}, {"sub", Sub, inf, inf, nan},
			{"pow", Pow, 0, 0, 1}, {"pow", Pow, -2, 3, -8}, {"pow", Pow, -2, .5, nan}, {"rem", Rem, 5, 3, 2}, {"rem", Rem, -5, 3, -2},
			{"rem", Rem, 5, 0, nan}, {"atan2", Atan2, 0, -1, math.Pi}, {"<", truth(LessThan), nan, 1, 0}, {">=", truth(GreaterOrEqual), nan, 1, 0},
			{"==", truth(Equal), nan, nan, 0}, {"!=", truth(NotEqual), nan, nan, 1}, {"==", truth(Equal), 0, zero, 1}, {"<=", truth(LessOrEqual), inf, inf, 1},
			{"is finite", func(x, _ *Node) *Node { return ConvertDType(IsFinite(x), x.DType()) }, inf, 0, 0},
			{"is finite", func(x, _ *Node) *Node { return ConvertDType(IsFinite(x), x.DType()) }, 3e38, 0, 1},
			{"is NaN", func(x, _ *Node) *Node { return ConvertDType(IsNaN(x), x.DType()) }, nan, 0, 1},
			{"is NaN", func(x, _ *Node) *Node { return ConvertDType(IsNaN(x), x.DType()) }, inf, 0, 0},
			{"where", func(x, y *Node) *Node { return Where(LessThan(x, y), x, y) }, nan, 2, 2},
		} {
			pair := tensors.FromFlatDataAndDimensions([]float32{float32(test.x), float32(test.y)}, 1, 2)
			out, err := call(on, func(in []*Node) []*Node {
				return []*Node{test.of(Slice(in[0], AxisRange(), AxisElem(0)), Slice(in[0], AxisRange(), AxisElem(1)))}
			}, pair)
			if err != nil {
				t.Fatal(err)
			}
			if got := flat(out[0])[0]; !same(float64(float32(test.want)), got) {
				t.Errorf("%s of %g and %g is %g, want %g", test.name, test.x, test.y, got, test.want)
			}
		}
	})
}

// TestNumbersBelowNormal: what is below 1.2e-38 counts as zero on x86, as an operand and as a
// result; it may also be what it is. Moving a number leaves its bits.
func TestNumbersBelowNormal(t *testing.T) {
	forEverySet(t, func(t *testing.T) {
		x := tensors.FromFlatDataAndDimensions([]float32{1e-40, 1e-20, 2e-38, 1e-30}, 1, 4)
		out := must(call(onLanes(t, 1), func(in []*Node) []*Node {
			return []*Node{MulScalar(in[0], 2), MulScalar(in[0], 1e-20), Reverse(Reverse(in[0], 0), 0)}
		}, x))
		for i, want := range [][]float64{{2e-40, 2e-20, 4e-38, 2e-30}, {0, 1e-40, 0, 0}, {1e-40, 1e-20, 2e-38, 1e-30}} {
			for k, got := range flat(out[i]) {
				near := math.Abs(got-want[k]) <= 1e-7*want[k]+2e-45
				if zeroed := got == 0 && want[k] < 1.2e-38 && i < 2; !near && !zeroed {
					t.Errorf("output %d: %g, want %g", i, got, want[k])
				}
			}
		}
	})
}
