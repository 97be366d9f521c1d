package metalearner

import (
	"cmp"
	"fmt"
	"math"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph files dot-import graph

	"github.com/goicl/goicl/icl/learner"
)

// ProtoNet is the prototypical network of Snell et al. (2017): embed, average the
// embedded context per class to a prototype p_c, and answer with
// softmax_c(−‖f(x_q) − p_c‖²). A class without examples has no prototype; its
// logit is one learned number, the prior. At the paper's width and D = 2 the
// embedding has 12 parameters.
type ProtoNet struct {
	Width int `json:"width,omitempty"` // hidden and embedding units; 0 means D
	// Direct embeds nothing and compares the inputs themselves, for inputs that are features
	// already, as those of vision.Encoded. Squared distances are then multiplied by a learned
	// number, which starts at 1/√D.
	Direct bool `json:"direct,omitempty"`
	// Parity: the query is not embedded (so the embedding must have D units), a
	// class without examples has its prototype at 0, and the loss sees a double
	// softmax.
	Parity bool `json:"parity,omitempty"`
}

// Name is "ProtoNet", with the width where it is not the paper's; "ProtoNet-direct" with
// Direct and "ProtoNet-published" with Parity.
func (p ProtoNet) Name() string {
	if p.Direct {
		return "ProtoNet-direct"
	}
	return variantName("ProtoNet", p.Width, p.Parity)
}

// Params lists the embedding f.0, f.2, or the logarithm of the factor, and the prior.
func (p ProtoNet) Params(d, c int) ([]learner.Param, error) {
	if err := cmp.Or(checkWidth("ProtoNet", p.Width), checkDirect("ProtoNet", p.Direct, p.Width, p.Parity), checkClasses(p.Name(), c)); err != nil {
		return nil, err
	}
	prior := learner.Param{Name: "prior", Dims: []int{1}, Init: learner.Constant(-1)}
	if p.Direct {
		return []learner.Param{{Name: "log_factor", Dims: []int{1}, Init: learner.Constant(float32(-math.Log(float64(max(1, d))) / 2))}, prior}, nil
	}
	width := orDefault(p.Width, d)
	if p.Parity && width != d {
		return nil, fmt.Errorf("metalearner: ProtoNet with Parity compares the raw query to embedded prototypes, so width %d must equal the %d input dimensions", width, d)
	}
	params := learner.MLPParams("f", d, width, width)
	if !p.Parity {
		params = append(params, prior)
	}
	return params, nil
}

// Logits returns [B, M, C], or [B, M, 2C] with Parity.
func (p ProtoNet) Logits(w learner.Weights, ep learner.Episode) *Node {
	support, query := ep.X, ep.Queries
	if !p.Direct {
		support = learner.MLP(w, "f", support)
	}
	if !p.Direct && !p.Parity {
		query = learner.MLP(w, "f", query)
	}
	n := counts(ep)
	share := Div(InsertAxes(ep.Context, -1), InsertAxes(Max(n, OnesLike(n)), 2)) // [B, M, N, C]
	share = Mul(share, InsertAxes(ep.Y, 1))
	prototypes := Einsum("bmnc,bnf->bmcf", share, support)
	if p.Parity {
		return doubleSoftmax(Neg(squaredDistance(prototypes, query)))
	}
	logits := Neg(squaredDistance(prototypes, query))
	if p.Direct {
		logits = Mul(logits, Exp(ExpandLeftToRank(w.Get("log_factor"), 3)))
	}
	prior := Mul(OnesLike(logits), ExpandLeftToRank(w.Get("prior"), 3))
	return Where(GreaterThan(n, ZerosLike(n)), logits, prior)
}

// squaredDistance between prototypes [B, M, C, F] and queries [B, M, F]: [B, M, C].
func squaredDistance(prototypes, queries *Node) *Node {
	return ReduceSum(Square(Sub(prototypes, InsertAxes(queries, 2))), -1)
}
