//go:build unix

package main

import (
	"os/signal"
	"strconv"
	"syscall"
)

// limitFiles makes writes beyond that many bytes of any file fail, as on a full disk.
func limitFiles(bytes string) error {
	n, err := strconv.ParseUint(bytes, 10, 64)
	if err != nil {
		return err
	}
	signal.Ignore(syscall.SIGXFSZ)
	return syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: n, Max: n})
}
