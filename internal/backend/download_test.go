//go:build !goicl_nofetch

package backend

import (
	"os/exec"
	"testing"
)

// TestBuildOfCells tests the package as the cells of the Go kernel are built.
func TestBuildOfCells(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), "go", "test", "-tags=goicl_nofetch", "-run=^TestNoDownload$", ".")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
}
