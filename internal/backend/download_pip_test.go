//go:build goicl_pip

package backend

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestPipAlone: a cell that has to have XLA fetches it with pip, of the Python that goicl has installed.
func TestPipAlone(t *testing.T) {
	s := newStore(nil)
	s.places, s.dir = nil, t.TempDir()
	if s.noFetch != "" || len(s.sources) == 0 {
		t.Skipf("nothing is fetched here: %s, %d sources", s.noFetch, len(s.sources))
	}
	dir := t.TempDir()
	python := filepath.Join(dir, "python")
	if err := os.WriteFile(python, []byte("#!/bin/sh\necho \"$@\" >> "+dir+"/args\necho no such wheel >&2\nexit 1\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("GOICL_PYTHON", python)
	_, err := s.ensure(t.Context(), true)
	if err == nil || !strings.Contains(err.Error(), "pip: no such wheel") || strings.Contains(err.Error(), "GitHub") {
		t.Errorf("error %v, want pip's", err)
	}
	args, _ := os.ReadFile(filepath.Join(dir, "args"))
	if got := strings.Count(string(args), "-I -m pip download"); got != len(s.sources) {
		t.Errorf("pip was asked %d times for %d packages:\n%s", got, len(s.sources), args)
	}
	wantEmpty(t, s)
}
