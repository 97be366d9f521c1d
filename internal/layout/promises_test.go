package layout_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// named is a package or a test in a page.
var named = regexp.MustCompile("`((?:internal|icl|datasets|kernels|cmd)[a-z/]*|(?:Test|Fuzz)[A-Z][A-Za-z]*)`")

// TestPromisesNameTests: each test that SECURITY.md and docs/reliability.md name is in the
// package named before it.
func TestPromisesNameTests(t *testing.T) {
	root := filepath.Join("..", "..")
	for _, page := range []string{"SECURITY.md", "docs/reliability.md"} {
		text, err := os.ReadFile(filepath.Join(root, page))
		if err != nil {
			t.Fatal(err)
		}
		folder, tests := "", 0
		for _, m := range named.FindAllStringSubmatch(string(text), -1) {
			name := m[1]
			if !strings.HasPrefix(name, "Test") && !strings.HasPrefix(name, "Fuzz") {
				folder = name
				continue
			}
			if tests++; !hasTest(t, filepath.Join(root, folder), name) {
				t.Errorf("%s names %s of %s, which is not there", page, name, folder)
			}
		}
		if tests < 30 {
			t.Errorf("found only %d tests in %s", tests, page)
		}
	}
}

func hasTest(t *testing.T, folder, name string) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(source), "\nfunc "+name+"(") {
			return true
		}
	}
	return false
}
