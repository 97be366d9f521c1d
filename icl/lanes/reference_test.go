package lanes

import (
	"testing"

	"github.com/goicl/goicl/datasets"
)

// everyPrefix asks for every query from the first-th point on, of every task.
func everyPrefix(b *datasets.Batch, first int) []int32 {
	var at []int32
	for range b.T {
		for n := first; n < b.N; n++ {
			at = append(at, int32(n))
		}
	}
	return at
}

// relative is the largest difference between two vectors, as a share of the
// largest value of want.
func relative(got, want []float32) float64 {
	var diff, size float64
	for i := range want {
		diff = max(diff, abs(float64(got[i])-float64(want[i])))
		size = max(size, abs(float64(want[i])))
	}
	return diff / size
}

func abs(x float64) float64 { return max(x, -x) }

// forEverySet runs a test on each instruction set of this machine.
func forEverySet(t *testing.T, c Config, test func(t *testing.T, e *Engine)) {
	if ok, reason := Available(); !ok {
		t.Skip(reason)
	}
	for _, s := range sets() {
		t.Run(s.name(), func(t *testing.T) {
			e, err := New(c, 2)
			if err != nil {
				t.Fatal(err)
			}
			e.set = s
			test(t, e)
		})
	}
}
