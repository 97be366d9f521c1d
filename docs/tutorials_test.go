package docs_test

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestTutorialsPassTheBatteries runs what the tutorials tell readers to run, samplertest and
// learnertest, on the samplers and learners that they write, as they stand in the notebooks.
func TestTutorialsPassTheBatteries(t *testing.T) {
	notebooks, err := filepath.Glob("../tutorials/*.ipynb")
	if err != nil || len(notebooks) == 0 {
		t.Fatalf("%d tutorials, error %v", len(notebooks), err)
	}
	folder := filepath.Join("testdata", "tutorials")
	t.Cleanup(func() { os.RemoveAll(folder) })
	written := 0
	for _, name := range notebooks {
		code, calls := tutorial(t, name)
		for of := range code.tested {
			if !strings.Contains(strings.Join(calls, "\n"), "(t, "+of+"{") {
				t.Errorf("%s: the type %s is a sampler or a learner, and no text of the notebook runs samplertest or learnertest on it", name, of)
			}
		}
		if len(calls) == 0 {
			continue
		}
		dir := filepath.Join(folder, fmt.Sprint("tutorial", written))
		check(os.MkdirAll(dir, 0o755))
		check(os.WriteFile(filepath.Join(dir, "tutorial_test.go"), code.file(calls), 0o644))
		written++
	}
	if written < 2 {
		t.Fatalf("%d tutorials run a battery, want those on samplers and on learners", written)
	}
	cmd := exec.Command("go", "test", "./"+filepath.ToSlash(folder)+"/...")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// cells are the declarations of a notebook.
type cells struct {
	imports map[string]bool // as they are written
	decls   []string
	used    map[string]bool // names in front of a dot
	tested  map[string]bool // types with a method Sample or Logits
}

// battery is a call of one that stands in a text.
var battery = regexp.MustCompile("`((?:samplertest|learnertest)\\.Run\\(t, [^`]*\\))`")

func tutorial(t *testing.T, name string) (code cells, calls []string) {
	t.Helper()
	text, err := os.ReadFile(name)
	check(err)
	var nb struct {
		Cells []struct {
			Type   string   `json:"cell_type"`
			Source []string `json:"source"`
		} `json:"cells"`
	}
	check(json.Unmarshal(text, &nb))
	code = cells{map[string]bool{}, nil, map[string]bool{}, map[string]bool{}}
	for _, c := range nb.Cells {
		source := strings.Join(c.Source, "")
		if c.Type == "markdown" {
			for _, m := range battery.FindAllStringSubmatch(source, -1) {
				calls = append(calls, m[1])
			}
			continue
		}
		if err := code.add(source); err != nil {
			t.Fatalf("%s: %v in\n%s", name, err, source)
		}
	}
	return code, calls
}

// add adds the declarations of a cell: what stands in front of %%, which begins its main.
func (c *cells) add(source string) error {
	source, _, _ = strings.Cut("\n"+source, "\n%")
	if strings.HasPrefix(strings.TrimSpace(source), "!") {
		return nil
	}
	const head = "package p"
	file, err := parser.ParseFile(token.NewFileSet(), "", head+source, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	for _, d := range file.Decls {
		if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.IMPORT {
			for _, s := range g.Specs {
				spec := s.(*ast.ImportSpec)
				c.imports[(head + source)[spec.Pos()-1:spec.End()-1]] = true
			}
			continue
		}
		c.decls = append(c.decls, (head + source)[d.Pos()-1:d.End()-1])
		if f, ok := d.(*ast.FuncDecl); ok && f.Recv != nil && (f.Name.Name == "Sample" || f.Name.Name == "Logits") {
			c.tested[fmt.Sprint(f.Recv.List[0].Type)] = true
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok {
			c.used[fmt.Sprint(s.X)] = true
		}
		return true
	})
	return nil
}

// file is a test file of the declarations that makes the calls. Imports of what only the main
// of a cell uses are left out, as the notebook's kernel does.
func (c *cells) file(calls []string) []byte {
	var b strings.Builder
	fmt.Fprintln(&b, "package tutorial\n\nimport (\n\t\"testing\"")
	for _, name := range []string{"datasets/samplertest", "icl/learnertest"} {
		if strings.Contains(strings.Join(calls, "\n"), path.Base(name)) {
			fmt.Fprintf(&b, "\t%q\n", "github.com/goicl/goicl/"+name)
		}
	}
	for spec := range c.imports {
		at := strings.Trim(spec[strings.LastIndex(spec, " ")+1:], `"`)
		base := path.Base(at)
		if base == "v2" {
			base = path.Base(path.Dir(at))
		}
		if strings.HasPrefix(spec, ". ") || c.used[base] {
			fmt.Fprintf(&b, "\t%s\n", spec)
		}
	}
	fmt.Fprintln(&b, ")")
	for _, d := range c.decls {
		fmt.Fprintf(&b, "\n%s\n", d)
	}
	for i, call := range calls {
		fmt.Fprintf(&b, "\nfunc TestBattery%d(t *testing.T) { %s }\n", i, call)
	}
	return []byte(b.String())
}
