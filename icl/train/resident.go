package train

import (
	"math"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // the house dot-imports graph in graph files

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/engine"
)

// residentFrom is the number of weights from which on a run keeps them, and the
// optimizer's moments, on the device of its GoMLX backend. Below it the host's loop is
// as fast.
const residentFrom = 1 << 20

// onDevice returns the state of the run on the engine's device, or nil where it is to
// stay on the host.
func (r *Run) onDevice() (engine.Resident[float32], error) {
	e, ok := r.engine.(engine.ResidentTrainer)
	if !ok || r.layout.Size < r.opts.residentFrom {
		return nil, nil
	}
	return e.Start(engine.Update{Name: "adam", Graph: adamGraph}, r.state.Params, r.state.M, r.state.V)
}

// adamGraph is [Adam.Update] after [ClipNorm]: state holds weights and moments, numbers
// what adamNumbers returns.
func adamGraph(state []*Node, grad, norm, numbers *Node) []*Node {
	number := func(i int) *Node { return Reshape(Slice(numbers, AxisElem(i))) }
	rate, scale, limit := number(0), number(1), number(2)
	grad = Mul(grad, Min(Div(limit, norm), OnesLike(norm)))
	m := Add(MulScalar(state[1], beta1), MulScalar(grad, 1-beta1))
	v := Add(MulScalar(state[2], beta2), MulScalar(Square(grad), 1-beta2))
	change := Div(Mul(rate, m), AddScalar(Mul(Sqrt(v), scale), eps))
	return []*Node{Sub(state[0], change), m, v}
}

// adamNumbers are the numbers of update number step ≥ 1: the rate and the scale of the
// second moment, both corrected for their bias, and the greatest length of a gradient.
func adamNumbers(step int, rate, clip float64) []float32 {
	if clip == 0 {
		clip = math.Inf(1)
	}
	first, second := adamCorrections(step)
	return []float32{float32(rate / first), float32(1 / math.Sqrt(second)), float32(clip)}
}

// update makes a step's update where the weights are: on the device, or on the host
// unless its gradient is not finite.
func (l *loop) update(step *Step, b *datasets.Batch, at []int32) (err error) {
	if l.device != nil {
		step.Loss, step.GradNorm, err = l.device.Step(b, at, adamNumbers(step.Step, step.Rate, l.cfg.Recipe.Clip))
		return err
	}
	if step.Loss, err = l.engine.LossGrad(l.state.Params, b, at, l.grad); err != nil {
		return err
	}
	step.GradNorm = ClipNorm(l.grad, l.cfg.Recipe.Clip)
	if finite(step.Loss + step.GradNorm) {
		l.adam.Update(l.state.Params, l.grad, step.Rate)
	}
	return nil
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// fetch brings the state to the host, if it is elsewhere.
func (l *loop) fetch() error {
	if l.device == nil {
		return nil
	}
	return l.device.Read(l.state.Params, l.state.M, l.state.V)
}
