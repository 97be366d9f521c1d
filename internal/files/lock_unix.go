//go:build unix

package files

import (
	"errors"
	"os"
	"syscall"
)

// tryLock locks a file or folder until it is closed or the process ends, and reports whether
// it did. It is false without an error where another process has locked it, and with one
// where the file system knows no locks.
func tryLock(f *os.File) (bool, error) {
	err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return false, nil
	}
	return err == nil, err
}

// release does what the lock was for, and then gives it up.
func release(lock *os.File, do func() error) error {
	defer lock.Close()
	return do()
}
