package metalearner

import (
	"cmp"
	"fmt"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph files dot-import graph

	"github.com/goicl/goicl/icl/learner"
)

// ANIL adapts the last layer only ("almost no inner loop", Raghu et al. 2020): on
// features f(x) of a network with two layers, a softmax head with bias takes steps of
// gradient descent on the context's mean cross-entropy, from a learned start with a
// learned rate for each step.
type ANIL struct {
	Steps int `json:"steps,omitempty"` // 0 means 5
	Width int `json:"width,omitempty"` // hidden units and features; 0 means D
}

// Name is "ANIL", with the width where it is not D.
func (a ANIL) Name() string { return variantName("ANIL", a.Width, false) }

// WithDefaults replaces zeros, for tasks with d inputs.
func (a ANIL) WithDefaults(d int) ANIL { return ANIL{cmp.Or(a.Steps, 5), cmp.Or(a.Width, d)} }

// Params lists the network f.0, f.2, the head [C, Width+1], whose last column is the
// bias, and the rates [Steps], which start at 1.
func (a ANIL) Params(d, c int) ([]learner.Param, error) {
	if c == 0 {
		return nil, fmt.Errorf("metalearner: ANIL adapts a softmax head, so it needs classes; use GradientDescent for real targets")
	}
	if a.Steps < 0 {
		return nil, fmt.Errorf("metalearner: ANIL with %d steps; want a positive number, or 0 for 5", a.Steps)
	}
	if err := cmp.Or(checkWidth("ANIL", a.Width), checkSteps("ANIL", a.Steps)); err != nil {
		return nil, err
	}
	a = a.WithDefaults(d)
	params := learner.MLPParams("f", d, a.Width, a.Width)
	return append(params,
		learner.Param{Name: "head", Dims: []int{c, a.Width + 1}, Init: learner.FanIn(a.Width)},
		learner.Param{Name: "rates", Dims: []int{a.Steps}, Init: learner.Constant(1)},
	), nil
}

// Logits returns [B, M, C].
func (a ANIL) Logits(w learner.Weights, ep learner.Episode) *Node {
	a = a.WithDefaults(ep.D())
	features := withOne(learner.MLP(w, "f", ep.X)) // [B, N, F+1]
	head := perQuery(w.Get("head"), ep)            // [B, M, C, F+1]
	target := InsertAxes(ep.Y, 1)
	for step := range a.Steps {
		residual := Sub(target, Softmax(Einsum("bmcf,bnf->bmnc", head, features), -1))
		head = Add(head, Mul(rateOf(w, step), correlate(residual, features, ep)))
	}
	return Einsum("bmcf,bmf->bmc", head, withOne(learner.MLP(w, "f", ep.Queries)))
}

// withOne appends a feature that is always 1, the head's bias.
func withOne(f *Node) *Node {
	one := OnesLike(Slice(f, AxisRange(), AxisRange(), AxisRange(0, 1)))
	return Concatenate([]*Node{f, one}, -1)
}
