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
)

func checkout(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	write(t, filepath.Join(root, "go.mod"), "module "+modulePath+"\n\ngo 1.26.5\n\nrequire example.org/other v1.2.3\n")
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

// TestPublishModule: the version holds the tracked files as they are now, without what git
// ignores and without the nested module; other content is another version.
func TestPublishModule(t *testing.T) {
	root, proxy := checkout(t), t.TempDir()
	git := func(args ...string) {
		t.Helper()
		args = append([]string{"-C", root, "-c", "user.name=a", "-c", "user.email=a@example.org"}, args...)
		if out, err := exec.Command("git", args...).CombinedOutput(); err != nil {
			t.Skipf("no git: %v: %s", err, out)
		}
	}
	git("init", "--quiet")
	write(t, filepath.Join(root, ".gitignore"), "big\n")
	write(t, filepath.Join(root, "big"), "not for others")
	git("add", ".")
	git("commit", "--quiet", "-m", "Begin")
	version, err := publishModule(t.Context(), root, proxy)
	if err != nil {
		t.Fatal(err)
	}
	checkZip(t, proxy, version, ".gitignore", "a/a.go", "go.mod", "go.sum")
	if list, _ := os.ReadFile(filepath.Join(proxy, filepath.FromSlash(modulePath), "@v", "list")); string(list) != version+"\n" {
		t.Errorf("the list is %q", list)
	}
	if again, err := publishModule(t.Context(), root, t.TempDir()); err != nil || again != version {
		t.Errorf("the same content is version %s (%v), then %s", version, err, again)
	}
	write(t, filepath.Join(root, "a", "b.go"), "package a\n")
	git("add", "a/b.go") // and no commit
	proxy = t.TempDir()
	other, err := publishModule(t.Context(), root, proxy)
	if err != nil || other == version {
		t.Errorf("with another file the version is %s (%v), as before", other, err)
	}
	checkZip(t, proxy, other, ".gitignore", "a/a.go", "a/b.go", "go.mod", "go.sum")
	if out, err := exec.Command("git", "-C", root, "stash", "list").Output(); err != nil || len(out) > 0 {
		t.Errorf("the checkout has a stash now: %s, %v", out, err)
	}
	_, err = publishModule(t.Context(), t.TempDir(), proxy)
	checkError(t, err, "the files of")
}

// checkZip fails unless the version in the proxy has these files.
func checkZip(t *testing.T, proxy, version string, want ...string) {
	t.Helper()
	r, err := zip.OpenReader(filepath.Join(proxy, filepath.FromSlash(modulePath), "@v", version+".zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var names []string
	for _, f := range r.File {
		names = append(names, strings.TrimPrefix(f.Name, modulePath+"@"+version+"/"))
	}
	slices.Sort(names)
	if !slices.Equal(names, want) {
		t.Errorf("the zip holds %v, want %v", names, want)
	}
}

func TestFileURL(t *testing.T) {
	if got := fileURL("/a b/c"); got != "file:///a%20b/c" {
		t.Errorf("got %s", got)
	}
}

// TestRemoveReadOnly removes what os.RemoveAll cannot, unless it is root's.
func TestRemoveReadOnly(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "module@v1")
	write(t, filepath.Join(dir, "sub", "a.go"), "package a\n")
	for _, folder := range []string{filepath.Join(dir, "sub"), dir} {
		if err := os.Chmod(folder, 0o555); err != nil {
			t.Fatal(err)
		}
	}
	if err := removeReadOnly(dir); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("%s is still there: %v", dir, err)
	}
	if err := removeReadOnly(dir); err != nil {
		t.Errorf("a folder that is not there: %v", err)
	}
}
