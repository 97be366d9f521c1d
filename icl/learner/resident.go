package learner

import (
	"fmt"
	"math"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // the house dot-imports graph in graph files
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/goicl/goicl/datasets"
)

// Update is an optimizer's step as a graph. From its state, of which the first vector
// is the weights, the gradient, its Euclidean length and the numbers that change from
// step to step it makes the next state. All vectors are flat, [Layout.Size].
type Update func(state []*Node, grad, norm, numbers *Node) []*Node

// Trainer compiles whole training steps: loss, gradient and an optimizer's update. It
// serves any number of runs; see [Trainer.Start].
type Trainer[T float32 | float64] struct {
	engine *Engine[T]
	step   *Exec
}

// Trainer makes a trainer of an engine and an optimizer.
func (e *Engine[T]) Trainer(update Update) (*Trainer[T], error) {
	step, err := NewExec(e.backend, func(in []*Node) []*Node {
		vectors := len(in) - 4 // behind the state come x, y, at and the numbers
		state, fresh := in[:vectors], in[vectors:]
		loss, grad := e.lossGradGraph(state[0], e.episode(fresh[:3]))
		norm := Sqrt(ReduceAllSum(Square(grad)))
		return append([]*Node{loss, norm}, update(state, grad, norm, fresh[3])...)
	})
	if err != nil {
		return nil, fmt.Errorf("learner: %s: %w", e.l.Name(), err)
	}
	return &Trainer[T]{e, step}, nil
}

// Resident is the state of a run, kept on the device that computes it: a step moves no
// more than its tasks and two numbers. That pays for large models, whose weights would
// else travel back and forth. It must be used by one goroutine at a time.
type Resident[T float32 | float64] struct {
	trainer *Trainer[T]
	state   []*tensors.Tensor
}

// Start copies a state to the device.
func (t *Trainer[T]) Start(state ...[]T) *Resident[T] {
	r := &Resident[T]{trainer: t}
	for _, v := range state {
		r.state = append(r.state, tensors.FromFlatDataAndDimensions(v, len(v)))
	}
	return r
}

// Step makes a training step on the queries at of b, see [Engine.LossGrad], and
// returns its loss and the length of the gradient. Where one of them is not finite, or
// on an error, the state stays as it was.
func (r *Resident[T]) Step(b *datasets.Batch, at []int32, numbers []T) (loss, norm float64, err error) {
	e := r.trainer.engine
	if err := e.check(r.state[0].Size(), b, at); err != nil {
		return 0, 0, err
	}
	fresh := append(taskTensors(b, at), tensors.FromFlatDataAndDimensions(numbers, len(numbers)))
	defer finalize(fresh)
	out, err := run(r.trainer.step, append(append([]*tensors.Tensor{}, r.state...), fresh...))
	if err != nil {
		return 0, 0, err
	}
	defer finalize(out[:2])
	loss, norm = float64(tensors.ToScalar[T](out[0])), float64(tensors.ToScalar[T](out[1]))
	if bad := loss + norm; math.IsNaN(bad) || math.IsInf(bad, 0) {
		finalize(out[2:])
		return loss, norm, nil
	}
	finalize(r.state)
	r.state = out[2:]
	return loss, norm, nil
}

// Read copies the state from the device.
func (r *Resident[T]) Read(state ...[]T) error {
	for i, v := range state {
		if err := tensors.ConstFlatData(r.state[i], func(flat []T) { copy(v, flat) }); err != nil {
			return fmt.Errorf("learner: cannot read the weights from the device: %w", err)
		}
	}
	return nil
}

// Close frees the device's memory.
func (r *Resident[T]) Close() { finalize(r.state) }
