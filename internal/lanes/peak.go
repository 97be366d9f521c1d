package lanes

import (
	"fmt"
	"runtime"
)

// Arithmetic makes about that many floating-point operations in float32, as fast as
// the instruction set of the kernels can: multiply-adds on registers, shared out to
// that many threads, GOMAXPROCS for workers ≤ 0. Timing it gives the processor's
// peak, to hold the time of the same number of useful operations against.
func Arithmetic(flops float64, workers int) error {
	if ok, reason := Available(); !ok {
		return fmt.Errorf("lanes: %s; there is no peak to measure", reason)
	}
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	best := sets()[0]
	share(workers, func(workers int) {
		best.arithmetic(int(flops/float64(workers*best.perRound())), workers)
	})
	return nil
}
