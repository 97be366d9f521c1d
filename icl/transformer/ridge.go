package transformer

import (
	"math"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph files dot-import graph
)

// penalties are those of the ridge regressions that [Tabular] adds to its answer, as shares of
// the summed variance of the inputs: from nearly least squares to nearly the correlation with
// each column.
var penalties = []float64{.0001, .001, .01, .1, 1}

// ridgeScores are what ridge regressions of the labels y [B, S, T, C] on the inputs x
// [B, S, T, D], standard scores over the rows that are kept, count of them, predict for all
// rows, less the mean of the labels, and times 1 + penalty: [B, S, T, C] for each penalty.
func ridgeScores(x, y, keep, count *Node) []*Node {
	n := Max(count, OnesLike(count))
	x = MulScalar(x, 1/math.Sqrt(float64(x.Shape().Dim(-1)+1))) // a summed variance of about 1
	mean := Div(ReduceAndKeep(Mul(y, keep), ReduceSum, 2), n)
	kept, centred := Mul(x, keep), Mul(Sub(y, mean), keep)
	covariance := Div(Einsum("bsti,bstj->bsij", kept, kept), n)
	both := Div(Einsum("bsti,bstc->bsic", kept, centred), n)
	var scores []*Node
	for _, penalty := range penalties {
		weights := Einsum("bsij,bsjc->bsic", inverse(covariance, penalty), both)
		scores = append(scores, MulScalar(Einsum("bsti,bsic->bstc", x, weights), 1+penalty))
	}
	return scores
}

// inverse is (a + penalty I)⁻¹ of symmetric matrices a [B, S, D, D], by the sweep operator
// (Goodnight 1979): D times the product of a column with itself over its diagonal element is
// subtracted, a column less 1 there.
func inverse(a *Node, penalty float64) *Node {
	d := a.Shape().Dim(-1)
	square := shapes.Make(dtypes.Int32, 1, 1, d, d) // lanes have no Int64, which graph.Diagonal uses
	eye := ConvertDType(Equal(Iota(a.Graph(), square, 2), Iota(a.Graph(), square, 3)), a.DType())
	a = Add(a, BroadcastToDims(MulScalar(eye, penalty), a.Shape().Dimensions...))
	for k := range d {
		column := Slice(a, AxisRange(), AxisRange(), AxisRange(), AxisElem(k)) // [B, S, D, 1]
		pivot := Slice(column, AxisRange(), AxisRange(), AxisElem(k))          // [B, S, 1, 1]
		unit := Slice(eye, AxisRange(), AxisRange(), AxisRange(), AxisElem(k)) // [1, 1, D, 1]
		v := Sub(column, BroadcastToDims(unit, column.Shape().Dimensions...))
		a = Sub(a, Div(Mul(v, Transpose(v, 2, 3)), pivot))
	}
	return Sub(BroadcastToDims(MulScalar(eye, 2), a.Shape().Dimensions...), a)
}
