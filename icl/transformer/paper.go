// Package transformer holds the in-context-learning transformers: learners that
// read a context of labelled points and a query as a sequence of tokens and
// answer without any update of their weights.
package transformer

import (
	"cmp"
	"fmt"
	"math"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph files dot-import graph
	"github.com/gomlx/gomlx/ml/layers/activation"

	"github.com/goicl/goicl/icl/learner"
)

// Paper is the ICL transformer of claims 2 and 3 of "Why In-Context Learning
// Models are Good Few-Shot Learners?" (ICLR 2025), as its authors coded it. The
// zero value is their setting; for tasks with 2 inputs and 2 classes it has 3,432
// parameters.
//
// A token is [x, one-hot label in 2C channels], width W = D + 2C. The last C
// label channels start at 0 and serve as scratch space; the query's label is 0
// throughout. Each layer adds efficient attention and then a feed-forward network
// (W → Expand·W → W, exact GELU) to the residual stream. There is no
// normalisation, no position and no causal mask: the order of the context does
// not matter. The answer is a linear readout of the query's token to 2C logits. In
// regression the target takes the place of the label, C is 1 and the readout has one
// output, the predicted target.
//
// Three settings change a part each, to ask what in a result comes from it. With none of
// them the transformer is the paper's.
type Paper struct {
	Depth  int `json:"depth,omitempty"`  // layers; 0 means 8
	Expand int `json:"expand,omitempty"` // feed-forward width over token width; 0 means 4
	// Softmax has softmax attention (Vaswani et al. 2017) in place of efficient attention.
	Softmax bool `json:"softmax,omitempty"`
	// Norm normalises the stream (layer normalisation) before attention, before the
	// feed-forward network and before the readout.
	Norm bool `json:"norm,omitempty"`
	// Causal has a point attend to itself and those before it, not to all.
	Causal bool `json:"causal,omitempty"`
}

// WithDefaults replaces zeros by the paper's setting.
func (p Paper) WithDefaults() Paper {
	if p.Depth == 0 {
		p.Depth = 8
	}
	if p.Expand == 0 {
		p.Expand = 4
	}
	return p
}

// Name is "ICL", with what is changed: "ICL+softmax+norm+causal".
func (p Paper) Name() string {
	name := "ICL"
	for _, part := range []struct {
		changed bool
		name    string
	}{{p.Softmax, "softmax"}, {p.Norm, "norm"}, {p.Causal, "causal"}} {
		if part.changed {
			name += "+" + part.name
		}
	}
	return name
}

// Changed reports whether a part is not the paper's.
func (p Paper) Changed() bool { return p.Softmax || p.Norm || p.Causal }

// Validate reports sizes that make no transformer.
func (p Paper) Validate() error {
	if p.Depth < 0 || p.Expand < 0 {
		return fmt.Errorf("transformer: depth %d and expand %d; want positive numbers, or 0 for the paper's 8 and 4", p.Depth, p.Expand)
	}
	return cmp.Or(learner.CheckLimit(p.Name(), "Depth", p.Depth, learner.MaxDepth), learner.CheckLimit(p.Name(), "Expand", p.Expand, maxWidth))
}

// maxWidth is the greatest width, and factor of one, whose product is a whole number to Go.
const maxWidth = 1 << 24

// Params lists the weights, with PyTorch's shapes [out, in] and starting values.
// Layer l has layers.l.to_q, to_k, to_v (no bias) and layers.l.w1, w2.
func (p Paper) Params(d, c int) ([]learner.Param, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	p = p.WithDefaults()
	width := d + 2*learner.Channels(c)
	var params []learner.Param
	for l := range p.Depth {
		for _, head := range []string{"to_q", "to_k", "to_v"} {
			params = append(params, learner.LinearParams(layerName(l, head), width, width, false)...)
		}
		params = append(params, learner.LinearParams(layerName(l, "w1"), width, p.Expand*width, true)...)
		params = append(params, learner.LinearParams(layerName(l, "w2"), p.Expand*width, width, true)...)
		params = append(params, p.normParams(layerName(l, "norm1"), width)...)
		params = append(params, p.normParams(layerName(l, "norm2"), width)...)
	}
	params = append(params, p.normParams("norm", width)...)
	return append(params, learner.LinearParams("readout", width, max(1, 2*c), false)...), nil
}

func layerName(l int, part string) string { return fmt.Sprintf("layers.%d.%s", l, part) }

// Logits returns [B, M, 2C], or [B, M, 1] for regression. Each query is its own forward pass over its
// context and itself; points behind it are masked.
func (p Paper) Logits(w learner.Weights, ep learner.Episode) *Node { return p.LogitsWith(w, ep, nil) }

// LogitsWith implements [Transparent]. The paper's efficient attention never forms the matrix
// of who attends to whom; for a hook it does, with rows that add up to 1.
func (p Paper) LogitsWith(w learner.Weights, ep learner.Episode, hook Hook) *Node {
	p = p.WithDefaults()
	h, visible := tokens(ep)
	for l := range p.Depth {
		h = p.layer(w, l, hook.at(l, "stream", h), visible, hook)
	}
	h = hook.at(p.Depth, "stream", h)
	query := Einsum("sn,snw->sw", Reshape(ep.IsQuery, ep.B()*ep.M(), ep.N()), h)
	logits := learner.Linear(w, "readout", p.norm(w, "norm", query))
	return Reshape(logits, ep.B(), ep.M(), logits.Shape().Dim(-1))
}

// layer adds attention, then the feed-forward network, to the streams h [S, N, W].
func (p Paper) layer(w learner.Weights, l int, h, visible *Node, hook Hook) *Node {
	h = Add(h, p.attention(w, l, p.norm(w, layerName(l, "norm1"), h), visible, hook))
	hidden := activation.Gelu(learner.Linear(w, layerName(l, "w1"), p.norm(w, layerName(l, "norm2"), h)))
	return Add(h, learner.Linear(w, layerName(l, "w2"), hidden))
}

// Sequence implements [Transparent].
func (Paper) Sequence(points, n int) []Token {
	return tokensOf(points, n, func(i int) []Token { return []Token{{i, "", i}} })
}

// tokens returns the sequences [S, N, W] of S = B·M queries and the mask
// [S, N, 1] that is 1 on the context and the query. A masked token is all zeros,
// so that no value of a later point can reach the query, not even as 0·∞.
func tokens(ep learner.Episode) (h, visible *Node) {
	b, m, n, d, c := ep.B(), ep.M(), ep.N(), ep.D(), ep.C()
	x := BroadcastToDims(InsertAxes(ep.X, 1), b, m, n, d)
	y := BroadcastToDims(InsertAxes(ep.Y, 1), b, m, n, c)
	context := InsertAxes(ep.Context, -1)
	seen := Add(context, InsertAxes(ep.IsQuery, -1))
	zero := ZerosLike(y)
	h = Concatenate([]*Node{
		Where(isOne(seen, d), x, ZerosLike(x)),
		Where(isOne(context, c), y, zero),
		zero,
	}, -1)
	return Reshape(h, b*m, n, d+2*c), Reshape(seen, b*m, n, 1)
}

// isOne turns a 0/1 mask [..., 1] into booleans broadcast over width channels.
func isOne(mask *Node, width int) *Node {
	dims := append([]int{}, mask.Shape().Dimensions...)
	dims[len(dims)-1] = width
	return BroadcastToDims(GreaterThan(mask, ScalarZero(mask.Graph(), mask.DType())), dims...)
}

// efficientAttention is the "linear" attention of Shen et al. (2021) with one
// head: q softmax over the features, times W^-1/2; k softmax over the sequence,
// one feature at a time; out = q·(kᵀv).
func efficientAttention(w learner.Weights, l int, h, visible *Node) *Node {
	q, k := queriesAndKeys(w, l, h, visible)
	v := learner.Linear(w, layerName(l, "to_v"), h)
	return Einsum("snd,sde->sne", q, Einsum("snd,sne->sde", k, v))
}

func queriesAndKeys(w learner.Weights, l int, h, visible *Node) (q, k *Node) {
	q = learner.Linear(w, layerName(l, "to_q"), h)
	k = learner.Linear(w, layerName(l, "to_k"), h)
	q = MulScalar(Softmax(q, -1), 1/math.Sqrt(float64(h.Shape().Dim(-1))))
	return q, Softmax(learner.Mask(k, BroadcastToDims(visible, k.Shape().Dimensions...)), 1)
}
