// Package docs_test runs the Go code of the pages in this folder.
package docs_test

import (
	"bytes"
	"context"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"log"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/npz"
	"github.com/goicl/goicl/datasets/synthetic"
	"github.com/goicl/goicl/icl"
	"github.com/goicl/goicl/icl/train"
	"github.com/goicl/goicl/icl/transformer"
)

// dir is where the examples write, and keep their runs.
var dir string

func TestMain(m *testing.M) {
	var err error
	if dir, err = os.MkdirTemp("", "docs"); err != nil {
		log.Fatal(err)
	}
	status := m.Run()
	os.RemoveAll(dir)
	os.Exit(status)
}

// check ends the program on an error.
func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func Example_data() {
	tasks := synthetic.Pair{N: 20}
	b, err := tasks.Sample(datasets.Rand(0, "train"), 128)
	check(err)
	fmt.Println(b.T, b.N, b.D, b.C, len(b.X), len(b.Y))
	// Output: 128 20 2 2 5120 2560
}

func Example_training() {
	ctx := context.Background()
	tasks, recipe := synthetic.Pair{N: 20}, train.Fast(500)
	fitted, err := icl.Train(ctx, transformer.Paper{Depth: 2}, tasks, recipe, nil, train.WithDir(dir))
	check(err)
	curves, err := icl.Evaluate(ctx, tasks, 1000, fitted)
	check(err)
	fmt.Println("above chance level after 19 examples:", curves[0].Lo[19] > .5)
	// Output: above chance level after 19 examples: true
}

func Example_weights() {
	ctx := context.Background()
	tasks := synthetic.Pair{N: 20}
	fitted, err := icl.Train(ctx, transformer.Paper{Depth: 2}, tasks, train.Fast(500), nil, train.WithDir(dir))
	check(err)
	fmt.Println(fitted.Loaded) // trained above: the same call loads it
	check(fitted.Export(filepath.Join(dir, "icl.safetensors")))
	b, err := tasks.Sample(datasets.Rand(0, "test"), 1000)
	check(err)
	check(npz.WriteFile(filepath.Join(dir, "tasks.npz"), b))
	// Output: true
}

func Example_back() {
	file := filepath.Join(dir, "icl.safetensors") // or the one that Python wrote
	fitted, err := train.Import(file, transformer.Paper{Depth: 2}, synthetic.Pair{N: 20})
	check(err)
	fmt.Println(fitted.Name(), len(fitted.Params))
	// Output: ICL 876
}

// TestPagesQuoteTheExamples: the Go code of a page is the body of an example, so it
// compiles, runs, and prints what it says.
func TestPagesQuoteTheExamples(t *testing.T) {
	page, err := os.ReadFile("from-python.md")
	if err != nil {
		t.Fatal(err)
	}
	quoted := regexp.MustCompile("(?s)```go\n(.*?)```").FindAllStringSubmatch(string(page), -1)
	bodies := exampleBodies(t, "from_python_test.go")
	if len(quoted) != len(bodies) {
		t.Errorf("%d pieces of Go on the page, %d examples", len(quoted), len(bodies))
	}
	for i := range min(len(quoted), len(bodies)) {
		if quoted[i][1] != bodies[i] {
			t.Errorf("the page has\n%s\nand the example is\n%s", quoted[i][1], bodies[i])
		}
	}
}

// exampleBodies returns the code of the file's examples, in their order.
func exampleBodies(t *testing.T, file string) (bodies []string) {
	t.Helper()
	source, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	fset := token.NewFileSet()
	parsed, err := parser.ParseFile(fset, file, source, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, decl := range parsed.Decls {
		f, ok := decl.(*ast.FuncDecl)
		if !ok || !strings.HasPrefix(f.Name.Name, "Example") {
			continue
		}
		inside := source[fset.Position(f.Body.Lbrace).Offset+1 : fset.Position(f.Body.Rbrace).Offset]
		body, err := format.Source(bytes.TrimSpace(inside))
		if err != nil {
			t.Fatal(err)
		}
		bodies = append(bodies, string(body)+"\n")
	}
	return bodies
}
