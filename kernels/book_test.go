package kernels

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goicl/goicl/internal/process"
)

// shelf is a small checkout with two notebooks and a page, that link to each other.
func shelf(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range map[string]string{
		"README.md":               "# GoICL\n\nWhat it is.\n\n## Claims\n\n| study | verdict |\n|---|---|\n| **claim2: it matches** | **mixed** |\n| a statement | fails |\n\n| study | verdict |\n| **garg2022: it learns** | **reproduced** |\n",
		"docs/which_notebook.md":  "# Which\n\n[the first](../notebooks/2_matching.ipynb#two-words), [the code](../icl/icl.go)\n",
		"docs/other.md":           "# Other\n\n[back](../README.md)\n",
		"icl/icl.go":              "package icl\n",
		"notebooks/figures/a.png": "not a picture",
	} {
		write(t, filepath.Join(root, name), text)
	}
	cells := `{"cell_type":"markdown","id":"a","metadata":{},"source":["# 2 · Does it match?\n","\n","## Two words\n","\n","A kiwi, $x^2$. [T](../tutorials/1_task.ipynb) ![figure](figures/a.png)"]},` +
		`{"cell_type":"code","id":"b","execution_count":1,"metadata":{},"outputs":[{"output_type":"stream","name":"stdout","text":["the output\n"]}],"source":["fmt.Println()"]}`
	for _, name := range []string{"notebooks/2_matching.ipynb", "tutorials/1_task.ipynb"} {
		text := cells
		if strings.HasPrefix(name, "tutorials") {
			text = `{"cell_type":"markdown","id":"a","metadata":{},"source":["# Tutorial 1 · A task\n"]}`
		}
		write(t, filepath.Join(root, name), `{"nbformat":4,"nbformat_minor":5,"metadata":{"kernelspec":{"name":"gonb","display_name":"Go"},"language_info":{"name":"go"}},"cells":[`+text+`]}`)
	}
	return root
}

// TestBookPages: the parts are in order, without those that have no pages, and studies are
// linked to the notebooks about them.
func TestBookPages(t *testing.T) {
	groups, err := bookPages(shelf(t))
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(groups)
	if want := `[{"title":"Which page, and how to teach with it","pages":["docs/which_notebook.md"]},{"title":"Lectures: the claims of the paper","pages":["notebooks/2_matching.ipynb"]},` +
		`{"title":"Tutorials","pages":["tutorials/1_task.ipynb"]},{"title":"Guides","pages":["docs/other.md"]}]`; err != nil || string(text) != want {
		t.Errorf("%s, want %s", text, want)
	}
	landmark := append(groups, bookGroup{Pages: []string{"notebooks/landmarks/02_garg2022_linear.ipynb"}})
	for study, want := range map[string]string{"claim2": "notebooks/2_matching.ipynb", "claim3": "", "garg2022": "notebooks/landmarks/02_garg2022_linear.ipynb", "lu2024": ""} {
		if got := pageOf(study, landmark); got != want {
			t.Errorf("the page of %s is %q, want %q", study, got, want)
		}
	}
	_, err = bookPages(t.TempDir())
	checkError(t, err, "no notebooks in")
}

// TestBookStart: the first page has what the README begins with, and of its tables the lines of
// studies alone.
func TestBookStart(t *testing.T) {
	groups, err := bookPages(shelf(t))
	if err != nil {
		t.Fatal(err)
	}
	readme, err := os.ReadFile(filepath.Join(shelf(t), "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	want := "# GoICL\n\nWhat it is.\n\n## Verdicts\n\n| study | verdict |\n|---|---|\n| [**claim2: it matches**](notebooks/2_matching.ipynb) | **mixed** |\n| **garg2022: it learns** | **reproduced** |\n"
	if got := bookStart(string(readme), groups); !strings.HasPrefix(got, want) || strings.Contains(got, "a statement") {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestBookFolder: a new folder is made, an earlier book is written again, and other files are
// left alone.
func TestBookFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "site")
	for range 2 {
		if got, err := bookFolder(dir); err != nil || got != dir || !isFolder(dir) {
			t.Fatalf("%q, error %v", got, err)
		}
		write(t, filepath.Join(dir, bookMark), "")
	}
	other := t.TempDir()
	write(t, filepath.Join(other, "mine.txt"), "")
	_, err := bookFolder(other)
	checkError(t, err, "is not empty and holds no book")
	_, err = bookFolder("")
	checkError(t, err, "no folder")
	_, err = bookFolder(filepath.Join(other, "mine.txt"))
	checkError(t, err, "cannot write a book to")
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// TestBookFails: what the script says last is the error, and an end without a result is one.
func TestBookFails(t *testing.T) {
	for script, want := range map[string]string{
		"cat > $0.in; echo links that lead nowhere: a >&2; exit 1": "kernels: book: links that lead nowhere: a",
		"cat > $0.in": "ended without a result",
	} {
		checkError(t, fake(t, script, Options{Root: shelf(t)}).Book(t.Context(), filepath.Join(t.TempDir(), "site")), want)
	}
	good := fake(t, `cat > $0.in; echo '{"pages": 5, "parts": 7}'`, Options{Root: shelf(t)})
	if err := good.Book(t.Context(), filepath.Join(t.TempDir(), "site")); err != nil {
		t.Error(err)
	}
}

// TestBook makes the site of the small checkout with the pinned Jupyter, where one is
// installed, or with the Python that GOICL_TEST_PYTHON names.
func TestBook(t *testing.T) {
	python := os.Getenv("GOICL_TEST_PYTHON")
	if python == "" {
		python = defaultHome().python()
	}
	if python == "" || process.Run(t.Context(), process.Python(t.Context(), python, "-c", "import nbconvert")) != nil {
		t.Skip("no Jupyter; goicl lab installs it")
	}
	e := fake(t, `exec "`+python+`" "$@"`, Options{Root: shelf(t)})
	dir := filepath.Join(t.TempDir(), "site")
	if err := e.Book(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	for name, wants := range map[string][]string{
		"index.html":                {"<title>GoICL · GoICL</title>", `<a href="notebooks/2_matching.html"><strong>claim2: it matches</strong></a>`, ">Tutorial 1 · A task</a>", "width=device-width"},
		"notebooks/2_matching.html": {"the output", `<details class="code"><summary>Go code</summary>`, `href="../tutorials/1_task.html"`, `src="figures/a.png"`, "MathJax", `id="Two-words"`},
		"docs/which_notebook.html":  {`href="../notebooks/2_matching.html#`, `href="` + sourceAddress + `icl/icl.go"`},
		"docs/other.html":           {`href="../index.html">back`},
		"book.js":                   {"A kiwi"},
	} {
		page, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range wants {
			if !strings.Contains(string(page), want) {
				t.Errorf("%s has no %s", name, want)
			}
		}
	}
	write(t, filepath.Join(e.root, "docs", "other.md"), "# Other\n\n[gone](nowhere.md) [none](which_notebook.md#no-such-part)\n")
	checkError(t, e.Book(t.Context(), dir), "links that lead nowhere: docs/other.md: no file nowhere.md", "no heading")
}
