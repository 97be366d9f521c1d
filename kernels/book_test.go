package kernels

import (
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
		`{"cell_type":"code","id":"b","execution_count":1,"metadata":{},"outputs":[{"output_type":"stream","name":"stdout","text":["the output\n"]}],"source":["Show(icl.Reproduce(Context(), \"claim2\", Preset(), nil))"]}`
	for _, name := range []string{"notebooks/2_matching.ipynb", "tutorials/1_task.ipynb"} {
		text := cells
		if strings.HasPrefix(name, "tutorials") {
			text = `{"cell_type":"markdown","id":"a","metadata":{},"source":["# Tutorial 1 · A task\n"]}`
		}
		write(t, filepath.Join(root, name), `{"nbformat":4,"nbformat_minor":5,"metadata":{"kernelspec":{"name":"gonb","display_name":"Go"},"language_info":{"name":"go"}},"cells":[`+text+`]}`)
	}
	return root
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
		"notebooks/2_matching.html": {"the output", `<details class="code"><summary>Go code</summary>`, `href="../tutorials/1_task.html"`, `src="figures/a.png"`, "MathJax", `id="two-words"`},
		"docs/which_notebook.html":  {`href="../notebooks/2_matching.html#two-words"`, `href="https://github.com/goicl/goicl/blob/main/icl/icl.go"`},
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
