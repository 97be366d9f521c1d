package metalearner

import (
	"cmp"
	"fmt"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph files dot-import graph

	"github.com/goicl/goicl/icl/learner"
)

// MLP is a network with ReLU from a point's input to its logits, or its target in
// regression. It reads no context, so what it learns is what all tasks share. [MAML]
// adapts its weights to each context; trained as it is, it is the pretraining that
// the authors of MAML compare with, and their starting point where [MAML] takes over its
// weights.
type MLP struct {
	// Width is the number of units of each hidden layer. 0 means 40, as in the sinusoid
	// regression of Finn, Abbeel and Levine (2017, §5.1).
	Width int `json:"width,omitempty"`
	Depth int `json:"depth,omitempty"` // hidden layers; 0 means 2, as there, and [Linear] none
}

// Linear is the MLP.Depth of a linear model.
const Linear = -1

func (p MLP) filled() MLP { return MLP{cmp.Or(p.Width, 40), cmp.Or(p.Depth, 2)} }

// hidden is the number of hidden layers.
func (p MLP) hidden() int { return max(0, p.filled().Depth) }

// Name is "MLP", with the width where it is not 40.
func (p MLP) Name() string { return variantName("MLP", p.Width, false) }

// bodyName is the name of a hidden layer.
func bodyName(layer int) string { return fmt.Sprintf("body.%d", layer) }

// Params lists the hidden layers body.0, body.1 … and the last one, head, each with a
// weight [out, in] and a bias [out].
func (p MLP) Params(d, c int) ([]learner.Param, error) {
	if p.Depth < Linear {
		return nil, fmt.Errorf("metalearner: an MLP of %d hidden layers; want a positive number, 0 for 2, or Linear for none", p.Depth)
	}
	if err := cmp.Or(checkWidth("MLP", p.Width), learner.CheckLimit("MLP", "Depth", p.Depth, learner.MaxDepth)); err != nil {
		return nil, err
	}
	var params []learner.Param
	in := d
	for layer := range p.hidden() {
		params = append(params, learner.LinearParams(bodyName(layer), in, p.filled().Width, true)...)
		in = p.filled().Width
	}
	return append(params, learner.LinearParams("head", in, learner.Channels(c), true)...), nil
}

// Logits returns [B, M, C], or [B, M, 1] for regression. Weights may be fast ones, each
// query's own.
func (p MLP) Logits(w learner.Weights, ep learner.Episode) *Node {
	return Squeeze(p.forward(w, InsertAxes(ep.Queries, 2)), 2)
}

// forward passes P points for each query on, x [B, M, P, D], or [B, 1, P, D] where they are
// the same ones for all queries. It returns [B, M, P, K], or [B, 1, P, K] if the weights
// are all queries', too.
func (p MLP) forward(w learner.Weights, x *Node) *Node {
	for layer := range p.hidden() {
		x = MaxScalar(linear(w, bodyName(layer), x), 0)
	}
	return linear(w, "head", x)
}

// linear is [learner.Linear] for x [B, M or 1, P, in] and weights that may be fast ones,
// [B, M, out, in], and biases [B, M, out].
func linear(w learner.Weights, name string, x *Node) *Node {
	weight, bias := w.Get(name+".weight"), w.Get(name+".bias")
	if bias.Rank() > 1 {
		bias = InsertAxes(bias, 2)
	} else {
		bias = ExpandLeftToRank(bias, 4)
	}
	return Add(product(weight, x), bias)
}

func product(weight, x *Node) *Node {
	switch {
	case weight.Rank() == 2:
		return Einsum("bmpi,oi->bmpo", x, weight)
	case x.Shape().Dim(1) == 1: // no copies of what all queries share
		return Einsum("bpi,bmoi->bmpo", Squeeze(x, 1), weight)
	}
	return Einsum("bmpi,bmoi->bmpo", x, weight)
}
