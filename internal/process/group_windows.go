package process

import (
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/windows"
)

// newGroup has a command run in a process group of its own, whose number is that of the process.
func newGroup() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{CreationFlags: windows.CREATE_NEW_PROCESS_GROUP}
}

// stopGroup asks all of a group to end.
func stopGroup(group int) error {
	return windows.GenerateConsoleCtrlEvent(windows.CTRL_BREAK_EVENT, uint32(group))
}

// killGroup ends the first process of a group: Windows knows no way to end the others.
func killGroup(group int) {
	if p, err := os.FindProcess(group); err == nil {
		_ = p.Kill()
	}
}

// CPUTime is the processor time, of the user and of the system, that this process has taken:
// Windows does not add that of its children.
func CPUTime() time.Duration {
	var created, ended, system, user windows.Filetime
	if windows.GetProcessTimes(windows.CurrentProcess(), &created, &ended, &system, &user) != nil {
		return 0
	}
	ticks := func(t windows.Filetime) int64 { return int64(t.HighDateTime)<<32 + int64(t.LowDateTime) }
	return 100 * time.Nanosecond * time.Duration(ticks(system)+ticks(user))
}
