package kernels

import (
	"os"
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

func TestFindRoot(t *testing.T) {
	root := t.TempDir()
	write(t, filepath.Join(root, "go.mod"), "// a comment\nmodule "+modulePath+"\n\ngo 1.26.5\n")
	write(t, filepath.Join(root, "tutorials", "own", "go.mod"), "module example.org/own\n")
	write(t, filepath.Join(root, "notebooks", "deep", "er", "x.txt"), "")
	for _, dir := range []string{".", "notebooks", "notebooks/deep/er", "tutorials/own"} {
		got, err := FindRoot(filepath.Join(root, dir))
		if err != nil || got != root {
			t.Errorf("FindRoot(%s) = %q, %v; want %q", dir, got, err, root)
		}
	}
}

func TestFindRootOfThisPackage(t *testing.T) {
	root, err := FindRoot(".")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(root, "kernels", "root_test.go")); err != nil {
		t.Errorf("FindRoot(.) = %s, which does not hold this package", root)
	}
}

func TestFindRootOutside(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "go.mod"), "module example.org/other\n")
	_, err := FindRoot(dir)
	if err == nil || !strings.Contains(err.Error(), dir) || !strings.Contains(err.Error(), "git clone") {
		t.Errorf("FindRoot outside of a checkout: %v; want the folder and what to do", err)
	}
}
