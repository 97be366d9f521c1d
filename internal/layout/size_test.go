package layout_test

import (
	"encoding/json"
	"go/ast"
	"go/doc"
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

// Limits of what is read at one sitting, in lines.
const maxPackage, maxFile, maxFunction = 2500, 350, 45

// TestSizes: no package, file or function has grown beyond what is read at one sitting.
func TestSizes(t *testing.T) {
	lines := map[string]int{} // of a folder's sources
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".go" {
			return err
		}
		source, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if strings.HasSuffix(path, "_test.go") {
			return nil
		}
		n := strings.Count(string(source), "\n")
		if n > maxFile {
			t.Errorf("%s has %d lines; split it into files of at most %d", path, n, maxFile)
		}
		lines[filepath.Dir(path)] += n
		checkFunctions(t, path, source)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for folder, n := range lines {
		if n > maxPackage {
			t.Errorf("%s has %d lines of source; split it into packages of at most %d", folder, n, maxPackage)
		}
	}
	if len(lines) < 15 {
		t.Errorf("only %d folders with sources were found", len(lines))
	}
}

func checkFunctions(t *testing.T, path string, source []byte) {
	t.Helper()
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, path, source, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok {
			if n := files.Position(f.End()).Line - files.Position(f.Pos()).Line + 1; n > maxFunction {
				t.Errorf("%s: %s has %d lines; split it into functions of at most %d", path, f.Name.Name, n, maxFunction)
			}
		}
	}
}

// link matches a doc link to an exported name, of this package or another. A single capital
// letter is the dimension of a shape.
var link = regexp.MustCompile(`\[\*?((?:[a-z][a-z0-9]*\.)?[A-Z]\w+(?:\.[A-Z]\w*)?)\]`)

// TestDocLinks: a doc comment links only to what exists.
func TestDocLinks(t *testing.T) {
	all := public(t)
	names := map[string][]string{} // by package name
	for _, p := range all {
		names[p.Name] = append(names[p.Name], exported(p.Package)...)
	}
	for _, p := range all {
		for _, text := range docs(p.Package) {
			for _, m := range link.FindAllStringSubmatch(text, -1) {
				pkg, name, qualified := strings.Cut(m[1], ".")
				if !qualified || pkg[0] < 'a' { // [Name] or [Type.Method]
					pkg, name = p.Name, m[1]
				}
				if known, ours := names[pkg]; ours && !slices.Contains(known, name) {
					t.Errorf("%s: the doc link %s leads nowhere", p.path, m[0])
				}
			}
		}
	}
}

// exported lists a package's exported names, methods and fields as Type.Name.
func exported(p *doc.Package) (names []string) {
	values := func(of []*doc.Value) {
		for _, v := range of {
			names = append(names, v.Names...)
		}
	}
	values(slices.Concat(p.Consts, p.Vars))
	for _, f := range p.Funcs {
		names = append(names, f.Name)
	}
	for _, typ := range p.Types {
		names = append(names, typ.Name)
		values(slices.Concat(typ.Consts, typ.Vars))
		for _, f := range typ.Funcs {
			names = append(names, f.Name)
		}
		for _, m := range typ.Methods {
			names = append(names, typ.Name+"."+m.Name)
		}
		ast.Inspect(typ.Decl, func(n ast.Node) bool {
			if field, ok := n.(*ast.Field); ok {
				for _, id := range field.Names {
					names = append(names, typ.Name+"."+id.Name)
				}
			}
			return true
		})
	}
	return names
}

// docs are all doc comments of a package that go/doc keeps.
func docs(p *doc.Package) []string {
	texts := []string{p.Doc}
	values := func(of []*doc.Value) {
		for _, v := range of {
			texts = append(texts, v.Doc)
		}
	}
	funcs := func(of []*doc.Func) {
		for _, f := range of {
			texts = append(texts, f.Doc)
		}
	}
	values(slices.Concat(p.Consts, p.Vars))
	funcs(p.Funcs)
	for _, typ := range p.Types {
		texts = append(texts, typ.Doc)
		values(slices.Concat(typ.Consts, typ.Vars))
		funcs(slices.Concat(typ.Funcs, typ.Methods))
	}
	return texts
}

// TestNotebooksFolderHoldsNotebooks: who opens it in JupyterLab sees lectures and their
// figures, and cells import packages that exist.
func TestNotebooksFolderHoldsNotebooks(t *testing.T) {
	imported := regexp.MustCompile(`"` + module + `([\w/]+)"`)
	for _, folder := range []string{"notebooks", "tutorials"} {
		entries, err := os.ReadDir(filepath.Join("../..", folder))
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if e.IsDir() || filepath.Ext(e.Name()) != ".ipynb" {
				if e.Name() != "figures" && !e.IsDir() {
					t.Errorf("%s/%s is no notebook", folder, e.Name())
				}
				continue
			}
			for _, m := range imported.FindAllStringSubmatch(sources(t, filepath.Join("../..", folder, e.Name())), -1) {
				if _, err := os.Stat(filepath.Join("../..", m[1])); err != nil {
					t.Errorf("%s imports %s, which does not exist", e.Name(), m[1])
				}
			}
		}
	}
}

// sources is the code of a notebook's cells.
func sources(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var nb struct{ Cells []struct{ Source []string } }
	if err := json.Unmarshal(data, &nb); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	var code strings.Builder
	for _, c := range nb.Cells {
		code.WriteString(strings.Join(c.Source, "") + "\n")
	}
	return code.String()
}
