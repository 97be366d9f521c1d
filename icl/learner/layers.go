package learner

import (
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph files dot-import graph
)

// LinearParams lists the parameters of PyTorch's nn.Linear under name:
// name.weight [out, in] and, where bias is set, name.bias [out].
func LinearParams(name string, in, out int, bias bool) []Param {
	params := []Param{{Name: name + ".weight", Dims: []int{out, in}, Init: FanIn(in)}}
	if bias {
		params = append(params, Param{Name: name + ".bias", Dims: []int{out}, Init: FanIn(in)})
	}
	return params
}

// Linear is x·Wᵀ + b over the last axis of x, with the parameters that
// [LinearParams] listed under name.
func Linear(w Weights, name string, x *Node) *Node {
	weight := w.Get(name + ".weight")
	dims := x.Shape().Dimensions
	last := len(dims) - 1
	// One 2-D product: XLA on a CPU is much quicker with it than with a batched one.
	flat := Reshape(x, x.Shape().Size()/dims[last], dims[last])
	y := Einsum("ni,oi->no", flat, weight)
	if w.has(name + ".bias") {
		y = Add(y, ExpandLeftToRank(w.Get(name+".bias"), 2))
	}
	out := append([]int{}, dims...)
	out[last] = weight.Shape().Dim(0)
	return Reshape(y, out...)
}

// MLPParams lists the parameters of in → hidden → out: two linear layers,
// name.0 and name.2 (PyTorch's numbering, the activation is 1).
func MLPParams(name string, in, hidden, out int) []Param {
	return append(LinearParams(name+".0", in, hidden, true), LinearParams(name+".2", hidden, out, true)...)
}

// MLP is linear, leaky ReLU, linear, with the parameters of [MLPParams].
func MLP(w Weights, name string, x *Node) *Node {
	return Linear(w, name+".2", leakyReLU(Linear(w, name+".0", x)))
}

// leakyReLU is x where x > 0 and .01 x elsewhere.
func leakyReLU(x *Node) *Node {
	return Max(x, MulScalar(x, .01))
}

// Unit scales the vectors along the last axis of x to length 1; a zero vector stays.
// The small constant sits inside the root: without it the gradient of a zero
// vector's length would be NaN.
func Unit(x *Node) *Node {
	return Div(x, Sqrt(AddScalar(ReduceAndKeep(Square(x), ReduceSum, -1), 1e-12)))
}

// LeastProbability is what a learner that computes probabilities bounds them by from
// below before it returns their logarithms as logits.
const LeastProbability = 1e-30

// NegInf stands for −∞ in a masked logit: exp of it is 0, and unlike −∞ it gives
// no NaN when everything is masked.
const NegInf = -1e30

// Mask is x where keep is 1 and [NegInf] where it is 0.
func Mask(x, keep *Node) *Node {
	return Where(GreaterThan(keep, ScalarZero(keep.Graph(), keep.DType())), x, MulScalar(OnesLike(x), NegInf))
}

// AttentionWeights is the softmax over the last axis of what keep, 1 or 0, leaves of the
// scores. It is 0 elsewhere, and everywhere if nothing is left.
func AttentionWeights(score, keep *Node) *Node {
	score = Mask(score, keep)
	top := StopGradient(ReduceAndKeep(score, ReduceMax, -1))
	weight := Mul(Exp(Sub(score, top)), keep)
	total := ReduceAndKeep(weight, ReduceSum, -1)
	return Div(weight, Max(total, OnesLike(total))) // the largest alone gives 1
}

// LayerNormParams lists the parameters of a layer normalisation over width
// features under name: name.weight and name.bias, both [width].
func LayerNormParams(name string, width int) []Param {
	return []Param{
		{Name: name + ".weight", Dims: []int{width}, Init: Constant(1)},
		{Name: name + ".bias", Dims: []int{width}, Init: Constant(0)},
	}
}

// LayerNorm shifts and scales the last axis of x to mean 0 and variance 1 (with
// 1e-5 added to the variance, as PyTorch does), and then by the parameters that
// [LayerNormParams] listed under name.
func LayerNorm(w Weights, name string, x *Node) *Node {
	x = Sub(x, ReduceAndKeep(x, ReduceMean, -1))
	variance := ReduceAndKeep(Square(x), ReduceMean, -1)
	x = Div(x, Sqrt(AddScalar(variance, 1e-5)))
	rank := x.Rank()
	return Add(Mul(x, ExpandLeftToRank(w.Get(name+".weight"), rank)), ExpandLeftToRank(w.Get(name+".bias"), rank))
}
