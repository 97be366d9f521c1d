// Package metalearner holds the conventional few-shot learners the paper compares
// with: gradient descent on a linear model, MAML and its family (gradient-based),
// ProtoNet, MatchNet and kernel regression (metric-based), and CNP (amortization-based);
// and M², which adapts any of them, or a transformer, to a domain of tasks. The
// zero values of ProtoNet, MatchNet and CNP are the paper's sizes; a width of 64 makes
// the capacity-matched counterparts of the ICL transformer.
//
// Parity options bring back what the authors' code did and we hold to be a
// mistake: probabilities that pass through a second softmax inside the loss, and
// more, documented at each learner.
package metalearner

import (
	"fmt"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph files dot-import graph

	"github.com/goicl/goicl/icl/learner"
)

// variantName adds to a learner's name a width that is not the paper's ("CNP-64")
// and whether it is the authors' variant ("ProtoNet-published").
func variantName(name string, width int, published bool) string {
	if width != 0 {
		name = fmt.Sprintf("%s-%d", name, width)
	}
	if published {
		name += "-published"
	}
	return name
}

// checkClasses refuses regression tasks, those with 0 classes.
func checkClasses(name string, c int) error {
	if c == 0 {
		return fmt.Errorf("metalearner: %s is a classifier and cannot predict real targets; use CNP or a transformer for regression tasks", name)
	}
	return nil
}

func checkWidth(name string, width int) error {
	if width < 0 {
		return fmt.Errorf("metalearner: %s has width %d; want a positive number, or 0 for the paper's", name, width)
	}
	return learner.CheckLimit(name, "Width", width, learner.MaxWeights)
}

// checkDirect refuses options of an embedding together with Direct, which has none.
func checkDirect(name string, direct bool, width int, parity bool) error {
	if direct && (width != 0 || parity) {
		return fmt.Errorf("metalearner: %s has Direct, which embeds nothing, and width %d, Parity %t; leave those at 0 and false", name, width, parity)
	}
	return nil
}

// checkSteps reports more steps than a graph can have.
func checkSteps(name string, steps int) error {
	return learner.CheckLimit(name, "Steps", steps, learner.MaxDepth)
}

func orDefault(v, def int) int {
	if v == 0 {
		return def
	}
	return v
}

// doubleSoftmax appends C scratch classes of probability 0 to the C class logits
// and returns probabilities [B, M, 2C], which the loss will take for logits: the
// authors' way, whose loss cannot leave [.744, 1.744] for two classes.
func doubleSoftmax(logits *Node) *Node {
	scratch := MulScalar(OnesLike(logits), -9999)
	return Softmax(Concatenate([]*Node{logits, scratch}, -1), -1)
}

// counts is the number of examples of each class in each context [B, M, C].
func counts(ep learner.Episode) *Node {
	return Einsum("bmn,bnc->bmc", ep.Context, ep.Y)
}

// contextSize is the number of examples in each context, at least 1: [B, M, 1].
func contextSize(ep learner.Episode) *Node {
	n := ReduceAndKeep(ep.Context, ReduceSum, -1)
	return Max(n, OnesLike(n))
}
