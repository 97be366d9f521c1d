package optim

func sgdNumbers(_ int, rate float64) []float64 { return []float64{rate} }

// sgd is gradient descent: θ ← θ − rate·g.
func sgd[T float32 | float64](params, grad []T, _ [][]T, numbers []float64) {
	rate := T(numbers[0])
	for i, g := range grad {
		params[i] -= rate * g
	}
}

func sgdGraph[N any](ops Ops[N], params, grad N, _, numbers []N) []N {
	return []N{ops.Sub(params, ops.Mul(numbers[0], grad))}
}
