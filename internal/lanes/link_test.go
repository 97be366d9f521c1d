package lanes

import (
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
)

// TestLinkWithoutCompilerLibrary links a program with the kernels by Go's own linker, as
// cells are, without the C compiler's library. A kernel that calls a function of it would
// make the link of every cell take a fifth longer.
func TestLinkWithoutCompilerLibrary(t *testing.T) {
	if ok, reason := Available(); !ok || runtime.GOOS != "linux" || runtime.GOARCH != "amd64" {
		t.Skip("cells are linked by the system's linker here", reason)
	}
	cmd := exec.CommandContext(t.Context(), "go", "build", "-o", filepath.Join(t.TempDir(), "goicl"),
		"-ldflags=-s -w -linkmode=internal -libgcc=none", "github.com/goicl/goicl/cmd/goicl")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
}
