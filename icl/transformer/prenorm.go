package transformer

import (
	"cmp"
	"fmt"
	"math"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph files dot-import graph
	"github.com/gomlx/gomlx/ml/layers/activation"

	"github.com/goicl/goicl/icl/learner"
)

// PreNorm is a small pre-norm transformer with multi-head softmax attention, as
// language models have it since GPT-2 (Radford et al., 2019). It is another
// architecture than [Paper], to separate what in the paper's claims comes from
// in-context learning from what comes from theirs. The zero value has 19,706 parameters
// for tasks with 2 inputs and 2 classes.
//
// A point of the context is a token [x, one-hot label], a query is a token
// [x, 0]. A layer adds attention and then a feed-forward network (Width →
// Expand·Width → Width, exact GELU) to the residual stream, each on the
// layer-normalised stream. The answer is a linear readout of the query's
// normalised token to C logits. In regression the target takes the place of the
// label, and the readout has one output, the predicted target. There are no
// positions.
//
// Attention is causal: a point sees itself and those before it, a query its
// context and itself. So the context's tokens are the same for all queries, and a
// task's predictions after every number of examples cost one pass over its N
// points and M queries, where [Paper] takes M passes over N points. The price:
// from two layers on the order of the context matters, as an early point has seen
// less than a late one.
type PreNorm struct {
	Width  int `json:"width,omitempty"`  // of a token; 0 means 24
	Depth  int `json:"depth,omitempty"`  // layers; 0 means 4
	Heads  int `json:"heads,omitempty"`  // attention heads, a divisor of Width; 0 means 2
	Expand int `json:"expand,omitempty"` // feed-forward width over token width; 0 means 2
}

// WithDefaults replaces zeros by the default sizes.
func (p PreNorm) WithDefaults() PreNorm {
	return PreNorm{
		Width:  cmp.Or(p.Width, 24),
		Depth:  cmp.Or(p.Depth, 4),
		Heads:  cmp.Or(p.Heads, 2),
		Expand: cmp.Or(p.Expand, 2),
	}
}

// Name is "ICL-softmax".
func (PreNorm) Name() string { return "ICL-softmax" }

// Validate reports sizes that make no transformer.
func (p PreNorm) Validate() error {
	p = p.WithDefaults()
	if min(p.Width, p.Depth, p.Heads, p.Expand) < 0 {
		return fmt.Errorf("transformer: width %d, depth %d, heads %d and expand %d; want positive numbers, or 0 for 24, 4, 2 and 2", p.Width, p.Depth, p.Heads, p.Expand)
	}
	return cmp.Or(checkHeads(p.Width, p.Heads), learner.CheckLimit(p.Name(), "Width", p.Width, maxWidth),
		learner.CheckLimit(p.Name(), "Depth", p.Depth, learner.MaxDepth), learner.CheckLimit(p.Name(), "Expand", p.Expand, maxWidth))
}

func checkHeads(width, heads int) error {
	if width%heads != 0 {
		return fmt.Errorf("transformer: a width of %d cannot be shared equally by %d heads; want a multiple of the number of heads", width, heads)
	}
	return nil
}

// Params lists the weights. Layer l has layers.l.norm1, qkv (the three projections
// in one, rows q, k, v), out, norm2, w1 and w2; then come norm and readout.
func (p PreNorm) Params(d, c int) ([]learner.Param, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	p = p.WithDefaults()
	channels := learner.Channels(c)
	params := learner.LinearParams("embed", d+channels, p.Width, true)
	for l := range p.Depth {
		params = append(params, preNormParams(l, p.Width, p.Expand)...)
	}
	params = append(params, learner.LayerNormParams("norm", p.Width)...)
	return append(params, learner.LinearParams("readout", p.Width, channels, true)...), nil
}

// Logits returns [B, M, C], C = 1 for regression. The weights are shared by points and queries, so both
// go through each layer together.
func (p PreNorm) Logits(w learner.Weights, ep learner.Episode) *Node {
	return p.LogitsWith(w, ep, nil)
}

// LogitsWith implements [Transparent]. Its tokens are the points and then the query.
func (p PreNorm) LogitsWith(w learner.Weights, ep learner.Episode, hook Hook) *Node {
	p = p.WithDefaults()
	h := learner.Linear(w, "embed", streams(ep)) // [B, N+M, Width]
	hidden := hiddenPoints(ep)
	for l := range p.Depth {
		h = hook.at(l, "stream", h)
		h = Add(h, p.attention(w, l, learner.LayerNorm(w, layerName(l, "norm1"), h), hidden, hook))
		h = addFeedForward(w, l, h, activation.Gelu)
	}
	h = hook.at(p.Depth, "stream", h)
	queries := Slice(h, AxisRange(), AxisRange(ep.N()))
	return learner.Linear(w, "readout", learner.LayerNorm(w, "norm", queries))
}

// Sequence implements [Transparent].
func (PreNorm) Sequence(points, n int) []Token {
	return tokensOf(points, n, func(i int) []Token {
		if i == n {
			return []Token{{i, "", points}}
		}
		return []Token{{i, "", i}}
	})
}

// largestInput bounds inputs and targets: the square of a much larger float32 overflows
// in the normalisation.
const largestInput = 1e15

// streams returns the tokens [B, N+M, D+C]: the points with their labels, then the
// queries without.
func streams(ep learner.Episode) *Node {
	x := Concatenate([]*Node{ep.X, ep.Queries}, 1)
	noLabel := BroadcastToDims(ScalarZero(x.Graph(), x.DType()), ep.B(), ep.M(), ep.C())
	y := Concatenate([]*Node{ep.Y, noLabel}, 1)
	return ClipScalar(Concatenate([]*Node{x, y}, -1), -largestInput, largestInput)
}

// hiddenPoints is what is added to the scores of point j for token t,
// [B, 1, N+M, N]: 0 where j comes before the point t or is in the context of the
// query t, and learner.NegInf elsewhere.
func hiddenPoints(ep learner.Episode) *Node {
	n := ep.N()
	before := ConvertDType(ShapedLowerTriangular(ep.X.Graph(), n, n, -1), ep.X.DType())
	before = BroadcastToDims(InsertAxes(before, 0), ep.B(), n, n)
	seen := Concatenate([]*Node{before, ep.Context}, 1)
	return InsertAxes(MulScalar(OneMinus(seen), learner.NegInf), 1)
}

// attention is softmax attention of every token to the points that are not hidden
// from it and to itself. What a token scores and takes from itself is computed
// apart, so that a query, which is no point, needs no extra column; with an
// empty context itself is all it has. h is [B, N+M, Width], so is the result.
func (p PreNorm) attention(w learner.Weights, l int, h, hidden *Node, hook Hook) *Node {
	b, tokens, points := h.Shape().Dim(0), h.Shape().Dim(1), hidden.Shape().Dim(-1)
	size := p.Width / p.Heads
	qkv := Reshape(learner.Linear(w, layerName(l, "qkv"), h), b, tokens, 3, p.Heads, size)
	part := func(i int) *Node { return Squeeze(Slice(qkv, AxisRange(), AxisRange(), AxisElem(i)), 2) }
	ofPoints := func(x *Node) *Node { return Slice(x, AxisRange(), AxisRange(0, points)) }
	q, k, v := MulScalar(part(0), 1/math.Sqrt(float64(size))), part(1), part(2)

	score := Add(Einsum("bthd,bjhd->bhtj", q, ofPoints(k)), hidden)
	self := InsertAxes(Einsum("bthd,bthd->bht", q, k), -1)
	top := StopGradient(Max(self, ReduceAndKeep(score, ReduceMax, -1)))
	score, self = Exp(Sub(score, top)), Exp(Sub(self, top))
	total := Add(self, ReduceAndKeep(score, ReduceSum, -1))
	score, self = Div(score, total), Div(self, total)
	var mean *Node
	if hook == nil {
		mean = Add(Einsum("bhtj,bjhd->bthd", score, ofPoints(v)), Mul(TransposeAllAxes(self, 0, 2, 1, 3), v))
	} else {
		who := hook(Site{l, "attention"}, withSelf(score, self))
		mean = hook(Site{l, "heads"}, Einsum("bhtj,bjhd->bthd", who, v))
	}
	return learner.Linear(w, layerName(l, "out"), Reshape(mean, b, tokens, p.Width))
}

// withSelf joins what tokens take of the points, [B, H, N+M, N], and of themselves, [B, H,
// N+M, 1], to [B, H, N+M, N+M].
func withSelf(score, self *Node) *Node {
	tokens, points := score.Shape().Dim(2), score.Shape().Dim(3)
	identity := InsertAxes(ConvertDType(Diagonal(score.Graph(), tokens), score.DType()), 0, 0)
	others := Pad(score, ScalarZero(score.Graph(), score.DType()), PadAxis{}, PadAxis{}, PadAxis{}, PadAxis{End: tokens - points})
	return Add(others, Mul(self, identity))
}
