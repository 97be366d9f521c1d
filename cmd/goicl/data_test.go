package main

import (
	"strings"
	"testing"

	"github.com/adrg/xdg"
)

// TestData: data sets are listed with their licences; what is missing is an error that says how
// to get it, and what there is not is wrong usage.
func TestData(t *testing.T) {
	t.Setenv("XDG_DATA_HOME", t.TempDir())
	xdg.Reload()
	t.Cleanup(xdg.Reload)
	for _, c := range []struct {
		args, out, err string
		status         int
	}{
		{"data list", "omniglot", "", 0},
		{"data list", "CC BY-SA 3.0", "", 0},
		{"data", "", "list or get", 2},
		{"data get nosuch", "", "known: omniglot", 2},
		{"data get omniglot --from /nowhere", "", "images_background.zip", 1},
		{"reproduce omniglot", "", "goicl data get omniglot", 1},
	} {
		var out, errors strings.Builder
		if status := execute(t.Context(), strings.Fields(c.args), &out, &errors); status != c.status || !strings.Contains(out.String(), c.out) || !strings.Contains(errors.String(), c.err) {
			t.Errorf("%s: status %d, %q, %q", c.args, status, out.String(), errors.String())
		}
	}
}
