package metalearner

import (
	"cmp"
	"fmt"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph files dot-import graph

	"github.com/goicl/goicl/icl/learner"
)

// GradientDescent fits a linear model ŷ = Wx to the context by steps of gradient
// descent on the mean of ½‖Wx_i − y_i‖², from a learned start W0 with a learned rate
// for each step: MAML (Finn et al. 2017) on a linear model. As a classifier it fits
// the one-hot labels, and its outputs are the logits.
type GradientDescent struct {
	Steps int `json:"steps,omitempty"` // 0 means 1
}

// WithDefaults replaces zeros.
func (g GradientDescent) WithDefaults() GradientDescent { return GradientDescent{cmp.Or(g.Steps, 1)} }

// Name is "GD", with the number of steps where it is more than one.
func (g GradientDescent) Name() string { return variantName("GD", g.Steps, false) }

// Params lists W0 [label channels, D] and the rates [Steps], which start at .1.
func (g GradientDescent) Params(d, c int) ([]learner.Param, error) {
	if g.Steps < 0 {
		return nil, fmt.Errorf("metalearner: gradient descent of %d steps; want a positive number, or 0 for one step", g.Steps)
	}
	if err := checkSteps(g.Name(), g.Steps); err != nil {
		return nil, err
	}
	return []learner.Param{
		{Name: "w0", Dims: []int{learner.Channels(c), d}, Init: learner.FanIn(d)},
		{Name: "rates", Dims: []int{g.WithDefaults().Steps}, Init: learner.Constant(.1)},
	}, nil
}

// Logits returns [B, M, C].
func (g GradientDescent) Logits(w learner.Weights, ep learner.Episode) *Node {
	head := perQuery(w.Get("w0"), ep) // [B, M, C, D]
	target := BroadcastToDims(InsertAxes(ep.Y, 1), ep.B(), ep.M(), ep.N(), ep.C())
	for step := range g.WithDefaults().Steps {
		rest := Sub(target, Einsum("bmcd,bnd->bmnc", head, ep.X))
		head = Add(head, Mul(rateOf(w, step), correlate(rest, ep.X, ep)))
	}
	return Einsum("bmcd,bmd->bmc", head, ep.Queries)
}

// perQuery copies weights for every query: [C, F] becomes [B, M, C, F].
func perQuery(weight *Node, ep learner.Episode) *Node {
	dims := append([]int{ep.B(), ep.M()}, weight.Shape().Dimensions...)
	return BroadcastToDims(InsertAxes(weight, 0, 0), dims...)
}

// rateOf is the rate of a step, [1, 1, 1, 1].
func rateOf(w learner.Weights, step int) *Node {
	return Reshape(Slice(w.Get("rates"), AxisElem(step)), 1, 1, 1, 1)
}

// correlate is the mean over the context of r_i f_iᵀ: what the gradient of a linear
// head over features f [B, N, F] with residuals r [B, M, N, C] comes to. [B, M, C, F].
func correlate(residual, features *Node, ep learner.Episode) *Node {
	residual = Mul(residual, InsertAxes(ep.Context, -1))
	return Div(Einsum("bmnc,bnf->bmcf", residual, features), InsertAxes(contextSize(ep), -1))
}
