package transformer

import (
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph files dot-import graph

	"github.com/goicl/goicl/icl/learner"
)

// linearParam is the weight of a linear layer without bias. It starts with that standard
// deviation, or like PyTorch's for 0.
func linearParam(name string, in, out int, deviation float64) learner.Param {
	weight := learner.LinearParams(name, in, out, false)[0]
	if deviation > 0 {
		weight.Init = learner.Gaussian(deviation)
	}
	return weight
}

// preNormParams lists the weights of layer l of a pre-norm transformer: norm1, qkv (the three
// projections in one, rows q, k, v), out, norm2, w1 and w2.
func preNormParams(l, width, expand int) []learner.Param {
	params := learner.LayerNormParams(layerName(l, "norm1"), width)
	params = append(params, learner.LinearParams(layerName(l, "qkv"), width, 3*width, true)...)
	params = append(params, learner.LinearParams(layerName(l, "out"), width, width, true)...)
	params = append(params, learner.LayerNormParams(layerName(l, "norm2"), width)...)
	params = append(params, learner.LinearParams(layerName(l, "w1"), width, expand*width, true)...)
	return append(params, learner.LinearParams(layerName(l, "w2"), expand*width, width, true)...)
}

// addFeedForward adds the feed-forward network of layer l to the residual stream h.
func addFeedForward(w learner.Weights, l int, h *Node, activation func(*Node) *Node) *Node {
	inner := learner.Linear(w, layerName(l, "w1"), learner.LayerNorm(w, layerName(l, "norm2"), h))
	return Add(h, learner.Linear(w, layerName(l, "w2"), activation(inner)))
}
