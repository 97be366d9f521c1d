package wronguse_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestTablesAreComplete: every exported function of the public packages, and every exported
// type with methods, is in a table, and the tables have nothing else.
func TestTablesAreComplete(t *testing.T) {
	found := map[string]bool{}
	for _, root := range []string{"datasets", "icl", "kernels"} {
		err := filepath.WalkDir(filepath.Join("../..", root), func(path string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case d.IsDir() && slices.Contains([]string{"internal", "testdata"}, d.Name()):
				return filepath.SkipDir
			case d.IsDir() || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go"):
				return nil
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			pkg := filepath.ToSlash(filepath.Dir(strings.TrimPrefix(path, "../../")))
			for _, decl := range file.Decls {
				if f, ok := decl.(*ast.FuncDecl); ok && f.Name.IsExported() {
					if name := owner(f); ast.IsExported(name) {
						found[pkg+"."+name] = true
					}
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	listed := map[string]bool{}
	for name := range functions {
		listed[name] = true
	}
	for name := range notCalled {
		listed[name] = true
	}
	for name := range receivers {
		listed[name] = true
	}
	for _, name := range made {
		listed[name] = true
	}
	for name := range found {
		if !listed[name] {
			t.Errorf("%s is in no table of table_test.go; add it, so that it is called with wrong arguments", name)
		}
	}
	for name := range listed {
		if !found[name] {
			t.Errorf("%s is in a table, but does not exist", name)
		}
	}
	if len(found) < 200 {
		t.Errorf("only %d exported functions and types with methods were found", len(found))
	}
}

// owner is the name of a function, or of the type whose method it is.
func owner(f *ast.FuncDecl) string {
	if f.Recv == nil {
		return f.Name.Name
	}
	of := f.Recv.List[0].Type
	for {
		switch t := of.(type) {
		case *ast.StarExpr:
			of = t.X
		case *ast.IndexExpr:
			of = t.X
		case *ast.Ident:
			return t.Name
		default:
			return ""
		}
	}
}
