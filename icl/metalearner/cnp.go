package metalearner

import (
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph files dot-import graph

	"github.com/goicl/goicl/icl/learner"
)

// CNP is the conditional neural process of Garnelo et al. (2018), the paper's
// amortization-based learner: every example [x, one-hot label in 2C channels] is
// encoded, the codes are averaged (an empty context gives 0), the average passes
// a second network, and a decoder reads it together with the query. With D = C = 2 the
// paper's width, 6, makes 250 parameters. In regression the target takes the place of
// the label, C is 1 and the decoder has one output, the predicted target.
type CNP struct {
	Width int `json:"width,omitempty"` // hidden and code units; 0 means D + 2C
}

// Name is "CNP", with the width where it is not the paper's.
func (p CNP) Name() string { return variantName("CNP", p.Width, false) }

// Params lists the encoder ff1, the network on the average ff2 and the decoder
// ff_o, each with its layers .0 and .2.
func (p CNP) Params(d, c int) ([]learner.Param, error) {
	if err := checkWidth("CNP", p.Width); err != nil {
		return nil, err
	}
	in := d + 2*learner.Channels(c)
	width := orDefault(p.Width, in)
	params := learner.MLPParams("ff1", in, width, width)
	params = append(params, learner.MLPParams("ff2", width, width, width)...)
	return append(params, learner.MLPParams("ff_o", width+d, width, max(1, 2*c))...), nil
}

// Logits returns [B, M, 2C], or [B, M, 1] for regression.
func (p CNP) Logits(w learner.Weights, ep learner.Episode) *Node {
	code := learner.MLP(w, "ff1", Concatenate([]*Node{ep.X, ep.Y, ZerosLike(ep.Y)}, -1))
	mean := Div(Einsum("bmn,bnf->bmf", ep.Context, code), contextSize(ep))
	context := learner.MLP(w, "ff2", mean)
	// With nothing to average the authors pass 0 on, not ff2(0).
	context = Mul(context, hasContext(ep))
	return learner.MLP(w, "ff_o", Concatenate([]*Node{context, ep.Queries}, -1))
}

// hasContext is 1 where the context holds at least one example: [B, M, 1].
func hasContext(ep learner.Episode) *Node {
	n := ReduceAndKeep(ep.Context, ReduceSum, -1)
	return Min(n, OnesLike(n))
}
