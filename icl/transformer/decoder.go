package transformer

import (
	"cmp"
	"fmt"
	"math"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph files dot-import graph

	"github.com/goicl/goicl/icl/learner"
)

// Decoder is the GPT-2-style decoder (Radford et al. 2019) that Garg et al. ("What
// Can Transformers Learn In-Context?", NeurIPS 2022) train on regression tasks, as
// their code has it but for the text vocabulary, which they never use. The zero value
// is claim 4's size; for 20 inputs and a real target it has 9.5 million weights.
//
// A task of N points is a sequence of 2N tokens x_1, y_1, x_2, y_2, …. An input is a
// separate token, and so is a target, which is written into the first input
// dimension (a label one-hot into the first C), with zeros in the others; one linear
// layer reads both. Each of the 2N places has a learned position. A layer adds
// attention and then a feed-forward network (Width → 4·Width → Width, GELU by tanh) to
// the residual stream, each on the layer-normalised stream. The answer at point n is
// a linear readout of the normalised token x_n: a target, or C logits.
//
// Attention is causal, so a token sees itself and those before it: x_n the n-1 points
// before it, not its own label. A task's predictions after every number of examples
// cost one pass over its 2N tokens, and the one after a single number costs as much.
type Decoder struct {
	Points int `json:"points,omitempty"` // a task at most, since positions are learned; 0 means 41
	Width  int `json:"width,omitempty"`  // of a token; 0 means 256
	Depth  int `json:"depth,omitempty"`  // layers; 0 means 12
	Heads  int `json:"heads,omitempty"`  // attention heads, a divisor of Width; 0 means 8
	// Spread is the standard deviation of the starting weights; 0 means .02, GPT-2's.
	// It suits a width of some hundred: a decoder of 32 channels starts with so little in
	// its residual stream that it learns nothing for thousands of steps, where with
	// 1/√Width it does within hundreds.
	Spread float64 `json:"spread,omitempty"`
}

// WithDefaults replaces zeros by the paper's setting.
func (p Decoder) WithDefaults() Decoder {
	return Decoder{
		Points: cmp.Or(p.Points, 41),
		Width:  cmp.Or(p.Width, 256),
		Depth:  cmp.Or(p.Depth, 12),
		Heads:  cmp.Or(p.Heads, 8),
		Spread: cmp.Or(p.Spread, spread),
	}
}

// Name is "ICL-decoder".
func (Decoder) Name() string { return "ICL-decoder" }

// MaxPoints is the number of points a task may have.
func (p Decoder) MaxPoints() int { return p.WithDefaults().Points }

// Validate reports sizes that make no transformer.
func (p Decoder) Validate() error {
	p = p.WithDefaults()
	if min(p.Points, p.Width, p.Depth, p.Heads) < 0 {
		return fmt.Errorf("transformer: points %d, width %d, depth %d and heads %d; want positive numbers, or 0 for 41, 256, 12 and 8", p.Points, p.Width, p.Depth, p.Heads)
	}
	if !(p.Spread > 0) || math.IsInf(p.Spread, 1) {
		return fmt.Errorf("transformer: starting weights of standard deviation %g; want a positive number, or 0 for %g", p.Spread, spread)
	}
	return cmp.Or(checkHeads(p.Width, p.Heads), learner.CheckLimit(p.Name(), "Points", p.Points, maxWidth),
		learner.CheckLimit(p.Name(), "Width", p.Width, maxWidth), learner.CheckLimit(p.Name(), "Depth", p.Depth, learner.MaxDepth))
}

// Params lists the weights: read_in, positions, and for layer l layers.l.norm1, q, k,
// v, out, norm2, w1 and w2; then norm and readout. They start as GPT-2's: normal with
// standard deviation Spread, that of out and w2, which feed the residual stream, divided
// by √(2·Depth), and biases 0. As in Garg et al., read_in and readout start as PyTorch's
// linear layers do.
func (p Decoder) Params(d, c int) ([]learner.Param, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	p = p.WithDefaults()
	channels := learner.Channels(c)
	params := learner.LinearParams("read_in", max(d, channels), p.Width, true)
	params = append(params, learner.Param{Name: "positions", Dims: []int{2 * p.Points, p.Width}, Init: learner.Gaussian(p.Spread)})
	residual := p.Spread / math.Sqrt(float64(2*p.Depth))
	for l := range p.Depth {
		params = append(params, learner.LayerNormParams(layerName(l, "norm1"), p.Width)...)
		for _, part := range []string{"q", "k", "v"} {
			params = append(params, gpt2Linear(layerName(l, part), p.Width, p.Width, p.Spread)...)
		}
		params = append(params, gpt2Linear(layerName(l, "out"), p.Width, p.Width, residual)...)
		params = append(params, learner.LayerNormParams(layerName(l, "norm2"), p.Width)...)
		params = append(params, gpt2Linear(layerName(l, "w1"), p.Width, 4*p.Width, p.Spread)...)
		params = append(params, gpt2Linear(layerName(l, "w2"), 4*p.Width, p.Width, residual)...)
	}
	params = append(params, learner.LayerNormParams("norm", p.Width)...)
	return append(params, learner.LinearParams("readout", p.Width, channels, true)...), nil
}

// spread is that of GPT-2's starting weights.
const spread = .02

// gpt2Linear lists the parameters of a linear layer that starts as GPT-2's do.
func gpt2Linear(name string, in, out int, deviation float64) []learner.Param {
	params := learner.LinearParams(name, in, out, true)
	params[0].Init, params[1].Init = learner.Gaussian(deviation), learner.Constant(0)
	return params
}

// Logits returns the answers [B, M, C] of the queries, C = 1 for regression. In the
// last layer the tokens y ask for nothing, as no answer is read from them.
func (p Decoder) Logits(w learner.Weights, ep learner.Episode) *Node {
	return p.LogitsWith(w, ep, nil)
}

// LogitsWith implements [Transparent].
func (p Decoder) LogitsWith(w learner.Weights, ep learner.Episode, hook Hook) *Node {
	p = p.WithDefaults()
	h := p.tokens(w, ep)
	hidden := hiddenTokens(h, ep.N())
	for l := range p.Depth {
		h = hook.at(l, "stream", h)
		seen := learner.LayerNorm(w, layerName(l, "norm1"), h)
		asking := seen
		if l == p.Depth-1 && hook == nil {
			h, asking = firstTokens(h, ep.N()), firstTokens(seen, ep.N())
			hidden = firstTokens(hidden, ep.N())
		}
		h = Add(h, p.attention(w, l, asking, seen, hidden, hook))
		h = addFeedForward(w, l, h, tanhGELU)
	}
	if hook != nil {
		h = firstTokens(hook(Site{p.Depth, "stream"}, h), ep.N())
	}
	answers := learner.Linear(w, "readout", learner.LayerNorm(w, "norm", h)) // [B, N, C]
	return Einsum("bmn,bnc->bmc", ep.IsQuery, answers)
}

// Sequence implements [Transparent].
func (Decoder) Sequence(points, n int) []Token {
	return tokensOf(points, n, func(i int) []Token {
		if i == n {
			return []Token{{i, "input", i}}
		}
		return []Token{{i, "input", i}, {i, "label", points + i}}
	})
}

// firstTokens is x [..., tokens, width] cut to its first n tokens.
func firstTokens(x *Node, n int) *Node { return SliceAxis(x, -2, AxisRange(0, n)) }

// tokens returns [B, 2N, Width]: x_1..x_N and then y_1..y_N, each with the position it
// has in the sequence. Attention does not mind where a token is stored.
func (p Decoder) tokens(w learner.Weights, ep learner.Episode) *Node {
	width := max(ep.D(), ep.C())
	both := Concatenate([]*Node{widened(ep.X, width), widened(ep.Y, width)}, 1)
	h := learner.Linear(w, "read_in", ClipScalar(both, -largestInput, largestInput))
	places := Reshape(w.Get("positions"), p.Points, 2, p.Width)
	places = TransposeAllAxes(Slice(places, AxisRange(0, ep.N())), 1, 0, 2)
	return Add(h, InsertAxes(Reshape(places, 2*ep.N(), p.Width), 0))
}

// widened adds zeros behind the last axis of x, [B, N, width].
func widened(x *Node, width int) *Node {
	have := x.Shape().Dim(-1)
	if have == width {
		return x
	}
	return Pad(x, ScalarZero(x.Graph(), x.DType()), PadAxis{}, PadAxis{}, PadAxis{End: width - have})
}

// hiddenTokens is what is added to the score of token j for token t, [2N, 2N]: 0 where
// j is t or comes before it in the sequence, and learner.NegInf elsewhere.
func hiddenTokens(h *Node, n int) *Node {
	g := h.Graph()
	upTo := ConvertDType(ShapedLowerTriangular(g, n, n, 0), h.DType())
	before := ConvertDType(ShapedLowerTriangular(g, n, n, -1), h.DType())
	seen := Concatenate([]*Node{
		Concatenate([]*Node{upTo, before}, 1), // x_t sees x_1..x_t and y_1..y_t-1
		Concatenate([]*Node{upTo, upTo}, 1),   // y_t sees y_t, too
	}, 0)
	return MulScalar(OneMinus(seen), learner.NegInf)
}

// attention is softmax attention of the tokens asking [B, A, Width] to those of seen
// [B, S, Width] that are not hidden from them, [A, S]; it returns [B, A, Width]. The
// weights are divided by their sum after the mean is taken, in which there are fewer
// numbers.
func (p Decoder) attention(w learner.Weights, l int, asking, seen, hidden *Node, hook Hook) *Node {
	size := p.Width / p.Heads
	heads := func(part string, h *Node) *Node { // [B, tokens, Heads, size]
		return Reshape(learner.Linear(w, layerName(l, part), h), h.Shape().Dim(0), h.Shape().Dim(1), p.Heads, size)
	}
	q := MulScalar(heads("q", asking), 1/math.Sqrt(float64(size)))
	score := Add(Einsum("bahd,bshd->bhas", q, heads("k", seen)), ExpandLeftToRank(hidden, 4))
	weight := Exp(Sub(score, StopGradient(ReduceAndKeep(score, ReduceMax, -1))))
	if hook != nil {
		weight = hook(Site{l, "attention"}, Div(weight, ReduceAndKeep(weight, ReduceSum, -1)))
	}
	mean := Einsum("bhas,bshd->bhad", weight, heads("v", seen))
	if hook == nil {
		mean = Div(mean, ReduceAndKeep(weight, ReduceSum, -1))
	}
	mean = Reshape(hook.at(l, "heads", TransposeAllAxes(mean, 0, 2, 1, 3)), asking.Shape().Dimensions...)
	return learner.Linear(w, layerName(l, "out"), mean)
}

// tanhGELU is the approximation of GELU that GPT-2 uses:
// x·(1 + tanh(√(2/π)·(x + .044715 x³)))/2.
func tanhGELU(x *Node) *Node {
	inner := Mul(x, AddScalar(MulScalar(Square(x), .044715), 1))
	return Mul(x, MulScalar(OnePlus(Tanh(MulScalar(inner, math.Sqrt(2/math.Pi)))), .5))
}
