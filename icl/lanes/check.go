package lanes

import (
	"fmt"
	"math"

	"github.com/goicl/goicl/datasets"
)

// check makes sure that no kernel can read or write outside of its arrays.
func check(c Config, params []float32, b *datasets.Batch, at []int32, name string, out []float32, want int) error {
	if len(params) != c.NumParams() {
		return fmt.Errorf("lanes: %d weights, want %d for %+v", len(params), c.NumParams(), c)
	}
	if err := checkBatch(c, b); err != nil {
		return err
	}
	if len(at) == 0 || len(at)%b.T != 0 || len(at) > math.MaxInt32 {
		return fmt.Errorf("lanes: %d queries for %d tasks; want the same number, 1 or more, for each task", len(at), b.T)
	}
	for i, n := range at {
		if n < 0 || int(n) >= b.N {
			return fmt.Errorf("lanes: query %d of task %d is point %d; want 0..%d", i%(len(at)/b.T), i/(len(at)/b.T), n, b.N-1)
		}
	}
	if len(out) != want {
		return fmt.Errorf("lanes: the %s has room for %d values, want %d", name, len(out), want)
	}
	return nil
}

// checkBatch checks sizes and labels. Inputs may be NaN or infinite: the loss
// shows it.
func checkBatch(c Config, b *datasets.Batch) error {
	switch {
	case b == nil:
		return fmt.Errorf("lanes: the batch is nil")
	case b.D != c.D || b.C != c.C:
		return fmt.Errorf("lanes: a batch with d %d and C %d for a model with d %d and C %d", b.D, b.C, c.D, c.C)
	case b.T < 1 || b.N < 1:
		return fmt.Errorf("lanes: a batch of %d tasks of %d points; want at least 1 of each", b.T, b.N)
	case len(b.Y) != b.T*b.N || len(b.X) != b.T*b.N*b.D:
		return fmt.Errorf("lanes: a batch of %d tasks of %d points with %d inputs and %d labels; want %d and %d",
			b.T, b.N, len(b.X), len(b.Y), b.T*b.N*b.D, b.T*b.N)
	}
	for i, y := range b.Y {
		if y < 0 || int(y) >= b.C {
			return fmt.Errorf("lanes: label %d in task %d, point %d; want 0..%d", y, i/b.N, i%b.N, b.C-1)
		}
	}
	return nil
}
