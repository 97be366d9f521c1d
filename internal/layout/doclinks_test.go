package layout_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// link is a doc link: a name in brackets, with a package and a type before it or without.
var link = regexp.MustCompile(`\[\*?((?:[a-z]\w*\.)?[A-Z]\w*(?:\.[A-Z]\w*)?)\]`)

// shape is what a link may be mistaken for: [T], [NC].
var shape = regexp.MustCompile(`^[A-Z]{1,2}\d?$`)

// names are the exported names of a package: top-level ones, and "Type.Name" of methods,
// fields and the methods of interfaces. A type that embeds another has "Type.*".
type names map[string]bool

func (n names) add(d ast.Decl) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		name := d.Name.Name
		if d.Recv != nil {
			name = receiver(d.Recv.List[0].Type) + "." + name
		}
		n[name] = true
	case *ast.GenDecl:
		for _, s := range d.Specs {
			switch s := s.(type) {
			case *ast.TypeSpec:
				n[s.Name.Name] = true
				n.addMembers(s.Name.Name, s.Type)
			case *ast.ValueSpec:
				for _, id := range s.Names {
					n[id.Name] = true
				}
			}
		}
	}
}

func (n names) addMembers(of string, e ast.Expr) {
	var fields *ast.FieldList
	switch e := e.(type) {
	case *ast.StructType:
		fields = e.Fields
	case *ast.InterfaceType:
		fields = e.Methods
	default:
		n[of+".*"] = true // whatever the type it is made of has
		return
	}
	for _, f := range fields.List {
		for _, id := range f.Names {
			n[of+"."+id.Name] = true
		}
		if len(f.Names) == 0 {
			n[of+".*"] = true
		}
	}
}

func receiver(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return receiver(e.X)
	case *ast.IndexExpr:
		return receiver(e.X)
	case *ast.IndexListExpr:
		return receiver(e.X)
	case *ast.Ident:
		return e.Name
	}
	return ""
}

// has reports whether a link like Name or Type.Name leads somewhere.
func (n names) has(name string) bool {
	of, _, _ := strings.Cut(name, ".")
	return n[name] || n[of+".*"]
}

// library is every package that the module depends on, by import path.
type library struct {
	dirs   map[string]string
	parsed map[string]names
	byName map[string][]string // import paths of the module's packages by their last element
}

func newLibrary(t *testing.T) *library {
	t.Helper()
	out, err := exec.Command("go", "list", "-deps", "-test", "-json=ImportPath,Dir", module+"...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	l := &library{map[string]string{}, map[string]names{}, map[string][]string{}}
	for d := json.NewDecoder(strings.NewReader(string(out))); d.More(); {
		var p struct{ ImportPath, Dir string }
		if err := d.Decode(&p); err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(p.ImportPath, ".test") || strings.Contains(p.ImportPath, " ") {
			continue // made for a test of a package that is listed, too
		}
		l.dirs[p.ImportPath] = p.Dir
		if strings.HasPrefix(p.ImportPath, module) {
			last := filepath.Base(p.ImportPath)
			l.byName[last] = append(l.byName[last], p.ImportPath)
		}
	}
	return l
}

// of are the names that a package declares, tests apart.
func (l *library) of(path string) names {
	if n, ok := l.parsed[path]; ok {
		return n
	}
	n := names{}
	files, _ := filepath.Glob(filepath.Join(l.dirs[path], "*.go"))
	for _, file := range files {
		if f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution); err == nil && !strings.HasSuffix(file, "_test.go") {
			for _, d := range f.Decls {
				n.add(d)
			}
		}
	}
	l.parsed[path] = n
	return n
}

// leads reports whether a link in a file of a package leads somewhere, or is no link.
func (l *library) leads(text string, own names, imports map[string]string) bool {
	if own.has(text) || shape.MatchString(text) {
		return true
	}
	pkg, rest, found := strings.Cut(text, ".")
	if !found || pkg[0] < 'a' {
		return own.mentions(text)
	}
	for _, path := range append([]string{imports[pkg]}, append(l.byName[pkg], pkg)...) {
		if l.dirs[path] != "" && l.of(path).has(rest) {
			return true
		}
	}
	return false
}

// mentions reports whether a word in brackets is the size of something: a field's name.
func (n names) mentions(word string) bool {
	for name := range n {
		if _, member, ok := strings.Cut(name, "."); ok && member == word {
			return true
		}
	}
	return false
}

// TestDocLinks: a name in brackets in a comment is declared somewhere.
func TestDocLinks(t *testing.T) {
	l := newLibrary(t)
	for path, dir := range l.dirs {
		if !strings.HasPrefix(path, module) {
			continue
		}
		files, _ := filepath.Glob(filepath.Join(dir, "*.go"))
		for _, file := range files {
			set := token.NewFileSet()
			f, err := parser.ParseFile(set, file, nil, parser.ParseComments|parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			own, imports := names{}, map[string]string{}
			for name := range l.of(path) {
				own[name] = true
			}
			for _, d := range f.Decls {
				own.add(d)
			}
			for _, i := range f.Imports {
				at, _ := strconv.Unquote(i.Path.Value)
				imports[filepath.Base(at)] = at
				if i.Name != nil {
					imports[i.Name.Name] = at
				}
			}
			for _, c := range f.Comments {
				for _, m := range link.FindAllStringSubmatch(c.Text(), -1) {
					if !l.leads(m[1], own, imports) {
						t.Errorf("%s/%s: [%s] in the comment at line %d names nothing that exists", path, filepath.Base(file), m[1], set.Position(c.Pos()).Line)
					}
				}
			}
		}
	}
}
