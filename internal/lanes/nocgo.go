//go:build !cgo || windows

package lanes

// Available reports whether this machine has a kernel, and if not, why.
func Available() (bool, string) {
	return false, "the kernels are written in C, and this program was built without it (CGO_ENABLED=0, or no C compiler)"
}

// set has no member without cgo: New fails before a method of it is called.
type set struct{}

const cacheLine = 1

func sets() []set                                                     { return nil }
func (set) name() string                                              { return "" }
func (set) lanes() int                                                { return 1 }
func (set) scratch(job) int                                           { return 0 }
func (set) run(job, int, func())                                      {}
func (set) arithmetic(int, int)                                       {}
func (set) perRound() int                                             { return 1 }
func (set) execute([]int32, []float32, []float32, []float32, []int32) {}
func (set) compile(flat) (compiled, bool)                             { return compiled{}, false }

// compiled has no member without cgo either.
type compiled struct{}

const onShared, clearSums, onTasks, addSums = 0, 1, 2, 3

func asleep() (int, int)                              { return 0, 0 }
func (compiled) free()                                {}
func (compiled) run([]float32, int)                   {}
func (*Blocks) run([]float32, int, int, bool, func()) {}
func aligned(s []float32) []float32                   { return s }
