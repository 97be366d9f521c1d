//go:build !cgo || windows

package lanes

// Available reports whether this machine has a kernel, and if not, why.
func Available() (bool, string) {
	return false, "the kernels are written in C, and this program was built without it (CGO_ENABLED=0, or no C compiler)"
}

// set has no member without cgo: New fails before a method of it is called.
type set struct{}

const cacheLine = 0

func sets() []set                                        { return nil }
func (set) name() string                                 { return "" }
func (set) lanes() int                                   { return 1 }
func (set) scratch(job) int                              { return 0 }
func (set) run(job, int, []float32, []float32, *float64) {}
func (set) arithmetic(int) int                           { return 1 }
func (set) execute(*Program, work, []int32)              {}

func pause()                        {}
func aligned(s []float32) []float32 { return s }
