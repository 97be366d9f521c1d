package metalearner

import (
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph files dot-import graph

	"github.com/goicl/goicl/icl/learner"
)

// MAML is model-agnostic meta-learning (Finn, Abbeel and Levine 2017) of an [MLP]: it
// learns the weights from which a few steps of gradient descent on a context lead to a
// network that predicts the query well. The inner loss is the mean over the context of
// the cross-entropy or, for real targets, of the squared error; an empty context leaves
// the weights as they are.
//
// The settings of Inner make the others of its family: first-order MAML, Reptile,
// Meta-SGD, learned rates for each layer and, with Frozen "body", ANIL.
//
// Every query of every task has its own fast weights, so memory grows with tasks ×
// queries × parameters × steps: train it with Recipe.OnePrefix.
type MAML struct {
	Width int `json:"width,omitempty"` // as in [MLP]
	Depth int `json:"depth,omitempty"` // as in [MLP]
	Inner
}

// Name is that of the member of the family, "MAML", "FOMAML", "ANIL", "Reptile" or
// "Meta-SGD", with the width where it is not 40.
func (m MAML) Name() string { return variantName(m.label(), m.Width, false) }

func (m MAML) network() MLP { return MLP{m.Width, m.Depth} }

// After is the learner with the same weights that takes that many inner steps: for 0 the
// [MLP] that they start from. train.Fitted.As gives it the weights of a run. With more
// steps than it was trained for, the inner loop can diverge on a few tasks.
func (m MAML) After(steps int) learner.Learner {
	if steps == 0 {
		return m.network()
	}
	m.Steps = steps
	return m
}

// Params lists those of the [MLP], which are where the inner loop starts, and then, where
// rates are learned, "rate/" and their names.
func (m MAML) Params(d, c int) ([]learner.Param, error) {
	params, err := m.network().Params(d, c)
	if err != nil {
		return nil, err
	}
	return m.params(params)
}

// Logits returns [B, M, C], or [B, M, 1] for regression: those of the network after it was
// adapted to the query's context.
func (m MAML) Logits(w learner.Weights, ep learner.Episode) *Node {
	return m.network().Logits(m.adapted(w, ep), ep)
}

// Loss is that of the predictions; its gradient is what Order says.
func (m MAML) Loss(w learner.Weights, ep learner.Episode, of func(*Node, learner.Episode) *Node) *Node {
	fast := m.adapted(w, ep)
	return m.outer(w, fast, of(m.network().Logits(fast, ep), ep))
}

// adapted are the fast weights of all queries, with the leading axes [B, M] where the
// inner loop changes them.
func (m MAML) adapted(w learner.Weights, ep learner.Episode) learner.Weights {
	copies := map[string]*Node{}
	for _, name := range w.Names() {
		if m.adapts(name) {
			copies[name] = perQuery(w.Get(name), ep)
		}
	}
	context := InsertAxes(ep.X, 1) // [B, 1, N, D]
	return m.adapt(w.With(copies), func(fast learner.Weights) *Node {
		return contextLoss(m.network().forward(fast, context), ep)
	})
}

// contextLoss is the mean loss over each query's context, summed over queries and tasks,
// of what the network says of every point: out [B, M, N, K].
func contextLoss(out *Node, ep learner.Episode) *Node {
	target := InsertAxes(ep.Y, 1) // [B, 1, N, C]
	var loss *Node                // [B, M, N]
	if ep.C() == 1 {              // real targets
		loss = ReduceSum(Square(Sub(out, target)), -1)
	} else {
		loss = Neg(ReduceSum(Mul(LogSoftmax(out, -1), target), -1))
	}
	return ReduceAllSum(Div(Mul(loss, ep.Context), contextSize(ep)))
}
