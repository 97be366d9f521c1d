// Package learner says what a trainable few-shot learner is: a list of
// parameters and a graph that turns them and an [Episode] into class logits or, for
// regression tasks, predicted targets.
//
// A learner owns no state. Its parameters live in one flat vector outside of it
// (see [Layout]), which makes everything else plain: a checkpoint is that
// vector, an optimizer is a loop over it, and fast weights for MAML are another
// vector passed to the same graph.
package learner

import (
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph files dot-import graph
)

// Learner is a trainable few-shot learner: a classifier, or a predictor of real
// targets, or both.
//
// An implementation is a struct whose exported fields are its settings: they are
// encoded as JSON into the key of a training run.
type Learner interface {
	// Name is the learner's short name in tables and figures: "ICL", "ProtoNet".
	Name() string
	// Params lists the trainable tensors for tasks with d input dimensions and
	// c classes, with how each one starts. c = 0 means regression: one real target;
	// it is an error for learners that are classifiers only.
	Params(d, c int) ([]Param, error)
	// Logits builds the graph: for query m of episode b, the unnormalised
	// log-probabilities [B, M, K] of its class, K ≥ C. Classes C..K-1, where
	// there are any, are never a target. For regression it is the predicted target
	// [B, M, 1].
	Logits(w Weights, ep Episode) *Node
}

// Bounded is a learner that takes tasks up to a certain length only, such as one with
// learned positions.
type Bounded interface {
	// MaxPoints is the number of points a task may have.
	MaxPoints() int
}

// OffLanes is a learner whose graph has operations that lanes does not have, such as
// convolutions. Unless lanes is asked for, it is computed on another backend from the start, and
// no line says why.
type OffLanes interface {
	// OffLanes does nothing.
	OffLanes()
}

// Aliased is a learner whose parameters go by other names in other code, such as that of
// its paper's authors. Weights are imported under either.
type Aliased interface {
	// Alias is the other name of the parameter called name.
	Alias(name string) string
}

// Objective is a learner that defines its own training loss, such as a meta-learner, which is
// trained for what its weights become after adaptation.
type Objective interface {
	Learner
	// Loss builds the scalar that training lowers; of is the mean loss of predictions.
	Loss(w Weights, ep Episode, of func(out *Node, ep Episode) *Node) *Node
}

// Adaptive is a learner of starting weights for Base: weights from which gradient
// descent on a few tasks of a new domain leads far on others of it.
type Adaptive interface {
	Objective
	// Base is the learner that is adapted. Its parameters are the first ones.
	Base() Learner
	// Group is the number of tasks of a domain that the loss takes one after another.
	Group() int
	// InnerRate is the rate with which a parameter of Base is adapted: one, or one for
	// each of its numbers. Rates that are learned are read by learned.
	InnerRate(name string, learned func(name string) []float32) []float32
}

// Episode is a batch of B tasks of N points, with M queries each, as graph nodes.
// Query m of task b is point At[b,m]; its context is points 0..At[b,m]-1. The
// labels of the query and of every later point are there, but no learner may
// read them: [Episode.Context] is the mask to apply.
type Episode struct {
	X       *Node // [B, N, D] inputs
	Y       *Node // [B, N, C] one-hot labels, or targets with C = 1
	Queries *Node // [B, M, D] the queries' inputs
	Context *Node // [B, M, N] 1 where point j is in the context of query m, else 0
	IsQuery *Node // [B, M, N] 1 where point j is the query itself, else 0
}

// Tasks returns tasks lo..hi-1.
func (e Episode) Tasks(lo, hi int) Episode {
	cut := func(x *Node) *Node { return SliceAxis(x, 0, AxisRange(lo, hi)) }
	return Episode{cut(e.X), cut(e.Y), cut(e.Queries), cut(e.Context), cut(e.IsQuery)}
}

// B is the number of tasks.
func (e Episode) B() int { return e.X.Shape().Dim(0) }

// N is the number of points a task.
func (e Episode) N() int { return e.X.Shape().Dim(1) }

// D is the number of input dimensions.
func (e Episode) D() int { return e.X.Shape().Dim(2) }

// M is the number of queries a task.
func (e Episode) M() int { return e.Context.Shape().Dim(1) }

// C is the number of label channels: of classes, or 1 for regression.
func (e Episode) C() int { return e.Y.Shape().Dim(2) }

// Channels is the number of label channels of tasks with c classes, or real targets
// for c = 0.
func Channels(c int) int { return max(1, c) }
