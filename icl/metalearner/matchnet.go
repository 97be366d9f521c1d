package metalearner

import (
	"cmp"
	"fmt"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph files dot-import graph

	"github.com/goicl/goicl/icl/learner"
)

// MatchNet is the matching network of Vinyals et al. (2016): the query attends to
// the context by the cosine of embeddings, and a class gets the attention of its
// examples: p(c) = Σ_i a_i 1[y_i = c], a = softmax_i(τ·cos(f(x_q), f(x_i))), τ
// learned. A virtual example with a learned score, shared by all classes, takes
// part, which theirs does not have: it is the prior, and all there is for an empty
// context. It weighs less the more examples there are.
type MatchNet struct {
	Width int `json:"width,omitempty"` // hidden and embedding units; 0 means D
	// Direct embeds nothing and compares the inputs themselves, for inputs that are features
	// already, as those of vision.Encoded.
	Direct bool `json:"direct,omitempty"`
	// Sum replaces attention by similarity sums: logit_c = τ·(1/n) Σ_i cos·1[y_i = c].
	Sum bool `json:"sum,omitempty"`
	// Parity is the authors' network: plain sums of inner products, no
	// temperature, and a double softmax in the loss. It needs Sum.
	Parity bool `json:"parity,omitempty"`
}

// Name is "MatchNet" or "MatchNet-sum", with the width where it is not the
// paper's, or "-direct"; "MatchNet-published" with Parity.
func (m MatchNet) Name() string {
	name := "MatchNet"
	if m.Sum && !m.Parity {
		name = "MatchNet-sum"
	}
	if m.Direct {
		return name + "-direct"
	}
	return variantName(name, m.Width, m.Parity)
}

// Params lists the embedding f.0, f.2, the temperature (as its logarithm) and the
// prior's score.
func (m MatchNet) Params(d, c int) ([]learner.Param, error) {
	if err := cmp.Or(m.Validate(), checkClasses(m.Name(), c)); err != nil {
		return nil, err
	}
	var params []learner.Param
	if width := orDefault(m.Width, d); !m.Direct {
		params = learner.MLPParams("f", d, width, width)
	}
	if m.Parity {
		return params, nil
	}
	params = append(params, learner.Param{Name: "log_tau", Dims: []int{1}, Init: learner.Constant(1)})
	if !m.Sum {
		params = append(params, learner.Param{Name: "prior", Dims: []int{1}, Init: learner.Constant(0)})
	}
	return params, nil
}

// Logits returns [B, M, C], or [B, M, 2C] with Parity.
func (m MatchNet) Logits(w learner.Weights, ep learner.Episode) *Node {
	support, query := ep.X, ep.Queries
	if !m.Direct {
		support, query = learner.MLP(w, "f", support), learner.MLP(w, "f", query)
	}
	if m.Parity {
		similarity := Mul(Einsum("bmf,bnf->bmn", query, support), ep.Context)
		return doubleSoftmax(Einsum("bmn,bnc->bmc", similarity, ep.Y))
	}
	cosine := Einsum("bmf,bnf->bmn", learner.Unit(query), learner.Unit(support))
	score := Mul(cosine, Exp(ExpandLeftToRank(w.Get("log_tau"), 3)))
	if m.Sum {
		mean := Div(Mul(score, ep.Context), contextSize(ep))
		return Einsum("bmn,bnc->bmc", mean, ep.Y)
	}
	return attentionLogits(score, ExpandLeftToRank(w.Get("prior"), 4), ep)
}

// attentionLogits is log Σ_{i of class c} exp(score_i), the prior's virtual
// example included in every class; normalised over c it is the attention's
// probability. score [B, M, N], prior [1, 1, 1, 1], result [B, M, C].
func attentionLogits(score, prior *Node, ep learner.Episode) *Node {
	b, m, n, c := ep.B(), ep.M(), ep.N(), ep.C()
	ofClass := Mul(InsertAxes(ep.Context, -1), InsertAxes(ep.Y, 1)) // [B, M, N, C]
	masked := learner.Mask(BroadcastToDims(InsertAxes(score, -1), b, m, n, c), ofClass)
	withPrior := Concatenate([]*Node{masked, BroadcastToDims(prior, b, m, 1, c)}, 2)
	return Squeeze(logSumExp(withPrior, 2), 2)
}

// Validate reports options that do not go together.
func (m MatchNet) Validate() error {
	if m.Parity && !m.Sum {
		return fmt.Errorf("metalearner: MatchNet has Parity without Sum; the authors' network sums similarities, so set both")
	}
	return cmp.Or(checkWidth("MatchNet", m.Width), checkDirect("MatchNet", m.Direct, m.Width, m.Parity))
}

// logSumExp is log Σ exp(x) over one axis, which it keeps with size 1.
func logSumExp(x *Node, axis int) *Node {
	top := StopGradient(ReduceAndKeep(x, ReduceMax, axis))
	return Add(Log(ReduceAndKeep(Exp(Sub(x, top)), ReduceSum, axis)), top)
}
