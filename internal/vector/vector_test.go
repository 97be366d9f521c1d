package vector

import "testing"

// TestAddScaled: as many numbers as the first vector has.
func TestAddScaled(t *testing.T) {
	for n := range 20 {
		to, from := make([]float32, n), make([]float32, n+3)
		for i := range from {
			from[i] = float32(i)
		}
		AddScaled(to, from, 2)
		AddScaled(to, from, .5)
		for i, x := range to {
			if x != 2.5*float32(i) {
				t.Errorf("%d numbers: number %d is %g, want %g", n, i, x, 2.5*float32(i))
			}
		}
	}
}
