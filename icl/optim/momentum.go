package optim

// withMomentum is gradient descent with momentum: v ← µv + g, θ ← θ − rate·v.
func withMomentum[T float32 | float64, N any](mu float64) rule[T, N] {
	return rule[T, N]{
		moments: []string{"sgd.momentum"},
		numbers: sgdNumbers,
		update: func(params, grad []T, moments [][]T, numbers []float64) {
			v, rate := moments[0], T(numbers[0])
			for i, g := range grad {
				v[i] = T(mu)*v[i] + g
				params[i] -= rate * v[i]
			}
		},
		graph: func(ops Ops[N], params, grad N, moments, numbers []N) []N {
			v := ops.Add(ops.Scale(moments[0], mu), grad)
			return []N{ops.Sub(params, ops.Mul(numbers[0], v)), v}
		},
	}
}
