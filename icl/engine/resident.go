package engine

import (
	"fmt"
	"math"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph files dot-import graph
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/goicl/goicl/datasets"
)

// Start implements [ResidentTrainer]. Loss, gradient and update are one graph, compiled
// once for all runs.
func (e *Compiled[T]) Start(update Update, state ...[]T) (Resident[T], error) {
	if err := e.checkState(update, state); err != nil {
		return nil, err
	}
	step, err := e.stepOf(update)
	if err != nil {
		return nil, err
	}
	r := &resident[T]{engine: e, step: step}
	for _, v := range state {
		r.state = append(r.state, tensors.FromFlatDataAndDimensions(v, len(v)))
	}
	return r, nil
}

func (e *Compiled[T]) checkState(update Update, state [][]T) error {
	if update.Graph == nil {
		return fmt.Errorf("engine: update %q has no graph; set Graph", update.Name)
	}
	if len(state) == 0 {
		return fmt.Errorf("engine: no state to train; give the weights of %s first", e.l.Name())
	}
	for _, v := range state {
		if len(v) != e.Layout.Size {
			return fmt.Errorf("engine: %d values of state, want %d for each vector of %s", len(v), e.Layout.Size, e.l.Name())
		}
	}
	return nil
}

// stepOf is the graph of a training step with an update.
func (e *Compiled[T]) stepOf(update Update) (*Exec, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if step, ok := e.steps[update.Name]; ok {
		return step, nil
	}
	step, err := NewExec(e.backend, func(in []*Node) []*Node {
		vectors := len(in) - 4 // x, y, at and the numbers follow the state
		state, fresh := in[:vectors], in[vectors:]
		loss, grad := e.lossGradGraph(state[0], e.episode(fresh[:3]))
		norm := Sqrt(ReduceAllSum(Square(grad)))
		return append([]*Node{loss, norm}, update.Graph(state, grad, norm, fresh[3])...)
	})
	if err != nil {
		return nil, fmt.Errorf("engine: %s: %w", e.l.Name(), err)
	}
	e.steps[update.Name] = step
	return step, nil
}

// resident implements [Resident].
type resident[T float32 | float64] struct {
	engine *Compiled[T]
	step   *Exec
	state  []*tensors.Tensor
}

func (r *resident[T]) Step(b *datasets.Batch, at []int32, numbers []T) (loss, norm float64, err error) {
	if err := r.engine.check(r.state[0].Size(), b, at); err != nil {
		return 0, 0, err
	}
	fresh := append(taskTensors(b, at), tensors.FromFlatDataAndDimensions(numbers, len(numbers)))
	defer finalize(fresh)
	out, err := run(r.step, append(append([]*tensors.Tensor{}, r.state...), fresh...))
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

func (r *resident[T]) Read(state ...[]T) error {
	if len(state) > len(r.state) {
		return fmt.Errorf("engine: cannot read %d vectors of a state of %d", len(state), len(r.state))
	}
	for i, v := range state {
		if err := tensors.ConstFlatData(r.state[i], func(flat []T) { copy(v, flat) }); err != nil {
			return fmt.Errorf("engine: cannot read the weights from the device: %w", err)
		}
	}
	return nil
}

func (r *resident[T]) Close() { finalize(r.state) }
