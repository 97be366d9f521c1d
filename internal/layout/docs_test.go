package layout_test

import (
	"encoding/json"
	"errors"
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// documented is a package with what go/doc says about it.
type documented struct {
	path string // below the module
	*doc.Package
}

// public reads every package that others can import.
func public(t *testing.T) (all []documented) {
	t.Helper()
	type files struct {
		Dir, ImportPath, Name                        string
		GoFiles, CgoFiles, TestGoFiles, XTestGoFiles []string
	}
	out, err := exec.Command("go", "list", "-json=Dir,ImportPath,Name,GoFiles,CgoFiles,TestGoFiles,XTestGoFiles", module+"...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p files
		err := d.Decode(&p)
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		path := strings.TrimPrefix(p.ImportPath, module)
		if p.Name == "main" || strings.Contains(path, "internal/") || len(p.GoFiles)+len(p.CgoFiles) == 0 {
			continue // nothing to import
		}
		names := slices.Concat(p.GoFiles, p.CgoFiles, p.TestGoFiles, p.XTestGoFiles)
		all = append(all, documented{path, parse(t, p.Dir, p.ImportPath, names)})
	}
}

func parse(t *testing.T, dir, path string, names []string) *doc.Package {
	t.Helper()
	fset := token.NewFileSet()
	var syntax []*ast.File
	for _, name := range names {
		f, err := parser.ParseFile(fset, filepath.Join(dir, name), nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		syntax = append(syntax, f)
	}
	p, err := doc.NewFromFiles(fset, syntax, path)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestExportedSymbolsAreDocumented: packages, types, functions, methods, constants and
// variables say what they are.
func TestExportedSymbolsAreDocumented(t *testing.T) {
	for _, p := range public(t) {
		missing := func(name, text string) {
			if strings.TrimSpace(text) == "" {
				t.Errorf("%s: %s has no doc comment", p.path, name)
			}
		}
		missing("the package", p.Doc)
		checkDocs(p.Consts, p.Vars, p.Funcs, missing)
		for _, typ := range p.Types {
			missing(typ.Name, typ.Doc)
			checkDocs(typ.Consts, typ.Vars, slices.Concat(typ.Funcs, typ.Methods), missing)
		}
	}
}

func checkDocs(consts, vars []*doc.Value, funcs []*doc.Func, missing func(name, text string)) {
	for _, v := range slices.Concat(consts, vars) {
		missing(strings.Join(v.Names, ", "), v.Doc+specs(v))
	}
	for _, f := range funcs {
		if f.Level == 0 { // not promoted from an embedded type
			missing(f.Name, f.Doc)
		}
	}
}

// specs is the text of a group's members, if each of them has some.
func specs(v *doc.Value) (text string) {
	for _, spec := range v.Decl.Specs {
		s := spec.(*ast.ValueSpec)
		if s.Doc.Text()+s.Comment.Text() == "" {
			return ""
		}
		text += s.Doc.Text() + s.Comment.Text()
	}
	return text
}

// TestExportedTypesHaveExamples: for each type there is a tested example, of itself, a
// function that returns it or one of its methods.
func TestExportedTypesHaveExamples(t *testing.T) {
	for _, p := range public(t) {
		if p.path == "kernels" || p.path == "icl/notebook" {
			continue // what they do is install, and display
		}
		for _, typ := range p.Types {
			if !hasExample(typ) {
				t.Errorf("%s.%s has no example with an // Output: write one that shows something worth knowing", p.path, typ.Name)
			}
		}
	}
}

func hasExample(typ *doc.Type) bool {
	examples := slices.Clone(typ.Examples)
	for _, f := range slices.Concat(typ.Funcs, typ.Methods) {
		examples = append(examples, f.Examples...)
	}
	return slices.ContainsFunc(examples, func(e *doc.Example) bool { return e.Output != "" })
}
