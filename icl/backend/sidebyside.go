package backend

import (
	"os"
	"strings"
)

// SideBySide prepares XLA for many small computations at once, as of a claim's runs: by
// default it shares the work of each operation out among all processors, and they wait for
// each other. With one thread an operation, four runs of a small transformer on two
// cores make a quarter more steps. It has no effect once XLA is loaded, or on flags that
// XLA_FLAGS holds.
func SideBySide() {
	const flag = "--xla_cpu_multi_thread_eigen"
	if flags := os.Getenv("XLA_FLAGS"); !strings.Contains(flags, flag) {
		// An environment that cannot be changed costs time only.
		_ = os.Setenv("XLA_FLAGS", strings.TrimSpace(flags+" "+flag+"=false"))
	}
}
