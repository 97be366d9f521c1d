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
func check(m Model, params []float32, b *datasets.Batch, at []int32) error {
	if len(params) != m.NumParams() {
		return fmt.Errorf("lanes: %d weights, want %d for %+v", len(params), m.NumParams(), m)
	}
	if b == nil {
		return fmt.Errorf("lanes: the batch is nil")
	}
	if err := m.checkBatch(b, len(at)/max(b.T, 1)); err != nil {
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
