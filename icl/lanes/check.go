package lanes

import (
	"fmt"

	"github.com/goicl/goicl/datasets"
)

// maxPairs and maxActivations keep the kernels' sizes and offsets within int32.
const (
	maxPairs       = 1 << 30
	maxActivations = 1 << 27
)

// check makes sure that no kernel can read or write outside of its arrays.
func check(c Config, params []float32, b *datasets.Batch, at []int32) error {
	if len(params) != c.NumParams() {
		return fmt.Errorf("lanes: %d weights, want %d for %+v", len(params), c.NumParams(), c)
	}
	if err := checkBatch(c, b); err != nil {
		return err
	}
	if len(at) == 0 || len(at)%b.T != 0 || len(at) > maxPairs {
		return fmt.Errorf("lanes: %d queries for %d tasks; want the same number, at least 1, for each task", len(at), b.T)
	}
	for i, n := range at {
		if n < 0 || int(n) >= b.N {
			return fmt.Errorf("lanes: a query of task %d is point %d; want 0..%d", i/(len(at)/b.T), n, b.N-1)
		}
	}
	return nil
}

// checkBatch checks sizes and labels. Inputs may be NaN or infinite: the loss
// will show it.
func checkBatch(c Config, b *datasets.Batch) error {
	switch {
	case b == nil:
		return fmt.Errorf("lanes: the batch is nil")
	case b.C == 0:
		return fmt.Errorf("lanes: the batch holds regression tasks; this model predicts class labels")
	case b.D != c.D || b.C != c.C:
		return fmt.Errorf("lanes: a batch with D %d and C %d for a model with D %d and C %d", b.D, b.C, c.D, c.C)
	case b.T < 1 || b.N < 1:
		return fmt.Errorf("lanes: a batch of %d tasks of %d points; want at least 1 of each", b.T, b.N)
	case b.T > len(b.Y) || b.N > len(b.Y) || len(b.Y) != b.T*b.N || len(b.X) != len(b.Y)*b.D:
		return fmt.Errorf("lanes: %d inputs and %d labels for %d tasks of %d points in %d dimensions",
			len(b.X), len(b.Y), b.T, b.N, b.D)
	case b.N > maxActivations/((c.Depth+1)*(9*c.Width()+3*c.Hidden()+1)):
		return fmt.Errorf("lanes: tasks of %d points are too long for depth %d and %d hidden units; use the GoMLX engine", b.N, c.Depth, c.Hidden())
	}
	for i, y := range b.Y {
		if y < 0 || int(y) >= b.C {
			return fmt.Errorf("lanes: label %d in task %d, point %d; want 0..%d", y, i/b.N, i%b.N, b.C-1)
		}
	}
	return nil
}
