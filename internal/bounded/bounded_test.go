package bounded

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestReadFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "file")
	if err := os.WriteFile(path, []byte("1234"), 0o600); err != nil {
		t.Fatal(err)
	}
	if data, err := ReadFile(path, 4); err != nil || string(data) != "1234" {
		t.Errorf("read %q, error %v", data, err)
	}
	pipe := filepath.Join(dir, "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	huge := filepath.Join(dir, "huge")
	if err := errors.Join(os.WriteFile(huge, nil, 0o600), os.Truncate(huge, 1<<40)); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		path:        "it has 4 B, more than the 3 B that such a file may have",
		huge:        "it has 1.0 TiB, more than the 3 B",
		dir:         "is a directory",
		pipe:        "is not a regular file",
		os.DevNull:  "is not a regular file",
		dir + "/no": "no such file",
	} {
		data, err := ReadFile(path, 3)
		if err == nil || data != nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %d bytes, error %v; want one line with %q", path, len(data), err, want)
		}
	}
	if _, err := ReadFile(filepath.Join(dir, "none"), 3); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("an absent file gives error %v", err)
	}
}
