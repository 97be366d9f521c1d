//go:build !cgo

package lanes

import "github.com/goicl/goicl/datasets"

const cacheLine = 16

// set and job have no kernel to run here: New refuses before one is needed.
type set struct{}

type job struct {
	config Config
	params []float32
	batch  *datasets.Batch
	at     []int32
	plan   *plan
	logits []float32
}

// Available reports whether this machine has a kernel, and if not, why.
func Available() (bool, string) {
	return false, "the kernels are written in C and this program was built without it (CGO_ENABLED=0 or no C compiler)"
}

func sets() []set                                        { return nil }
func (set) name() string                                 { return "" }
func (set) lanes() int                                   { return 1 }
func (set) scratch(job) int                              { return 0 }
func (set) run(job, int, []float32, []float32, *float64) {}
func aligned(s []float32) []float32                      { return s }
