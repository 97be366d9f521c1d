package transformer

import (
	"math"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph files dot-import graph

	"github.com/goicl/goicl/icl/learner"
)

// places are 0, 1, … for the tokens [T].
func (s tokenSequence) places() *Node {
	return Iota(s.ep.X.Graph(), shapes.Make(dtypes.Int32, s.tokens()), 0)
}

// hidden is what is added to the score of token j for token t, [1, 1, T, T]: 0 where j is t or
// comes before it, and learner.NegInf elsewhere.
func (s tokenSequence) hidden() *Node {
	t := s.tokens()
	upTo := ConvertDType(ShapedLowerTriangular(s.ep.X.Graph(), t, t, 0), s.ep.X.DType())
	return InsertAxes(MulScalar(OneMinus(upTo), learner.NegInf), 0, 0)
}

// byDistance is the product of each query [B, A, H, K], of all tokens or of the inputs, with
// the vector that table [≥T, H, K] has for its distance from each token before it, [B, H, A,
// T]. For later tokens it is any number.
//
// A row of products is one for each distance, from T-1 down to 0. Query a needs it moved to
// the left until distance 0 is at its own place: by one or two columns less from row to row,
// which rows that are longer by so many, cut anew at the old length, are.
func (s tokenSequence) byDistance(q, table *Node) *Node {
	t, asking := s.tokens(), q.Shape().Dim(1)
	step := t / asking
	far := Reverse(Slice(table, AxisRange(0, t)), 0)
	product := Einsum("bahk,thk->bhat", q, far)
	b, heads := product.Shape().Dim(0), product.Shape().Dim(1)
	long := Pad(product, ScalarZero(q.Graph(), q.DType()), PadAxis{}, PadAxis{}, PadAxis{}, PadAxis{End: step})
	line := Reshape(long, b, heads, asking*(t+step))
	return Reshape(SliceAxis(line, 2, AxisRange(t-1, t-1+asking*t)), b, heads, asking, t)
}

// rotaryBase is the base of the angles of Su et al. (2021).
const rotaryBase = 10_000

// rotated turns channel pair i of x [B, T, H, K], the channels i and i + K/2, of the token at
// place t by the angle t·base^(-2i/K).
func (s tokenSequence) rotated(x *Node) *Node {
	size := x.Shape().Dim(-1)
	half := size / 2
	cos, sin := make([][]float64, s.tokens()), make([][]float64, s.tokens())
	for t := range cos {
		cos[t], sin[t] = make([]float64, size), make([]float64, size)
		for i := range half {
			angle := float64(t) * math.Pow(rotaryBase, -2*float64(i)/float64(size))
			cos[t][i], sin[t][i] = math.Cos(angle), -math.Sin(angle)
			cos[t][half+i], sin[t][half+i] = math.Cos(angle), math.Sin(angle)
		}
	}
	constant := func(v [][]float64) *Node {
		return Reshape(ConstAsDType(x.Graph(), x.DType(), v), 1, s.tokens(), 1, size)
	}
	swapped := Concatenate([]*Node{SliceAxis(x, -1, AxisRange(half)), SliceAxis(x, -1, AxisRange(0, half))}, -1)
	return Add(Mul(x, constant(cos)), Mul(swapped, constant(sin)))
}
