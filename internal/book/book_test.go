package book

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// shelf is a small checkout.
func shelf(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	write(t, filepath.Join(root, "README.md"), "# GoICL\n\nWhat it is.\n\n## Claims\n\n| study | verdict |\n|---|---|\n| **claim2: it matches** | **mixed** |\n| a statement | fails |\n\n| study | verdict |\n| **garg2022: it learns** | **reproduced** |\n")
	for _, name := range []string{"docs/which_notebook.md", "docs/other.md", "notebooks/2_matching.ipynb", "tutorials/1_task.ipynb"} {
		write(t, filepath.Join(root, name), "")
	}
	return root
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func checkError(t *testing.T, err error, want string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("error %v, want one with %q", err, want)
	}
}

// TestBookPages: the parts are in order, without those that have no pages, and studies are
// linked to the notebooks about them.
func TestBookPages(t *testing.T) {
	groups, err := pages(shelf(t))
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(groups)
	if want := `[{"title":"Which page, and how to teach with it","pages":["docs/which_notebook.md"]},{"title":"Lectures: the claims of the paper","pages":["notebooks/2_matching.ipynb"]},` +
		`{"title":"Tutorials","pages":["tutorials/1_task.ipynb"]},{"title":"Guides","pages":["docs/other.md"]}]`; err != nil || string(text) != want {
		t.Errorf("%s, want %s", text, want)
	}
	landmark := append(groups, group{Pages: []string{"notebooks/landmarks/02_garg2022_linear.ipynb"}})
	for study, want := range map[string]string{"claim2": "notebooks/2_matching.ipynb", "claim3": "", "garg2022": "notebooks/landmarks/02_garg2022_linear.ipynb", "lu2024": ""} {
		if got := pageOf(study, landmark); got != want {
			t.Errorf("the page of %s is %q, want %q", study, got, want)
		}
	}
	_, err = pages(t.TempDir())
	checkError(t, err, "no notebooks in")
}

// TestBookStart: the first page has what the README begins with, and of its tables the lines of
// studies alone.
func TestBookStart(t *testing.T) {
	groups, err := pages(shelf(t))
	if err != nil {
		t.Fatal(err)
	}
	readme, err := os.ReadFile(filepath.Join(shelf(t), "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	want := "# GoICL\n\nWhat it is.\n\n## Verdicts\n\n| study | verdict |\n|---|---|\n| [**claim2: it matches**](notebooks/2_matching.ipynb) | **mixed** |\n| **garg2022: it learns** | **reproduced** |\n"
	if got := start(string(readme), groups); !strings.HasPrefix(got, want) || strings.Contains(got, "a statement") {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestBookFolder: a new folder is made, an earlier book is written again, and other files are
// left alone.
func TestBookFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "site")
	for range 2 {
		if got, err := folder(dir); err != nil || got != dir {
			t.Fatalf("%q, error %v", got, err)
		}
		write(t, filepath.Join(dir, mark), "")
	}
	other := t.TempDir()
	write(t, filepath.Join(other, "mine.txt"), "")
	_, err := folder(other)
	checkError(t, err, "is not empty and holds no book")
	_, err = folder("")
	checkError(t, err, "no folder")
	_, err = folder(filepath.Join(other, "mine.txt"))
	checkError(t, err, "cannot write a book to")
}
