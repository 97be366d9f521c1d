package optim

import (
	"math"

	"github.com/goicl/goicl/internal/vector"
)

const (
	beta1 = .9
	beta2 = .999
	eps   = 1e-8
)

// adamNumbers are the rate and the factor of √v, each corrected for the bias of a moment
// that started at 0.
func adamNumbers(step int, rate float64) []float64 {
	first, second := 1-math.Pow(beta1, float64(step)), 1-math.Pow(beta2, float64(step))
	return []float64{rate / first, 1 / math.Sqrt(second)}
}

// adam is Algorithm 1 of Kingma and Ba (2015):
//
//	m ← β₁m + (1−β₁)g    v ← β₂v + (1−β₂)g²
//	θ ← θ − rate·m/(1−β₁ᵗ) / (√(v/(1−β₂ᵗ)) + ε)
func adam[T float32 | float64](params, grad []T, moments [][]T, numbers []float64) {
	m, v := moments[0], moments[1]
	rate, scale := T(numbers[0]), T(numbers[1])
	done := 0
	if own, ok := any(params).([]float32); ok {
		done = vector.Adam(own, any(grad).([]float32), any(m).([]float32), any(v).([]float32), float32(rate), float32(scale))
	}
	for i := done; i < len(grad); i++ {
		g := grad[i]
		m[i] = beta1*m[i] + (1-beta1)*g
		v[i] = beta2*v[i] + (1-beta2)*g*g
		params[i] -= rate * m[i] / (T(math.Sqrt(float64(v[i])))*scale + eps)
	}
}

func adamGraph[N any](ops Ops[N], params, grad N, moments, numbers []N) []N {
	rate, scale := numbers[0], numbers[1]
	m := ops.Add(ops.Scale(moments[0], beta1), ops.Scale(grad, 1-beta1))
	v := ops.Add(ops.Scale(moments[1], beta2), ops.Scale(ops.Mul(grad, grad), 1-beta2))
	change := ops.Div(ops.Mul(rate, m), ops.Shift(ops.Mul(ops.Sqrt(v), scale), eps))
	return []N{ops.Sub(params, change), m, v}
}
