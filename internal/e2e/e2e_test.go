package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goicl/goicl/kernels"
)

// write makes a file, and the folders above it.
func write(t *testing.T, path, content string) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

// checkError fails unless err is one line that holds all the parts.
func checkError(t *testing.T, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want one with %q", parts)
	}
	for _, p := range parts {
		if !strings.Contains(err.Error(), p) || strings.Contains(err.Error(), "\n") {
			t.Errorf("error %q; want one line with %q", err, p)
		}
	}
}

func TestCheck(t *testing.T) {
	if err := (Options{}).Check([]string{"browser", "setup"}); err != nil || (Options{}).Check(nil) != nil {
		t.Error(err)
	}
	checkError(t, (Options{}).Check([]string{"setup", "browse"}), `unknown end-to-end test "browse"; known: setup, cells, training, browser`)
	checkError(t, Run(t.Context(), []string{"x"}, Options{}), `unknown end-to-end test "x"`)
}

func TestRunOutsideOfACheckout(t *testing.T) {
	dir := t.TempDir()
	err := Run(t.Context(), nil, Options{Kernel: kernels.Options{Root: dir, Home: t.TempDir()}})
	checkError(t, err, "no notebooks in "+dir, "GoICL checkout")
}

// TestNotebooksOfTheCheckout: all notebooks and tutorials are found, and the first cells
// set up and import.
func TestNotebooksOfTheCheckout(t *testing.T) {
	root, err := kernels.FindRoot(".")
	if err != nil {
		t.Skip(err)
	}
	s := &suite{Options: Options{Kernel: kernels.Options{Root: root}}}
	if err := s.readNotebooks(); err != nil {
		t.Fatal(err)
	}
	if len(s.notebooks) < 14 || !strings.Contains(s.notebooks[0], "notebooks") {
		t.Errorf("%d notebooks: %v", len(s.notebooks), s.notebooks)
	}
	if !strings.HasPrefix(s.setupCell, "!*m=$(cd") || !strings.Contains(s.importing, "github.com/goicl/goicl/icl") {
		t.Errorf("the first cells are %q, %q", s.setupCell, s.importing)
	}
}

// TestStoppedStep: only a cell that failed and says where it stopped was interrupted well.
func TestStoppedStep(t *testing.T) {
	text := "error: train: stopped at step 412 of 10000000; run again to go on\n"
	if step, err := stoppedStep(kernels.Answer{Stderr: text, Failed: true}); step != 412 || err != nil {
		t.Errorf("step %d, error %v; want 412", step, err)
	}
	_, err := stoppedStep(kernels.Answer{Stderr: text})
	checkError(t, err, "an interrupted training printed")
	_, err = stoppedStep(kernels.Answer{Stderr: "signal: killed", Failed: true})
	checkError(t, err, `printed "signal: killed"`)
}
