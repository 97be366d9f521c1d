package kernels

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestManifest: a changed or missing file of an installed part is named; one that came later
// is none of it.
func TestManifest(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "part")
	write := func(name, text string) {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := place(dir, func(tmp string) error {
		return os.WriteFile(filepath.Join(tmp, "a"), []byte("one"), 0o644)
	}); err != nil {
		t.Fatal(err)
	}
	write("later/b", "two")
	if err := checkManifest(dir); err != nil {
		t.Error(err)
	}
	for _, damage := range []func(){
		func() { write("a", "ooe") },
		func() { os.Remove(filepath.Join(dir, "a")) },
	} {
		damage()
		if err := checkManifest(dir); err == nil || !strings.Contains(err.Error(), filepath.Join(dir, "a")) {
			t.Errorf("error %v; want one that names the file", err)
		}
		write("a", "one")
	}
	if err := checkManifest(t.TempDir()); err != nil {
		t.Errorf("a folder without a list: %v", err)
	}
}
