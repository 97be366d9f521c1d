package lanes

import (
	"fmt"

	"github.com/goicl/goicl/datasets"
)

// Model is a shape that there is a kernel for: [Config], the paper's model, or [Decoder].
type Model interface {
	// NumParams is the number of weights.
	NumParams() int
	// FLOPs counts the floating-point operations of the matrix products that loss and
	// gradient need for the queries at of that many tasks: forward, and twice that
	// backward.
	FLOPs(tasks int, at []int32) float64

	// Outputs is the number of logits of a query, or 1, a predicted target.
	Outputs() int

	validate() error
	checkBatch(b *datasets.Batch, queries int) error
	// assign distributes the work over lanes.
	assign(p *plan, b *datasets.Batch, at []int32, lanes int)
}

// Validate reports a shape that there is no kernel for on any machine.
func Validate(m Model) error { return m.validate() }

// checkShape checks sizes and labels against d inputs and c classes, 0 for real targets.
// Inputs and targets may be NaN or infinite: the loss will show it.
func checkShape(b *datasets.Batch, d, c int) error {
	switch {
	case b.C == 0 && c != 0:
		return fmt.Errorf("lanes: the batch holds regression tasks; this model predicts class labels")
	case b.D != d || b.C != c:
		return fmt.Errorf("lanes: a batch with D %d and C %d for a model with D %d and C %d", b.D, b.C, d, c)
	case b.T < 1 || b.N < 1:
		return fmt.Errorf("lanes: a batch of %d tasks of %d points; want at least 1 of each", b.T, b.N)
	}
	labels, what := len(b.Y), "labels"
	if c == 0 {
		labels, what = len(b.Z), "targets"
	}
	if b.T > labels || b.N > labels || labels != b.T*b.N || len(b.X) != labels*b.D {
		return fmt.Errorf("lanes: %d inputs and %d %s for %d tasks of %d points in %d dimensions",
			len(b.X), labels, what, b.T, b.N, b.D)
	}
	for i := 0; c != 0 && i < labels; i++ {
		if y := b.Y[i]; y < 0 || int(y) >= c {
			return fmt.Errorf("lanes: label %d in task %d, point %d; want 0..%d", y, i/b.N, i%b.N, c-1)
		}
	}
	return nil
}
