package layout_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/goicl/goicl/kernels"
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

// notebookFolders are those of the checkout that hold notebooks.
var notebookFolders = []string{"notebooks", "notebooks/landmarks", "tutorials"}

// TestNotebooksFolderHoldsNotebooks: who opens it in JupyterLab sees lectures and their
// figures, with at most a README beside them, and cells import packages that exist.
func TestNotebooksFolderHoldsNotebooks(t *testing.T) {
	imported := regexp.MustCompile(`"` + module + `([\w/]+)"`)
	for _, folder := range notebookFolders {
		entries, err := os.ReadDir(filepath.Join("../..", folder))
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if e.IsDir() || filepath.Ext(e.Name()) != ".ipynb" {
				if e.Name() != "README.md" && !e.IsDir() {
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

// TestNotebooksQuoteTheirOutputs: a number in a text that names its source is that of the
// output above it, in the notebooks as they are committed.
func TestNotebooksQuoteTheirOutputs(t *testing.T) {
	for _, folder := range notebookFolders {
		paths, err := filepath.Glob(filepath.Join("../..", folder, "*.ipynb"))
		if err != nil || len(paths) == 0 {
			t.Errorf("no notebooks in %s: %v", folder, err)
		}
		for _, path := range paths {
			for _, err := range kernels.CheckQuotes(path) {
				t.Error(err)
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
