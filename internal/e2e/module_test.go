package e2e

import (
	"archive/zip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/mod/modfile"

	"github.com/goicl/goicl/kernels"
)

func checkout(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	write(t, filepath.Join(root, "go.mod"), "module "+kernels.Module+"\n\ngo 1.26.5\n\nrequire example.org/other v1.2.3\n")
	write(t, filepath.Join(root, "go.sum"), "example.org/other v1.2.3 h1:x\n")
	write(t, filepath.Join(root, "a", "a.go"), "package a\n")
	write(t, filepath.Join(root, "tools", "go.mod"), "module nested\n")
	return root
}

func TestWriteModule(t *testing.T) {
	root, dir := checkout(t), t.TempDir()
	if err := writeModule(root, dir); err != nil {
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
	if sums, err := os.ReadFile(filepath.Join(dir, "go.sum")); err != nil || !strings.HasPrefix(string(sums), "example.org/other") {
		t.Errorf("the checksums are %q, %v", sums, err)
	}
	checkError(t, writeModule(t.TempDir(), dir), "go.mod")
}

// TestPublishModule: what git ignores and the nested module stay out, and other files are
// another version.
func TestPublishModule(t *testing.T) {
	root, proxy := checkout(t), t.TempDir()
	if out, err := exec.Command("git", "init", "--quiet", root).CombinedOutput(); err != nil {
		t.Skipf("no git: %v: %s", err, out)
	}
	write(t, filepath.Join(root, ".gitignore"), "big\n")
	write(t, filepath.Join(root, "big"), "not for others")
	version, err := publishModule(t.Context(), root, proxy)
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(proxy, "github.com", "goicl", "goicl", "@v")
	r, err := zip.OpenReader(filepath.Join(dir, version+".zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var names []string
	for _, f := range r.File {
		names = append(names, strings.TrimPrefix(f.Name, kernels.Module+"@"+version+"/"))
	}
	slices.Sort(names)
	if want := []string{".gitignore", "a/a.go", "go.mod", "go.sum"}; !slices.Equal(names, want) {
		t.Errorf("the zip holds %v, want %v", names, want)
	}
	if list, _ := os.ReadFile(filepath.Join(dir, "list")); string(list) != version+"\n" {
		t.Errorf("the list is %q", list)
	}
	write(t, filepath.Join(root, "a", "b.go"), "package a\n")
	if other, err := publishModule(t.Context(), root, t.TempDir()); err != nil || other == version {
		t.Errorf("with another file the version is %s (%v), as before", other, err)
	}
	_, err = publishModule(t.Context(), t.TempDir(), proxy)
	checkError(t, err, "the files of")
}
