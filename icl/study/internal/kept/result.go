package kept

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/goicl/goicl/internal/bounded"
	"github.com/goicl/goicl/internal/files"
)

// MaxResult bounds a result file; those of the claims have less than a megabyte.
const MaxResult = 64 << 20

// SaveResult writes the result of a study to its file, and removes the tests that were kept
// until then.
func SaveResult(path string, r any) error {
	if err := os.MkdirAll(filepath.Dir(path), files.DirPerm); err != nil {
		return fmt.Errorf("study: cannot save the result: %w", err)
	}
	if err := files.WriteJSON(path, r); err != nil {
		return fmt.Errorf("study: cannot save the result: %w", err)
	}
	_ = os.RemoveAll(TestsDir(path)) // another process may be writing there
	return nil
}

// LoadResult reads a result file into r, and reports whether there is one.
func LoadResult(path string, r any) (bool, error) {
	if path == "" {
		return false, nil
	}
	raw, err := bounded.ReadFile(path, MaxResult)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("study: cannot read %s: %w", path, err)
	}
	if err := files.OpenJSON(raw, r); err != nil {
		return false, fmt.Errorf("study: %s: %w; delete it to judge the study again, from the runs that are kept", path, err)
	}
	return true, nil
}

// TestsDir is the folder of the finished tests of the study whose result is at path, until
// that is saved; "" for a study that keeps none.
func TestsDir(path string) string {
	if path == "" {
		return ""
	}
	return strings.TrimSuffix(path, ".json") + ".tests"
}
