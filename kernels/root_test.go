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

// TestFindModule: notebooks have the library from the checkout, or from any module that
// requires it, also by way of a replacement; without a module from the version of the command.
// What is in the way of that is named with what to do.
func TestFindModule(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "checkout", "go.mod"), "module "+modulePath+"\n")
	write(t, filepath.Join(dir, "checkout", "tutorials", "own", "go.mod"), "module example.org/own\n")
	write(t, filepath.Join(dir, "own", "go.mod"), "module example.org/own\n\ngo 1.26\n\nrequire "+modulePath+" v0.0.0\n\nreplace "+modulePath+" => ../checkout\n")
	write(t, filepath.Join(dir, "own", "deep", "er", "x.txt"), "")
	write(t, filepath.Join(dir, "other", "go.mod"), "module example.org/other\n")
	write(t, filepath.Join(dir, "damaged", "go.mod"), "module \"example.org\n")
	write(t, filepath.Join(dir, "empty", "x.txt"), "")
	for _, c := range []struct{ dir, version, want, says string }{
		{"checkout/tutorials/own", "(devel)", "checkout", ""},
		{"own", "(devel)", "own", ""},
		{"own/deep/er", "v1.2.3", "own", ""},
		{"empty", "v1.2.3", "", ""},
		{"empty", "(devel)", "", "go mod init notebooks && go mod edit -replace " + modulePath + "=SOURCE && go get " + modulePath},
		{"empty", "v0.0.0-20260101000000-0123456789ab+dirty", "", "was built from source"},
		{"other", "v1.2.3", "other", "does not require " + modulePath + "; run there: go get " + modulePath + "@v1.2.3"},
		{"other", "(devel)", "other", "go mod edit -replace"},
		{"damaged", "v1.2.3", "damaged", "cannot read"},
	} {
		want := ""
		if c.want != "" {
			want = filepath.Join(dir, c.want)
		}
		got, err := FindModule(filepath.Join(dir, c.dir), c.version)
		if got != want || (err == nil) != (c.says == "") {
			t.Errorf("%s, version %s: %q, %v; want %q", c.dir, c.version, got, err, want)
		}
		if err != nil {
			checkError(t, err, c.says)
		}
	}
}

// TestPublished: only a version that others can fetch counts.
func TestPublished(t *testing.T) {
	for version, want := range map[string]bool{
		"v1.2.3": true, "v1.2.3-rc.1": true, "": false, "(devel)": false, "v1.2.3+dirty": false, "v0.0.0-20260101000000-0123456789ab": false,
	} {
		if got := Published(version); got != want {
			t.Errorf("Published(%q) = %t", version, got)
		}
	}
}
