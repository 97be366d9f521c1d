package optim

import (
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
)

// TestAdamIsThePlainLoop compares updates with those of a loop over the weights: to the bit
// on amd64, where a product and a sum are rounded one by one.
func TestAdamIsThePlainLoop(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for size := range 12 {
		draw := func() []float32 {
			x := make([]float32, size)
			for i := range x {
				x[i] = float32(rng.NormFloat64())
			}
			return x
		}
		params, m, v := draw(), draw(), draw()
		for i := range v {
			v[i] *= v[i]
		}
		want := [][]float32{slices.Clone(params), slices.Clone(m), slices.Clone(v)}
		for step := 1; step < 4; step++ {
			grad, numbers := draw(), adamNumbers(step, .01)
			adam(params, grad, [][]float32{m, v}, numbers)
			for i, g := range grad {
				first := float32(beta1)*want[1][i] + float32(1-beta1)*g
				second := float32(beta2)*want[2][i] + float32(1-beta2)*g*g
				want[1][i], want[2][i] = first, second
				want[0][i] -= float32(numbers[0]) * first / (float32(math.Sqrt(float64(second)))*float32(numbers[1]) + float32(eps))
			}
		}
		for k, got := range [][]float32{params, m, v} {
			for i := range got {
				apart := math.Abs(float64(got[i]) - float64(want[k][i]))
				if apart != 0 && (runtime.GOARCH == "amd64" || apart > 1e-6) {
					t.Fatalf("%d weights: vector %d, number %d is %g, want %g", size, k, i, got[i], want[k][i])
				}
			}
		}
	}
}
