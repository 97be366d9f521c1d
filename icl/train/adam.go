package train

import "math"

// Adam is the optimizer of Kingma and Ba (2015) with PyTorch's defaults: β .9 and
// .999, ε 1e-8, bias-corrected, no weight decay. Both engines share it.
type Adam[T float32 | float64] struct {
	M, V []T // first and second moments
	Step int // updates made so far
}

const (
	beta1 = .9
	beta2 = .999
	eps   = 1e-8
)

// NewAdam starts an optimizer for size parameters.
func NewAdam[T float32 | float64](size int) *Adam[T] {
	return &Adam[T]{M: make([]T, size), V: make([]T, size)}
}

// Update changes params by one step of rate lr along grad.
func (a *Adam[T]) Update(params, grad []T, lr float64) {
	a.Step++
	first, second := adamCorrections(a.Step)
	rate, scale := T(lr/first), T(1/math.Sqrt(second))
	for i, g := range grad {
		a.M[i] = beta1*a.M[i] + (1-beta1)*g
		a.V[i] = beta2*a.V[i] + (1-beta2)*g*g
		params[i] -= rate * a.M[i] / (T(math.Sqrt(float64(a.V[i])))*scale + eps)
	}
}

// adamCorrections are 1 − βᵗ of the two moments: what a moment that began at 0 is
// divided by after step updates.
func adamCorrections(step int) (first, second float64) {
	return 1 - math.Pow(beta1, float64(step)), 1 - math.Pow(beta2, float64(step))
}

// ClipNorm scales grad down to the Euclidean length limit where it is longer, and
// returns the length it had. A limit of 0 leaves it alone.
func ClipNorm[T float32 | float64](grad []T, limit float64) float64 {
	var sum float64
	for _, g := range grad {
		sum += float64(g) * float64(g)
	}
	norm := math.Sqrt(sum)
	if limit > 0 && norm > limit {
		scale := T(limit / norm)
		for i := range grad {
			grad[i] *= scale
		}
	}
	return norm
}
