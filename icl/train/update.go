package train

import (
	"math"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph files dot-import graph

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/engine"
	"github.com/goicl/goicl/icl/optim"
)

// residentFrom is the number of weights from which on a run keeps them, and the
// optimizer's moments, on the device of its GoMLX backend. Below it the host's loop is
// as fast.
const residentFrom = 1 << 20

// onDevice returns the state of the run on the engine's device, or nil where it is to
// stay on the host.
func (r *Run) onDevice() (engine.Resident[float32], error) {
	e, ok := r.engine.(engine.ResidentTrainer)
	if !ok || r.layout.Size < r.opts.residentFrom || r.cfg.Recipe.Optimizer.OnHost() {
		return nil, nil
	}
	return e.Start(graphUpdate(r.cfg.Recipe.Optimizer), r.state.Vectors()...)
}

// graphUpdate is an optimizer's update, with clipping, for an engine. Its numbers are
// those of [optim.Optimizer.Numbers].
func graphUpdate(o optim.Optimizer) engine.Update {
	return engine.Update{Name: o.String(), Graph: func(state []*Node, grad, norm, numbers *Node) []*Node {
		scalars := make([]*Node, numbers.Shape().Size())
		for i := range scalars {
			scalars[i] = Reshape(Slice(numbers, AxisElem(i)))
		}
		return optim.Graph(o, graphOps, state, grad, norm, scalars)
	}}
}

// graphOps are the operations of a GoMLX graph.
var graphOps = optim.Ops[*Node]{
	Add: Add, Sub: Sub, Mul: Mul, Div: Div, Sqrt: Sqrt,
	Scale: MulScalar[float64], Shift: AddScalar[float64], Min: MinScalar[float64],
}

// update makes a step's update where the weights are: on the device, or on the host
// unless its gradient is not finite.
func (l *loop) update(step *Step, b *datasets.Batch, at []int32) (err error) {
	recipe := l.cfg.Recipe
	if l.device != nil {
		numbers := recipe.Optimizer.Numbers(step.Step, step.Rate, recipe.Clip)
		step.Loss, step.GradNorm, err = l.device.Step(b, at, numbers)
		return err
	}
	if step.Loss, err = l.engine.LossGrad(l.state.Params, b, at, l.grad); err != nil {
		return err
	}
	step.GradNorm = optim.ClipNorm(l.grad, recipe.Clip)
	if finite(step.Loss + step.GradNorm) {
		l.optimizer.Update(l.state.Params, l.grad, step.Rate)
	}
	return nil
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// fetch copies the state to the host, if it is on a device.
func (l *loop) fetch() error {
	if l.device == nil {
		return nil
	}
	return l.device.Read(l.state.Vectors()...)
}
