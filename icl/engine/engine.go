// Package engine computes a learner's loss, gradient and predictions.
//
// There are two implementations of [Engine]: [Compiled], GoMLX graphs of any learner, and
// lanes, hand-written kernels of a few small transformers ([NewLanes]). [New] chooses
// between them. What only some engines can do is a separate interface in this file;
// callers ask for it by a type assertion.
package engine

import (
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph files dot-import graph

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/learner"
)

// Engine computes a learner's loss, gradient and logits for one flat vector of weights.
// All engines give the same numbers up to rounding; they differ in speed. An engine may be
// used from several goroutines at once.
//
// Query m of task t is point at[t·M+m] of the batch, its context the points before it.
type Engine interface {
	// Name is the engine's name: "lanes", "gomlx/xla", "gomlx/go".
	Name() string
	// LossGrad returns the mean loss of the queries at [T·M]: [learner.CrossEntropy] for
	// classes, [learner.SquaredError] for real targets, or the loss of a
	// [learner.Objective]. It overwrites grad with the gradient of that loss; params and
	// grad have the learner's [learner.Layout].
	LossGrad(params []float32, b *datasets.Batch, at []int32, grad []float32) (float64, error)
	// Logits returns the logits [T, M, K], or the predicted targets [T, M, 1].
	Logits(params []float32, b *datasets.Batch, at []int32) ([]float32, error)
}

// LossEvaluator is an engine that computes the loss without the gradient, also that of a
// [learner.Objective].
type LossEvaluator interface {
	Loss(params []float32, b *datasets.Batch, at []int32) (float64, error)
}

// MemoryPredictor is an engine that predicts the memory of a training step.
type MemoryPredictor interface {
	// Memory predicts the peak, in bytes, of LossGrad for that many tasks of that many
	// points with that many queries each.
	Memory(tasks, points, queries int) (bytes int64, err error)
}

// BlockPredictor is an engine that takes tasks through a learner block by block.
type BlockPredictor interface {
	// Block is the memory, in bytes, that the values of a block take in LossGrad for that
	// many tasks of that many points with that many queries each.
	Block(tasks, points, queries int) (bytes int64, err error)
}

// Prefetcher is an engine whose worker threads have time for other work during a step, such
// as drawing the next step's tasks.
type Prefetcher interface {
	// Prefetch has work done during the next call of LossGrad, once.
	Prefetch(work func())
}

// ResidentTrainer is an engine that keeps the state of a run on the device that computes
// it: a step moves its tasks and a few numbers only.
type ResidentTrainer interface {
	// Start copies the state of an optimizer, weights first, to the device.
	Start(update Update, state ...[]float32) (Resident[float32], error)
}

// Update is an optimizer's step as a graph.
type Update struct {
	// Name tells updates apart: an engine compiles one graph for each name.
	Name string
	// Graph makes the next state from the state, of which the first vector is the weights,
	// the gradient, its Euclidean length and the numbers that change from step to step.
	// Vectors are flat, of the layout's size.
	Graph func(state []*Node, grad, norm, numbers *Node) []*Node
}

// Resident is the state of one run on a device. It must be used by one goroutine at a time.
type Resident[T float32 | float64] interface {
	// Step makes a training step and returns its loss and the length of the gradient.
	// Where one of them is not finite, or on an error, the state stays as it was.
	Step(b *datasets.Batch, at []int32, numbers []T) (loss, norm float64, err error)
	// Read copies the state from the device.
	Read(state ...[]T) error
	// Close frees the device's memory.
	Close()
}

// warmStart is a learner that differs from another one, its architecture, only in the
// weights that training starts from. The two share compiled graphs.
type warmStart interface {
	Architecture() learner.Learner
}
