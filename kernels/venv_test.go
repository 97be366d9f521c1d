package kernels

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestRelocate: after the move a program in bin starts with the interpreter where it is
// then; binary files and links stay as they are.
func TestRelocate(t *testing.T) {
	parent := t.TempDir()
	made, target := filepath.Join(parent, newPrefix+"1"), filepath.Join(parent, "venv")
	executable(t, filepath.Join(made, "bin", "python"), `echo "$0 ran $1"`)
	script := filepath.Join(made, "bin", "jupyter")
	executable(t, script, "")
	write(t, script, "#!"+filepath.Join(made, "bin", "python")+"\nprint()\n")
	binary := "\x7fELF\x00" + made
	write(t, filepath.Join(made, "bin", "tool"), binary)
	if err := os.Symlink("jupyter", filepath.Join(made, "bin", "link")); err != nil {
		t.Skip(err)
	}
	if err := relocate(made, target); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(made, target); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"jupyter": "#!" + target + "/bin/python\nprint()\n", "tool": binary} {
		got, err := os.ReadFile(filepath.Join(target, "bin", name))
		if err != nil || string(got) != want {
			t.Errorf("%s is %q, %v; want %q", name, got, err, want)
		}
	}
	if info, err := os.Stat(filepath.Join(target, "bin", "jupyter")); err != nil || info.Mode()&0o100 == 0 {
		t.Errorf("jupyter cannot be executed: %v, %v", info, err)
	}
	if err := relocate(parent, target); err == nil {
		t.Error("no error for a folder without bin")
	}
}

// TestDescribePictures: the description goes to the places where nbconvert writes a PNG
// or an SVG, and a template of another form is an error.
func TestDescribePictures(t *testing.T) {
	venv := t.TempDir()
	path := filepath.Join(venv, "share", "jupyter", "nbconvert", "templates", "lab", "base.html.j2")
	const place = "class=\"\n{%- if output | get_metadata('unconfined', 'image/png') %}\nunconfined"
	const svg = "<img src=\"data:image/svg+xml;base64,{{ output.data['image/svg+xml'] | text_base64 | escape_html }}\""
	write(t, path, "<img src=x\n"+place+"\n>\n"+svg+">\n")
	if err := describePictures(venv); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(path)
	if err != nil || string(got) != "<img src=x\n\n"+string(pin("alt.j2"))+place+"\n>\n"+svg+"\n"+string(pin("alt.j2"))+">\n" || !strings.Contains(string(got), `alt="{{ alttext | escape_html }}"`) {
		t.Errorf("the template is %q, %v", got, err)
	}
	write(t, path, "<img>\n")
	checkError(t, describePictures(venv), "is another than that of nbconvert")
	checkError(t, describePictures(t.TempDir()), "no such file")
}
