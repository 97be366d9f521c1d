package userdir_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/goicl/goicl/internal/userdir"
)

// TestNoHome: without a home there is no folder, rather than one in the root.
func TestNoHome(t *testing.T) {
	t.Setenv("HOME", t.TempDir())
	if got := userdir.Data("runs"); !strings.HasSuffix(got, filepath.Join("goicl", "runs")) || !filepath.IsAbs(got) {
		t.Errorf("runs are kept in %q", got)
	}
	if got := userdir.Cache(); filepath.Base(got) != "goicl" || !filepath.IsAbs(got) {
		t.Errorf("the cache is %q", got)
	}
	t.Setenv("HOME", "")
	t.Setenv("XDG_DATA_HOME", "")
	t.Setenv("XDG_CACHE_HOME", "relative")
	if data, cache := userdir.Data("runs"), userdir.Cache("pjrt"); data != "" || cache != "" {
		t.Errorf("without HOME runs are kept in %q and plugins in %q", data, cache)
	}
}
