package cells

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"
)

// DropDotImports takes those dot imports out of a Go file that it does not use. Lines keep
// their numbers. A package that cannot be found keeps its import, for the compiler to
// report. A file that does not parse is left as it is.
func DropDotImports(path string) error {
	code, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, path, code, parser.SkipObjectResolution)
	if err != nil {
		return nil //nolint:nilerr // the compiler says so with more words
	}
	dots := dotImports(file)
	if len(dots) == 0 {
		return nil
	}
	folders := locate(filepath.Dir(path))
	unused, err := notUsed(files, file, dots, folders)
	if err != nil || len(unused) == 0 {
		return err
	}
	for _, spec := range unused {
		from, to := files.Position(spec.Pos()).Offset, files.Position(spec.End()).Offset
		copy(code[from:to], strings.Repeat(" ", to-from))
	}
	return os.WriteFile(path, code, 0o600)
}

// dotImports are a file's imports with a dot inside of parentheses, which is how the kernel
// writes them, by path.
func dotImports(file *ast.File) map[string]*ast.ImportSpec {
	dots := map[string]*ast.ImportSpec{}
	for _, d := range file.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.IMPORT || !g.Lparen.IsValid() {
			continue
		}
		for _, s := range g.Specs {
			spec := s.(*ast.ImportSpec)
			if path, err := strconv.Unquote(spec.Path.Value); err == nil && spec.Name != nil && spec.Name.Name == "." {
				dots[path] = spec
			}
		}
	}
	return dots
}

// notUsed lists the dot imports of which the file uses no name. Names are resolved as the
// compiler does; of the imported packages only the names are known, so all errors of types
// are ignored.
func notUsed(files *token.FileSet, file *ast.File, dots map[string]*ast.ImportSpec, folder func(string) (string, error)) ([]*ast.ImportSpec, error) {
	imported := map[string]*types.Package{}
	for path := range dots {
		dir, err := folder(path)
		if err != nil {
			continue
		}
		pkg, err := names(path, dir)
		if err != nil {
			return nil, err
		}
		imported[path] = pkg
	}
	uses := map[*ast.Ident]types.Object{}
	check := types.Config{Importer: known(imported), Error: func(error) {}, DisableUnusedImportCheck: true}
	_, _ = check.Check("main", files, []*ast.File{file}, &types.Info{Uses: uses})
	used := map[*types.Package]bool{}
	for _, o := range uses {
		used[o.Pkg()] = true
	}
	var unused []*ast.ImportSpec
	for path, pkg := range imported {
		if !used[pkg] {
			unused = append(unused, dots[path])
		}
	}
	return unused, nil
}

// known is an importer of these packages alone.
type known map[string]*types.Package

func (k known) Import(path string) (*types.Package, error) {
	if pkg, ok := k[path]; ok {
		return pkg, nil
	}
	return nil, errors.New("not imported with a dot")
}

// names is a package that has the exported names of the Go files in a folder, without
// their types.
func names(path, dir string) (*types.Package, error) {
	isCode := func(f fs.FileInfo) bool { return !strings.HasSuffix(f.Name(), "_test.go") }
	parsed, err := parser.ParseDir(token.NewFileSet(), dir, isCode, parser.SkipObjectResolution) //nolint:staticcheck // build tags do not matter
	if err != nil {
		return nil, err
	}
	pkg := types.NewPackage(path, filepath.Base(path))
	add := func(id *ast.Ident) {
		if id.IsExported() {
			pkg.Scope().Insert(types.NewVar(token.NoPos, pkg, id.Name, types.Typ[types.Invalid]))
		}
	}
	for _, p := range parsed {
		for _, f := range p.Files {
			for _, d := range f.Decls {
				declared(d, add)
			}
		}
	}
	pkg.MarkComplete()
	return pkg, nil
}

// declared calls add for each name that a declaration at the top level declares.
func declared(d ast.Decl, add func(*ast.Ident)) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Recv == nil {
			add(d.Name)
		}
	case *ast.GenDecl:
		for _, s := range d.Specs {
			switch s := s.(type) {
			case *ast.ValueSpec:
				for _, name := range s.Names {
					add(name)
				}
			case *ast.TypeSpec:
				add(s.Name)
			}
		}
	}
}

// found keeps the folders of packages for a module as it is at present.
var found struct {
	sync.Mutex
	state   string
	folders map[string]string
}

// locate returns a function that finds the folder of a package as the module in dir
// imports it.
func locate(dir string) func(path string) (string, error) {
	return func(path string) (string, error) {
		found.Lock()
		defer found.Unlock()
		if state := moduleState(dir); state != found.state {
			found.state, found.folders = state, map[string]string{}
		}
		if folder, ok := found.folders[path]; ok {
			return folder, nil
		}
		cmd := exec.Command("go", "list", "-find", "-f", "{{.Dir}}", path)
		cmd.Dir = dir
		out, err := cmd.Output()
		folder := strings.TrimSpace(string(out))
		if err == nil && folder == "" {
			err = fmt.Errorf("no package %s", path)
		}
		if err != nil {
			return "", err
		}
		found.folders[path] = folder
		return folder, nil
	}
}

// moduleState differs after a change of the module's files.
func moduleState(dir string) string {
	state := dir
	for _, name := range []string{"go.mod", "go.work"} {
		if info, err := os.Stat(filepath.Join(dir, name)); err == nil {
			state += " " + info.ModTime().Format(time.RFC3339Nano)
		}
	}
	return state
}
