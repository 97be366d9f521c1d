package gonb

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// source is the pinned GoNB in the module cache. Without it the test is skipped.
func source(t *testing.T) string {
	t.Helper()
	mod, err := os.ReadFile("../../kernels/pins/tools.mod.txt")
	if err != nil {
		t.Fatal(err)
	}
	version := ""
	for line := range strings.Lines(string(mod)) {
		if f := strings.Fields(line); len(f) > 1 && f[0] == Module {
			version = f[1]
		}
	}
	if version == "" {
		t.Fatalf("the tools do not pin %s", Module)
	}
	cmd := exec.Command("go", "mod", "download", "-json", Module+"@"+version)
	cmd.Dir = t.TempDir()
	out, err := cmd.Output()
	var at struct{ Dir string }
	if err != nil || json.Unmarshal(out, &at) != nil {
		t.Skipf("GoNB %s cannot be had here: %v", version, err)
	}
	return at.Dir
}

// TestPrepare: each edit finds its place in the pinned version, and what is changed is Go
// code still. That it compiles and does what it should is for the end-to-end test.
func TestPrepare(t *testing.T) {
	target := filepath.Join(t.TempDir(), "gonb")
	if err := Prepare(source(t), target); err != nil {
		t.Fatal(err)
	}
	for file, want := range map[string]string{
		"internal/goexec/execcode.go":         "cells.DropDotImports(s.CodePath())",
		"internal/goexec/errorpublish.go":     "cells.Explain(errorMsg)",
		"internal/specialcmd/specialcmd.go":   "cells.CommandFailed(",
		"internal/goexec/goplsclient/exec.go": `"-listen.timeout"`,
		"internal/cells/hint.go":              "package cells",
		"go.mod":                              "module " + Module,
	} {
		data, err := os.ReadFile(filepath.Join(target, filepath.FromSlash(file)))
		if err != nil || !strings.Contains(string(data), want) {
			t.Errorf("%s lacks %q (%v)", file, want, err)
		}
	}
	if _, err := os.Stat(filepath.Join(target, "examples")); !os.IsNotExist(err) {
		t.Error("the examples were copied")
	}
	if out, err := exec.Command("gofmt", "-l", filepath.Join(target, "internal", "cells")).CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("gofmt: %s, %v", out, err)
	}
}

// TestPrepareAnotherVersion: a line that is not found, or found twice, is an error that
// names it.
func TestPrepareAnotherVersion(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.go")
	e := edit{File: "a.go", Old: "x := 1", New: "x := 2"}
	for code, want := range map[string]string{
		"y := 1":             "0 times, want once: this is another version of GoNB",
		"x := 1; x := 1":     "2 times",
		"package a; x := 1 ": "",
	} {
		if err := os.WriteFile(path, []byte(code), 0o644); err != nil {
			t.Fatal(err)
		}
		err := e.apply(dir)
		if want == "" {
			if data, _ := os.ReadFile(path); err != nil || string(data) != "package a; x := 2 " {
				t.Errorf("%q became %q, %v", code, data, err)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want %q", code, err, want)
		}
	}
	if err := Prepare(t.TempDir(), filepath.Join(t.TempDir(), "gonb")); err == nil {
		t.Error("no error for an empty source")
	}
}
