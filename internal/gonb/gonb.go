// Package gonb prepares the source code of GoNB, the Go kernel for Jupyter, with changes
// for notebooks that use GoICL: see [Prepare].
package gonb

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Files are what [Prepare] adds and changes: the package cells, and edits.json, a list of
// [edit].
//
//go:embed edits.json cells/cells.go cells/dotimport.go cells/follow_linux.go cells/follow_other.go cells/hint.go cells/trace.go
var Files embed.FS

// Module is the path of GoNB's module.
const Module = "github.com/janpfeifer/gonb"

// edit replaces a text, which a file has exactly once, by another.
type edit struct {
	File string `json:"file"`
	Old  string `json:"old"`
	New  string `json:"new"`
}

// Prepare writes the source code of GoNB that lies in the folder source, as the module
// cache has it, to the folder target, without its examples and documents, and changes it:
//
//   - a dot import that a cell does not use is left out, as other imports are;
//   - the compiler's messages that mean something else in a notebook come with a hint;
//   - a panic names the cell and its line, and the frames of the runtime are left out;
//   - a shell command that fails ends its cell with an error;
//   - gopls is asked to read a cell's code once the cell is compiled, is connected within
//     a tenth of a second after its start instead of 12 s, and ends when its kernel is gone.
//
// Source code of another version, in which one of the changed lines is not found, is an
// error.
func Prepare(source, target string) error {
	if err := copyCode(source, target); err != nil {
		return fmt.Errorf("gonb: %w", err)
	}
	if err := addCells(filepath.Join(target, "internal", "cells")); err != nil {
		return fmt.Errorf("gonb: %w", err)
	}
	data, err := Files.ReadFile("edits.json")
	if err != nil {
		return fmt.Errorf("gonb: %w", err)
	}
	var edits []edit
	if err := json.Unmarshal(data, &edits); err != nil {
		return fmt.Errorf("gonb: edits.json: %w", err)
	}
	for _, e := range edits {
		if err := e.apply(target); err != nil {
			return fmt.Errorf("gonb: %w", err)
		}
	}
	return nil
}

// copyCode copies a module's Go files and what they embed. A file of the module cache is
// read-only, its copy is not.
func copyCode(source, target string) error {
	return filepath.WalkDir(source, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(source, path)
		if err != nil {
			return err
		}
		switch {
		case d.IsDir() && (name == "examples" || name == "docs" || strings.HasPrefix(d.Name(), ".") && name != "."):
			return filepath.SkipDir
		case d.IsDir():
			return os.MkdirAll(filepath.Join(target, name), 0o755)
		case !d.Type().IsRegular() || strings.HasSuffix(name, "_test.go"):
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(target, name), data, 0o644)
	})
}

// addCells writes the package cells into a new folder.
func addCells(dir string) error {
	if err := os.Mkdir(dir, 0o755); err != nil {
		return err
	}
	names, err := fs.Glob(Files, "cells/*.go")
	if err != nil {
		return err
	}
	for _, name := range names {
		data, err := Files.ReadFile(name)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, filepath.Base(name)), data, 0o644); err != nil {
			return err
		}
	}
	return nil
}

func (e edit) apply(dir string) error {
	path := filepath.Join(dir, filepath.FromSlash(e.File))
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	code := string(data)
	if n := strings.Count(code, e.Old); n != 1 {
		return fmt.Errorf("%s has the line %q %d times, want once: this is another version of GoNB", e.File, e.Old, n)
	}
	return os.WriteFile(path, []byte(strings.Replace(code, e.Old, e.New, 1)), 0o644)
}
