package process

import (
	"syscall"
	"time"
)

// CPUTime is the processor time, of the user and of the system, that this process and
// those of its children that have ended have taken.
func CPUTime() (total time.Duration) {
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var used syscall.Rusage
		if syscall.Getrusage(who, &used) == nil {
			total += time.Duration(used.Utime.Nano() + used.Stime.Nano())
		}
	}
	return total
}
