package e2e

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/goicl/goicl/internal/process"
	"github.com/goicl/goicl/kernels"
)

func TestFindChromium(t *testing.T) {
	browser := write(t, filepath.Join(t.TempDir(), "browser"), "#!/bin/sh\n")
	t.Setenv("CHROMIUM", browser)
	if got, err := findChromium(); got != browser || err != nil {
		t.Errorf("got %q, %v; want %q", got, err, browser)
	}
	t.Setenv("CHROMIUM", "")
	t.Setenv("PATH", t.TempDir())
	_, err := findChromium()
	checkError(t, err, "no Chromium", "CHROMIUM")
	onPath := write(t, filepath.Join(t.TempDir(), "chromium"), "#!/bin/sh\n")
	t.Setenv("PATH", filepath.Dir(onPath))
	if got, err := findChromium(); got != onPath || err != nil {
		t.Errorf("got %q, %v; want %q", got, err, onPath)
	}
}

// TestCopyNotebooks: the copies stand in a module that knows the checkout, and the kernel
// can run the notebook that trains.
func TestCopyNotebooks(t *testing.T) {
	root := checkout(t)
	notebook, err := newNotebook("!set up", "import (\n)")
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(root, "notebooks", "1_a.ipynb"), string(notebook))
	write(t, filepath.Join(root, "tutorials", "1_b.ipynb"), string(notebook))
	s := &suite{Options: Options{Kernel: kernels.Options{Root: root}}}
	if err := s.readNotebooks(); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "copies")
	names, err := s.copyNotebooks(dir)
	if err != nil || !slices.Equal(names, []string{"1_a.ipynb", "1_b.ipynb"}) {
		t.Fatalf("copied %v, %v", names, err)
	}
	for _, name := range append(names, trainingNotebook) {
		if err := kernels.CheckRunnable(filepath.Join(dir, name)); err != nil {
			t.Error(err)
		}
	}
	setup, imports, err := kernels.SetupCells(filepath.Join(dir, trainingNotebook))
	if err != nil || setup != "!set up" || imports != "import (\n)" {
		t.Errorf("the training notebook begins %q, %q, %v", setup, imports, err)
	}
	_, err = s.copyNotebooks(dir)
	checkError(t, err, "file exists")
}

func TestNewNotebook(t *testing.T) {
	data, err := newNotebook("a", "b")
	var nb struct{ Cells []map[string]any }
	if err != nil || json.Unmarshal(data, &nb) != nil || len(nb.Cells) != 2 || nb.Cells[1]["source"] != "b" || nb.Cells[0]["id"] == nb.Cells[1]["id"] {
		t.Errorf("%s, %v", data, err)
	}
}

func TestDrive(t *testing.T) {
	var out bytes.Buffer
	if err := drive(t.Context(), process.Command(t.Context(), "sh", "-c", "echo held; echo noise >&2"), &out); err != nil || out.String() != "held\n" {
		t.Errorf("printed %q, error %v", out.String(), err)
	}
	err := drive(t.Context(), process.Command(t.Context(), "sh", "-c", "echo Traceback >&2; echo no panel >&2; exit 1"), &out)
	if err == nil || err.Error() != "no panel" || strings.Contains(out.String(), "panel") {
		t.Errorf("error %v, printed %q", err, out.String())
	}
}
