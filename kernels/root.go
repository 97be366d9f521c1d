package kernels

import (
	"errors"
	"fmt"
	"path/filepath"

	"golang.org/x/mod/modfile"

	"github.com/goicl/goicl/internal/bounded"
)

// modulePath is the path of the module whose checkout [FindRoot] looks for.
const modulePath = "github.com/goicl/goicl"

// FindRoot returns the root of the GoICL checkout that dir lies in: the nearest
// folder, upwards, whose go.mod names "github.com/goicl/goicl". Modules nested in the checkout
// are passed by.
func FindRoot(dir string) (string, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("kernels: %w", err)
	}
	for d := abs; ; d = filepath.Dir(d) {
		data, err := bounded.ReadFile(filepath.Join(d, "go.mod"), maxSettings)
		if err == nil && modfile.ModulePath(data) == modulePath {
			return d, nil
		}
		if d == filepath.Dir(d) {
			return "", fmt.Errorf("kernels: %s is not inside a GoICL checkout; run \"git clone https://%s\" and start goicl in that folder", abs, modulePath)
		}
	}
}

// maxSettings bounds go.mod and the kernel specs that are read.
const maxSettings = 1 << 20

// cause is the innermost error: without the path and the system call that
// os.PathError and its like add.
func cause(err error) error {
	for {
		next := errors.Unwrap(err)
		if next == nil {
			return err
		}
		err = next
	}
}
