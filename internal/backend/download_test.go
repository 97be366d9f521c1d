//go:build !goicl_pip

package backend

import (
	"os/exec"
	"testing"
)

// TestBuildOfCells tests the package as the cells of the Go kernel are built.
func TestBuildOfCells(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), "go", "test", "-tags=goicl_pip", "-run=^TestPipAlone$", ".")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
}
