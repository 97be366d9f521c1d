//go:build unix

package memorytest

import "syscall"

// maxResident is the most memory this process had, in the unit of the system: bytes on macOS.
func maxResident() int64 {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		panic(err)
	}
	return int64(used.Maxrss) //nolint:unconvert // an int32 on 32-bit machines
}
