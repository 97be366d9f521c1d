package study

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goicl/goicl/icl/study/internal/kept"
)

// TestResultFilesAreBounded: one that is too large is an error before it is in memory.
func TestResultFilesAreBounded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "result.json")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, kept.MaxResult+1); err != nil {
		t.Fatal(err)
	}
	if _, err := loadResult(path); err == nil || !strings.Contains(err.Error(), path+": it has 64 MiB, more than the 64 MiB") {
		t.Errorf("error %v, want one with the file and the limit", err)
	}
}
