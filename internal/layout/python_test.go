package layout_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// starts are the functions that prepare a command, by the place of its name among their
// arguments.
var starts = map[string]int{"exec.Command": 0, "exec.CommandContext": 1, "process.Command": 1, "Command": 1}

// TestOnePlaceStartsPython: only internal/python does, isolated from the current folder. Any
// other code that would start an interpreter, or look for one to run a module or a program
// text of it, is an error.
func TestOnePlaceStartsPython(t *testing.T) {
	found := 0
	eachGoFile(t, func(file *ast.File, source []byte, set *token.FileSet) {
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			text := func(n ast.Node) string {
				return string(source[set.Position(n.Pos()).Offset:set.Position(n.End()).Offset])
			}
			name := text(call.Fun)
			if name == "process.Python" || name == "python.Command" {
				found++
			}
			at, ok := starts[name]
			if !ok || len(call.Args) <= at {
				return true
			}
			if interpreter := text(call.Args[at]); startsPython(interpreter, call.Args[at+1:], text) {
				t.Errorf("%s starts %s by itself; use process.Python", set.Position(n.Pos()), interpreter)
			}
			return true
		})
	})
	if found < 10 {
		t.Errorf("only %d calls of process.Python and python.Command were found", found)
	}
}

// startsPython reports whether the name of a command is that of an interpreter, or it gets a
// module or a program text and is no shell.
func startsPython(interpreter string, args []ast.Expr, text func(ast.Node) string) bool {
	name := strings.ToLower(interpreter)
	if strings.Contains(name, "python") || strings.Contains(name, "pip") || strings.HasPrefix(name, "py.") {
		return true
	}
	return name != `"sh"` && len(args) > 0 && slices.Contains([]string{`"-c"`, `"-m"`, `"-I"`}, text(args[0]))
}

// eachGoFile parses every Go file but those of internal/python.
func eachGoFile(t *testing.T, visit func(file *ast.File, source []byte, set *token.FileSet)) {
	t.Helper()
	eachFile(t, func(path string, source []byte) {
		if filepath.Ext(path) != ".go" || strings.Contains(path, filepath.Join("internal", "python")) {
			return
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, path, source, 0)
		if err != nil {
			t.Fatal(err)
		}
		visit(file, source, set)
	})
}

// eachFile reads every file of the checkout that is no data.
func eachFile(t *testing.T, visit func(path string, source []byte)) {
	t.Helper()
	err := filepath.WalkDir(filepath.Join("..", ".."), func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if name := d.Name(); d.IsDir() && (name == ".git" || name == "offline" || strings.HasPrefix(name, ".venv") || name == "testdata") {
			return filepath.SkipDir
		}
		if !slices.Contains([]string{".go", ".sh", ".py", "", ".json"}, filepath.Ext(path)) || !d.Type().IsRegular() {
			return nil
		}
		source, err := os.ReadFile(path)
		if err == nil {
			visit(path, source)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// interpreted is a line of a script that starts Python.
var interpreted = regexp.MustCompile(`(?m)^[^#\n]*\bpython[0-9.]*["']? +-.*$`)

// TestScriptsIsolatePython: the same for shell scripts and the Dockerfile.
func TestScriptsIsolatePython(t *testing.T) {
	found := 0
	eachFile(t, func(path string, source []byte) {
		if ext := filepath.Ext(path); ext != ".sh" && ext != "" {
			return
		}
		for _, line := range interpreted.FindAllString(string(source), -1) {
			if strings.Contains(line, "--version") {
				continue // which Python answers before it starts
			}
			if found++; !strings.Contains(line, " -I ") {
				t.Errorf("%s: %q starts Python without -I", path, strings.TrimSpace(line))
			}
		}
	})
	if found < 3 {
		t.Errorf("only %d lines that start Python were found", found)
	}
}
