package optim

import "math"

// Ops are the operations of a graph whose nodes are of type N. Those of two nodes take a
// scalar for either; Scale multiplies by a constant, Shift adds one, and Min is the lesser
// of a node and a constant.
type Ops[N any] struct {
	Add, Sub, Mul, Div func(a, b N) N
	Sqrt               func(x N) N
	Scale, Shift, Min  func(x N, constant float64) N
}

// Numbers are the arguments of [Graph] that change from update to update: those of update
// number step ≥ 1 at a learning rate, with gradients clipped at the length clip, or not if
// it is 0.
func (o Optimizer) Numbers(step int, rate, clip float64) []float32 {
	if clip == 0 {
		clip = math.Inf(1)
	}
	numbers := []float32{float32(clip), float32(o.keep(rate))}
	rule := ruleOf[float32, float32](o)
	if rule.numbers == nil {
		return nil // Validate reports it
	}
	for _, v := range rule.numbers(step, rate) {
		numbers = append(numbers, float32(v))
	}
	return numbers
}

// Graph is [ClipNorm] and [State.Update] as a graph: it returns the next state. A state is
// the weights and then the moments; norm is the length of grad, and numbers are the
// scalars that [Optimizer.Numbers] returns.
func Graph[N any](o Optimizer, ops Ops[N], state []N, grad, norm N, numbers []N) []N {
	params := state[0]
	if o.Decay != 0 {
		params = ops.Mul(params, numbers[1])
	}
	grad = ops.Mul(grad, ops.Min(ops.Div(numbers[0], norm), 1))
	if o.L2 != 0 {
		grad = ops.Add(grad, ops.Scale(state[0], o.L2))
	}
	return ruleOf[float32, N](o).graph(ops, params, grad, state[1:], numbers[2:])
}
