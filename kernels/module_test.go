package kernels

import (
	"archive/zip"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/mod/modfile"
)

func checkout(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	write(t, filepath.Join(root, "go.mod"), "module "+Module+"\n\ngo 1.26.5\n\nrequire example.org/other v1.2.3\n")
	write(t, filepath.Join(root, "go.sum"), "example.org/other v1.2.3 h1:x\n")
	write(t, filepath.Join(root, "a", "a.go"), "package a\n")
	write(t, filepath.Join(root, "tools", "go.mod"), "module nested\n")
	return root
}

func TestOwnModule(t *testing.T) {
	root, dir := checkout(t), t.TempDir()
	if err := OwnModule(root, dir); err != nil {
		t.Fatal(err)
	}
	data, _ := os.ReadFile(filepath.Join(dir, "go.mod"))
	mod, err := modfile.Parse("go.mod", data, nil)
	if err != nil {
		t.Fatal(err)
	}
	if mod.Module.Mod.Path != "example.org/own" || len(mod.Require) != 2 || len(mod.Replace) != 1 || mod.Replace[0].New.Path != root {
		t.Errorf("go.mod is %s", data)
	}
	if !isFile(filepath.Join(dir, "go.sum")) {
		t.Error("no checksums")
	}
	checkError(t, OwnModule(t.TempDir(), dir), "go.mod")
}

func TestPublish(t *testing.T) {
	proxy := t.TempDir()
	if err := Publish(checkout(t), proxy, "v0.0.1-try"); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(proxy, "github.com", "goicl", "goicl", "@v")
	r, err := zip.OpenReader(filepath.Join(dir, "v0.0.1-try.zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var names []string
	for _, f := range r.File {
		names = append(names, f.Name)
	}
	if len(names) != 3 {
		t.Errorf("the zip holds %v, want the module's three files without the nested one's", names)
	}
	if list, _ := os.ReadFile(filepath.Join(dir, "list")); string(list) != "v0.0.1-try\n" {
		t.Errorf("the list is %q", list)
	}
}
