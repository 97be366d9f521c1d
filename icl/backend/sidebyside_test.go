package backend

import (
	"os"
	"testing"
)

// TestSideBySide: flags that are set stay as they are.
func TestSideBySide(t *testing.T) {
	for before, want := range map[string]string{
		"":          "--xla_cpu_multi_thread_eigen=false",
		"--xla_a=1": "--xla_a=1 --xla_cpu_multi_thread_eigen=false",
		"--xla_cpu_multi_thread_eigen=true --xla_a=1": "--xla_cpu_multi_thread_eigen=true --xla_a=1",
	} {
		t.Setenv("XLA_FLAGS", before)
		SideBySide()
		if got := os.Getenv("XLA_FLAGS"); got != want {
			t.Errorf("flags %q become %q, want %q", before, got, want)
		}
	}
}
