package cells

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func write(t *testing.T, path, content string) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// inModule writes a module with a package helper and a main.go that imports it, and returns
// the path of main.go.
func inModule(t *testing.T, imports, code string) string {
	t.Helper()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "go.mod"), "module example.org/m\n\ngo 1.26\n")
	write(t, filepath.Join(dir, "helper", "helper.go"), `package helper
type Slider struct{ Name string }
type Progress struct{}
var Width = 3
const Depth = 4
func Show(...any) {}
func Must[T any](v T, err error) T { return v }
func hidden() {}
func (Slider) Move() {}
`)
	return write(t, filepath.Join(dir, "main.go"), "package main\n\nimport (\n"+imports+")\n\n"+code)
}

// TestDropDotImports: exactly the files that use no name lose the import, and the compiler
// then takes them.
func TestDropDotImports(t *testing.T) {
	const helper = "\t. \"example.org/m/helper\"\n"
	for code, kept := range map[string]bool{
		"func main() { println(1) }":                                                       false,
		"func main() { Show(1) }":                                                          true,
		"func main() { x := Must(1, nil); println(x) }":                                    true,
		"func f(s *Slider) {}\nfunc main() {}":                                             true,
		"var w = Width\nfunc main() { _ = w }":                                             true,
		"type T struct{ Progress, Show int }\nfunc main() { _ = T{Progress: 1, Show: 2} }": false,
		"type T struct{}\nfunc (T) Show() {}\nfunc main() { T{}.Show() }":                  false,
		"func main() { Show := func() {}; Show() }":                                        false,
		"func main() { func(Depth int) { println(Depth) }(1) }":                            false,
		"func main() { println(map[int]int{Depth: 1}[Depth]) }":                            true,
		"func main() { switch { case Width > 2: println() } }":                             true,
		"func main() { go func() { defer func() { Show() }() }() }":                        true,
		"// Show is only mentioned.\nfunc main() { println(\"Show\") }":                    false,
	} {
		path := inModule(t, helper, code)
		before, _ := os.ReadFile(path)
		if err := DropDotImports(path); err != nil {
			t.Fatalf("%s: %v", code, err)
		}
		after, _ := os.ReadFile(path)
		if got := strings.Contains(string(after), "helper"); got != kept {
			t.Errorf("%s: the import is kept: %t, want %t", code, got, kept)
		}
		if bytes.Count(before, []byte("\n")) != bytes.Count(after, []byte("\n")) {
			t.Errorf("%s: lines have other numbers now", code)
		}
	}
}

// TestDropDotImportsCompiles: what the function leaves is what the compiler wants.
func TestDropDotImportsCompiles(t *testing.T) {
	for _, code := range []string{"func main() { println(1) }", "func main() { Show(Slider{Name: \"n\"}) }"} {
		path := inModule(t, "\t. \"example.org/m/helper\"\n", code)
		if err := DropDotImports(path); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command("go", "vet", ".")
		cmd.Dir = filepath.Dir(path)
		cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=mod")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: %s", code, out)
		}
	}
}

// TestDropDotImportsLeaves: a package that is not there, and a file that does not parse.
func TestDropDotImportsLeaves(t *testing.T) {
	for imports, code := range map[string]string{
		"\t. \"example.org/m/nothing\"\n": "func main() {}",
		"\t. \"example.org/m/helper\"\n":  "func main() {",
		"\t\"fmt\"\n":                     "func main() { fmt.Println() }",
	} {
		path := inModule(t, imports, code)
		before, _ := os.ReadFile(path)
		if err := DropDotImports(path); err != nil {
			t.Errorf("%s: %v", imports, err)
		}
		if after, _ := os.ReadFile(path); !bytes.Equal(before, after) {
			t.Errorf("%s: changed to\n%s", imports, after)
		}
	}
	if err := DropDotImports(filepath.Join(t.TempDir(), "main.go")); err == nil {
		t.Error("no error for a file that is not there")
	}
}

func TestExplain(t *testing.T) {
	Remember(3, "func main() {\n\tx, err := f()\n\tvar y int\n\tfor i := range 3 { z := i; _ = z }\n}")
	Remember(4, "func main() { y := 2 }")
	Remember(5, "func main( {")
	for message, want := range map[string]string{
		"/tmp/a/main.go:3:1: expected declaration, found fmt":                          "hint: a statement must come after a line with %%",
		"/tmp/a/main.go:5:6: expected '(', found late":                                 "hint: a function with a name must come above",
		"./main.go:9:2: undefined: x":                                                  "hint: cell [3] has declared x below",
		"./main.go:9:2: undefined: y":                                                  "hint: cell [4] has declared y below",
		"./main.go:9:2: undefined: z":                                                  "hint: cell [3] has declared z below",
		"./main.go:9:2: undefined: other":                                              "hint: no cell that was run declares other",
		"./main.go:9:6: Check already declared through dot-import of package notebook": "hint: the notebook imports all names of that package, Check too",
		"main.go:4:2: no required module provides package a.org/b; to add it:":         "hint: this notebook's module does not have a.org/b",
		"main.go:4:2: package a/b is not in std (/usr/go/src/a/b)":                     "hint: this notebook's module does not have a/b",
	} {
		got := Explain(message)
		if !strings.HasPrefix(got, message+"\n"+want) || strings.Count(got, "\n") != 1 {
			t.Errorf("%s: explained as %q, want %q on a line of its own", message, got, want)
		}
	}
	for _, message := range []string{"", "main.go:3:4: cannot use x (variable of type int) as string value", "undefined: in a text"} {
		if got := Explain(message); got != message {
			t.Errorf("%q became %q", message, got)
		}
	}
	twice := Explain("./main.go:9:2: undefined: a1\n./main.go:10:2: undefined: a1\n")
	if strings.Count(twice, "hint: ") != 1 {
		t.Errorf("one hint for one name, got %q", twice)
	}
}

func TestCommandFailed(t *testing.T) {
	if err := CommandFailed("true", nil); err != nil {
		t.Error(err)
	}
	err := CommandFailed(" grep x y", errors.New("exit status 1"))
	if err == nil || err.Error() != "the command failed with exit status 1: !grep x y" {
		t.Errorf("got %v", err)
	}
	err = CommandFailed("*m=$(go env GOMOD); go get "+strings.Repeat("x", 300), errors.New("exit status 1"))
	if err == nil || !strings.Contains(err.Error(), "\nhint: ") || !strings.Contains(err.Error(), "x…\n") {
		t.Errorf("got %v", err)
	}
}

const trace = `panic: runtime error: index out of range [5] with length 3

goroutine 1 [running]:
example.org/lib.(*T).Get(...)
	/home/u/go/pkg/mod/example.org/lib/get.go:17 +0x1d
main.pick({0xc000, 0x3, 0x3}, 0x5)
	/tmp/gonb_1/main.go:7 +0x12
main.main()
	/tmp/gonb_1/main.go:12 +0x1d

goroutine 7 [chan receive]:
example.org/lib.wait()
	/home/u/go/pkg/mod/example.org/lib/wait.go:3 +0x1
`

func place(line int) (Place, bool) {
	switch line {
	case 7:
		return Place{Cell: 2, Line: 3}, true
	case 12:
		return Place{Cell: 4, Line: 1}, true
	}
	return Place{}, false
}

func TestTraceOfAPanic(t *testing.T) {
	for _, size := range []int{1, 7, 10_000} { // however it arrives
		var out bytes.Buffer
		w := NewTrace(&out, "/tmp/gonb_1/main.go", place)
		text := "before\n" + trace
		for len(text) > 0 {
			n := min(size, len(text))
			if _, err := w.Write([]byte(text[:n])); err != nil {
				t.Fatal(err)
			}
			text = text[n:]
		}
		err := w.Failure(errors.New("exit status 2"))
		if err == nil || err.Error() != "panic in cell [2], line 3: runtime error: index out of range [5] with length 3" {
			t.Errorf("the cell ends with %v", err)
		}
		want := `before
panic: runtime error: index out of range [5] with length 3

called from, the last call first:
  example.org/lib.(*T).Get, lib/get.go:17
  main.pick, cell [2], line 3
  main.main, cell [4], line 1
`
		if out.String() != want {
			t.Errorf("in pieces of %d: wrote %q, want %q", size, out.String(), want)
		}
	}
}

// TestTracePasses: everything else is written as it comes.
func TestTracePasses(t *testing.T) {
	for _, text := range []string{"a line\n", "no end of line", "pan", "panic: but the program goes on\nand on\n", "12 %\r34 %\r"} {
		var out bytes.Buffer
		w := NewTrace(&out, "main.go", place)
		fmt.Fprint(w, text)
		if err := w.Failure(nil); err != nil || out.String() != text {
			t.Errorf("%q was written as %q, error %v", text, out.String(), err)
		}
	}
	var out bytes.Buffer
	w := NewTrace(&out, "main.go", place)
	fmt.Fprint(w, "at once")
	if out.String() != "at once" {
		t.Errorf("wrote %q before the end", out.String())
	}
	failed := errors.New("exit status 1")
	if err := w.Failure(failed); !errors.Is(err, failed) {
		t.Errorf("the error became %v", err)
	}
}

func TestPlace(t *testing.T) {
	if got := (Place{3, 2}).String() + "; " + (Place{0, 2}).String(); got != "cell [3], line 2; this cell, line 2" {
		t.Error(got)
	}
}
