package files

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// tryLock locks a file until it is closed or the process ends, and reports whether it did. It
// is false without an error where another process has locked it, and with one for a folder,
// which Windows does not lock: what a process that was killed leaves of those stays.
func tryLock(f *os.File) (bool, error) {
	// A byte that no file reaches, since others cannot read or write those that are locked.
	beyond := &windows.Overlapped{OffsetHigh: 1 << 30}
	err := windows.LockFileEx(windows.Handle(f.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, beyond)
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return false, nil
	}
	return err == nil, err
}

// release gives up the lock and does what it was for: Windows renames and removes no file
// that is open.
func release(lock *os.File, do func() error) error {
	_ = lock.Close()
	return do()
}
