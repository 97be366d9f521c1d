package transformer

import (
	"math"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph files dot-import graph

	"github.com/goicl/goicl/icl/learner"
)

// normParams are those of a normalisation, if there is one.
func (p Paper) normParams(name string, width int) []learner.Param {
	if !p.Norm {
		return nil
	}
	return learner.LayerNormParams(name, width)
}

// norm normalises x, if that is wanted.
func (p Paper) norm(w learner.Weights, name string, x *Node) *Node {
	if !p.Norm {
		return x
	}
	return learner.LayerNorm(w, name, x)
}

// attention is that of a layer: the paper's, or what is set in its place.
func (p Paper) attention(w learner.Weights, l int, h, visible *Node, hook Hook) *Node {
	if !p.Softmax && !p.Causal && hook == nil {
		return efficientAttention(w, l, h, visible)
	}
	v := learner.Linear(w, layerName(l, "to_v"), h)
	who := p.attends(w, l, h, visible)
	if hook != nil {
		who = Squeeze(hook(Site{l, "attention"}, InsertAxes(who, 1)), 1)
	}
	if !p.Softmax {
		who = MulScalar(who, 1/math.Sqrt(float64(h.Shape().Dim(-1))))
	}
	out := Einsum("sij,sje->sie", who, v)
	if hook != nil {
		out = Squeeze(hook(Site{l, "heads"}, InsertAxes(out, 2)), 2)
	}
	return out
}

// attends is how much each token attends to each other, [S, N, N], with rows that add up to
// 1 over the tokens that it sees: those visible and, if attention is causal, none behind it.
func (p Paper) attends(w learner.Weights, l int, h, visible *Node) *Node {
	s, n := h.Shape().Dim(0), h.Shape().Dim(1)
	seen := BroadcastToDims(InsertAxes(Squeeze(visible, -1), 1), s, n, n)
	if p.Causal {
		upTo := ConvertDType(ShapedLowerTriangular(h.Graph(), n, n, 0), h.DType())
		seen = Mul(seen, BroadcastToDims(InsertAxes(upTo, 0), s, n, n))
	}
	q := learner.Linear(w, layerName(l, "to_q"), h)
	k := learner.Linear(w, layerName(l, "to_k"), h)
	if p.Softmax {
		score := MulScalar(Einsum("sid,sjd->sij", q, k), 1/math.Sqrt(float64(h.Shape().Dim(-1))))
		return learner.AttentionWeights(score, seen)
	}
	return efficientWeights(Softmax(q, -1), k, visible, seen)
}

// efficientWeights is Σ_d q_id · e^(k_jd) / Σ_{j seen by i} e^(k_jd): efficient attention
// (Shen et al. 2021), whose softmax of keys runs, feature by feature, over the tokens that i
// sees.
func efficientWeights(q, k, visible, seen *Node) *Node {
	masked := learner.Mask(k, BroadcastToDims(visible, k.Shape().Dimensions...))
	e := Exp(Sub(masked, StopGradient(ReduceAndKeep(masked, ReduceMax, 1))))
	total := Einsum("sij,sjd->sid", seen, e)
	share := Div(q, MaxScalar(total, 1e-30))
	return Mul(Einsum("sid,sjd->sij", share, e), seen)
}
