package bench

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/goicl/goicl/kernels"
)

const importingCell = "import (\n\t\"fmt\"\n\t. \"github.com/goicl/goicl/icl/notebook\"\n)\n\n%%\nShow(\"ready\")"

// TestEditsChangeTheProgram: successive edits of a cell compile to different code. Where
// only a comment differs the kernel links nothing, and the time says little.
func TestEditsChangeTheProgram(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles")
	}
	dir := t.TempDir()
	for name, cells := range map[string][]string{
		"trivial":  {trivialCell},
		"edited":   {editedCell(importingCell)},
		"evaluate": {trainedCell, evaluateCell},
		"train":    {trainedCell, trainCell},
	} {
		if compile(t, dir, goProgram("1", cells...)) == compile(t, dir, goProgram("2", cells...)) {
			t.Errorf("%s: two edits give the same code", name)
		}
	}
	const comment = importingCell + " // EDIT"
	if compile(t, dir, goProgram("1", comment)) != compile(t, dir, goProgram("2", comment)) {
		t.Error("a comment changes the code: this test would not notice an edit that is none")
	}
}

// goProgram makes a Go program of cells as the kernel does: what stands above the last %% is
// kept, what stands below it is main.
func goProgram(number string, cells ...string) string {
	kept, main := "", ""
	for _, cell := range cells {
		above, below, _ := strings.Cut(cell, "%%\n")
		kept, main = kept+above, below
	}
	code := strings.ReplaceAll(kept+"\nfunc main() {\n"+main+"\n}\n", edit, number)
	if strings.Contains(code, "fmt.") && !strings.Contains(code, `"fmt"`) {
		code = "import \"fmt\"\n" + code
	}
	return "package main\n\n" + withoutUnused(code)
}

// withoutUnused drops the imports that main does not use, as goimports does.
func withoutUnused(code string) string {
	line := regexp.MustCompile(`(?m)^\t"(?:[\w./]+/)?(\w+)"\n`)
	return line.ReplaceAllStringFunc(code, func(spec string) string {
		if strings.Contains(code, line.FindStringSubmatch(spec)[1]+".") {
			return spec
		}
		return ""
	})
}

// compile is the content ID of the compiled program: the linker's input.
func compile(t *testing.T, dir, code string) string {
	t.Helper()
	path := filepath.Join(dir, "main.go")
	if err := os.WriteFile(path, []byte(code), 0o644); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("go", "list", "-export", "-f", "{{.BuildID}}", path).Output()
	if err != nil {
		var failed *exec.ExitError
		errors.As(err, &failed)
		t.Fatalf("%v: %s\n%s", err, failed.Stderr, code)
	}
	return strings.TrimSpace(string(out[strings.LastIndexByte(string(out), '/'):]))
}

func TestEditedCellHasOneMainAndOneImport(t *testing.T) {
	for name, imports := range map[string]string{"with main": importingCell, "imports only": "import \"fmt\""} {
		cell := editedCell(imports)
		if strings.Count(cell, "%%") != 1 || strings.Count(cell, "icl/notebook") != 1 || !strings.HasPrefix(cell, imports[:12]) {
			t.Errorf("%s: the edited cell is\n%s", name, cell)
		}
	}
}

// TestCellRows plays a kernel that takes 10 ms for each cell.
func TestCellRows(t *testing.T) {
	var cells []string
	kernel := func(code string) (kernels.Answer, error) {
		cells = append(cells, code)
		return kernels.Answer{Seconds: .01}, nil
	}
	b := &bench{Options: Options{Time: time.Nanosecond, Log: io.Discard}}
	if err := b.inKernel(t.Context(), kernel, "cells/1/", 3*time.Second, "!setup", importingCell); err != nil {
		t.Fatal(err)
	}
	want := []Row{{Name: "cells/1/start", GoiclMS: 3000}, {Name: "cells/1/first", GoiclMS: 20}, {Name: "cells/1/trivial", GoiclMS: 10},
		{Name: "cells/1/edited", GoiclMS: 10}, {Name: "cells/1/evaluate", GoiclMS: 10}, {Name: "cells/1/train", GoiclMS: 10}}
	if !slices.Equal(b.rows, want) {
		t.Errorf("rows %v, want %v", b.rows, want)
	}
	seen := map[string]bool{}
	for _, code := range cells {
		if seen[code] || strings.Contains(code, edit) {
			t.Errorf("a cell runs twice, or without an edit:\n%s", code)
		}
		seen[code] = true
	}
	if cells[0] != "!setup" || cells[1] != importingCell {
		t.Errorf("the first cells are %q", cells[:2])
	}
}

func TestCellsFail(t *testing.T) {
	failing := func(string) (kernels.Answer, error) { return kernels.Answer{}, errors.New("undefined: x") }
	b := &bench{Options: Options{Time: time.Nanosecond, Log: io.Discard}}
	if err := b.inKernel(t.Context(), failing, "cells/1/", 0, "!setup", importingCell); err == nil || !strings.Contains(err.Error(), "undefined: x") {
		t.Errorf("a failing cell: %v", err)
	}
	if err := b.cells(context.Background()); err == nil || !strings.Contains(err.Error(), "checkout; start goicl in one") {
		t.Errorf("without a checkout: %v", err)
	}
}
