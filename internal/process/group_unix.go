//go:build unix

package process

import (
	"syscall"
	"time"
)

// newGroup has a command run in a process group of its own, whose number is that of the process.
func newGroup() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

// stopGroup asks all of a group to end.
func stopGroup(group int) error { return syscall.Kill(-group, syscall.SIGTERM) }

// killGroup ends all of a group.
func killGroup(group int) { _ = syscall.Kill(-group, syscall.SIGKILL) }

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
