//go:build !goicl_pip

package backend

import (
	"errors"
	"io"
	"os/exec"
	"testing"
	"testing/synctest"
	"time"
)

func TestStallReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, w := io.Pipe()
		body := newStallReader(r, func() { w.CloseWithError(errStalled) })
		go func() {
			for range 5 { // slow, but never still for too long
				time.Sleep(stallAfter - time.Second)
				w.Write([]byte("x"))
			}
		}()
		got, err := io.ReadAll(body)
		if string(got) != "xxxxx" || !errors.Is(err, errStalled) {
			t.Errorf("got %q, %v", got, err)
		}
	})
}

// TestBuildOfCells tests the package as the cells of the Go kernel are built.
func TestBuildOfCells(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), "go", "test", "-tags=goicl_pip", "-run=^TestPipAlone$", ".")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
}
