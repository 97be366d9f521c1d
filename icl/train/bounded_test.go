package train

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestConfigsAreBounded: one that is too large is an error before it is in memory.
func TestConfigsAreBounded(t *testing.T) {
	d := runDir{path: t.TempDir()}
	path := filepath.Join(d.path, configFile)
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, maxConfig<<10); err != nil {
		t.Fatal(err)
	}
	if _, err := d.identity(); err == nil || !strings.Contains(err.Error(), "it has 1.0 GiB, more than the 1.0 MiB") {
		t.Errorf("error %v, want one with the limit", err)
	}
}
