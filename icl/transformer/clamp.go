package transformer

import (
	"fmt"
	"slices"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph files dot-import graph
)

// HeadClamp fixes what heads attend to, in training and after, as Singh et al. ("What needs to
// go right for an induction head?", ICML 2024) do to find out which part of a circuit takes
// how long to learn. The weights that a clamp leaves without effect are still there, so that
// learners that differ in clamps alone can take over each other's weights:
//
//	clamped, err := free.As(transformer.AttentionOnly{…, Clamps: clamps})
type HeadClamp struct {
	Layer int   `json:"layer"`           // counted from 0
	Heads []int `json:"heads,omitempty"` // counted from 0; none means all heads of the layer
	// To is what the attention of the heads becomes.
	//
	//	"previous token"  all on the token before; of the first token on itself
	//	"matching"        in equal parts on the tokens that follow the inputs nearest to the
	//	                  token's own: their labels, if tokens are pairs. Inputs that are farther
	//	                  by a thousandth of the input's square count as equally near, so that all
	//	                  equal ones do. A label, and the first input, have themselves.
	//	"self"            all on the token itself
	//	"uniform"         in equal parts on the token and all before it
	//	"ablated"         on none: the head adds nothing to the stream
	//	"frozen"          as the weights have it, but without a gradient, so that queries, keys
	//	                  and relative positions stay as they start; see [train.Config].From
	To string `json:"to"`
}

// String is what is clamped, and to what: "layer 0, head 1: previous token".
func (c HeadClamp) String() string {
	heads := ""
	for _, head := range c.Heads {
		heads += fmt.Sprintf(", head %d", head)
	}
	return fmt.Sprintf("layer %d%s: %s", c.Layer, heads, c.To)
}

// clampsTo are what a clamp can fix attention to.
var clampsTo = []string{"previous token", "matching", "self", "uniform", "ablated", "frozen"}

// checkClamps reports a clamp of a head that there is not, or of one that has another.
func checkClamps(clamps []HeadClamp, layers, heads int) error {
	clamped := map[[2]int]bool{}
	for _, c := range clamps {
		if c.Layer < 0 || c.Layer >= layers {
			return fmt.Errorf("transformer: a clamp of layer %d; want one of %d layers, from 0", c.Layer, layers)
		}
		if !slices.Contains(clampsTo, c.To) {
			return fmt.Errorf("transformer: a clamp to %q; want one of %q", c.To, clampsTo)
		}
		for _, head := range c.of(heads) {
			if head < 0 || head >= heads {
				return fmt.Errorf("transformer: a clamp of head %d of layer %d; want one of %d heads, from 0", head, c.Layer, heads)
			}
			if clamped[[2]int{c.Layer, head}] {
				return fmt.Errorf("transformer: two clamps of head %d of layer %d; want one", head, c.Layer)
			}
			clamped[[2]int{c.Layer, head}] = true
		}
	}
	return nil
}

// of are the heads of a layer that a clamp is for.
func (c HeadClamp) of(heads int) []int {
	if len(c.Heads) > 0 {
		return c.Heads
	}
	all := make([]int, heads)
	for i := range all {
		all[i] = i
	}
	return all
}

// toOf is what each head of a layer is clamped to, "" for one that is free.
func toOf(clamps []HeadClamp, layer, heads int) []string {
	to := make([]string, heads)
	for _, c := range clamps {
		if c.Layer == layer {
			for _, head := range c.of(heads) {
				to[head] = c.To
			}
		}
	}
	return to
}

// fixedAttention is the attention that a clamp names, [B or 1, 1, T, T].
func (s tokenSequence) fixedAttention(to string) *Node {
	row := Iota(s.ep.X.Graph(), shapes.Make(dtypes.Int32, s.tokens(), s.tokens()), 0)
	column := Iota(s.ep.X.Graph(), shapes.Make(dtypes.Int32, s.tokens(), s.tokens()), 1)
	var all *Node // [T, T]
	switch to {
	case "previous token":
		all = s.where(Equal(column, Max(AddScalar(row, -1), ZerosLike(row))))
	case "self":
		all = s.where(Equal(column, row))
	case "uniform":
		all = Div(s.where(LessOrEqual(column, row)), AddScalar(ConvertDType(row, s.ep.X.DType()), 1))
	case "ablated":
		all = ZerosLike(s.where(Equal(column, row)))
	case "matching":
		return InsertAxes(s.matching(s.where(Equal(column, row))), 1)
	}
	return InsertAxes(all, 0, 0)
}

// where is 1 where the condition holds, else 0.
func (s tokenSequence) where(condition *Node) *Node { return ConvertDType(condition, s.ep.X.DType()) }

// farthest is more than any squared distance of inputs within ±largestInput.
const farthest = 1e38

// equallyNear is how much farther than the nearest an input may be to count as equally near,
// relative to the square of the query's.
const equallyNear = 1e-3

// matching is how each token attends to those that follow the nearest inputs before it, or to
// itself, which the identity [T, T] is for: [B, T, T].
func (s tokenSequence) matching(identity *Node) *Node {
	b, n := s.ep.B(), s.ep.N()
	x := ClipScalar(s.ep.X, -largestInput, largestInput)
	square := ReduceSum(Square(x), -1) // [B, N]
	distance := Sub(InsertAxes(square, 1), MulScalar(Einsum("bnd,bjd->bnj", x, x), 2))
	before := BroadcastToDims(InsertAxes(ShapedLowerTriangular(x.Graph(), n, n, -1), 0), b, n, n)
	distance = Where(before, distance, AddScalar(ZerosLike(distance), farthest))
	most := Add(ReduceAndKeep(distance, ReduceMin, -1), InsertAxes(MulScalar(square, equallyNear), -1))
	near := Mul(s.where(before), s.where(LessOrEqual(distance, BroadcastToDims(most, b, n, n))))
	count := ReduceAndKeep(near, ReduceSum, -1)
	alone := OneMinus(Min(count, OnesLike(count))) // [B, N, 1]
	near = Div(near, Max(count, OnesLike(count)))  // [B, N, N]

	none := ZerosLike(near)
	if !s.pairs {
		one := Slice(none, AxisRange(), AxisRange(), AxisRange(0, 1))
		follow := Concatenate([]*Node{one, Slice(near, AxisRange(), AxisRange(), AxisRange(0, n-1))}, -1)
		return Add(follow, Mul(alone, InsertAxes(identity, 0)))
	}
	follow := Reshape(Concatenate([]*Node{InsertAxes(none, -1), InsertAxes(near, -1)}, -1), b, n, 1, 2*n)
	own := BroadcastToDims(Reshape(identity, 1, n, 2, 2*n), b, n, 2, 2*n) // of inputs, and of labels
	ofInputs := Add(follow, Mul(InsertAxes(alone, -1), SliceAxis(own, 2, AxisRange(0, 1))))
	return Reshape(Concatenate([]*Node{ofInputs, SliceAxis(own, 2, AxisRange(1, 2))}, 2), b, 2*n, 2*n)
}
