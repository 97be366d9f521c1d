package kernels

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
	"golang.org/x/mod/semver"

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

// FindModule returns the root of the module that notebooks in dir take the library from: the
// checkout that dir lies in, else the nearest module, upwards, that requires the library. Where
// there is no module at all it is "", and notebooks fetch the library's version, that of the
// goicl command; a version that nobody can fetch is an error that says what to do.
func FindModule(dir, version string) (string, error) {
	if root, err := FindRoot(dir); err == nil {
		return root, nil
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("kernels: %w", err)
	}
	for d := abs; ; d = filepath.Dir(d) {
		path := filepath.Join(d, "go.mod")
		data, err := bounded.ReadFile(path, maxSettings)
		switch {
		case err == nil:
			return d, requires(path, data, version)
		case !errors.Is(err, fs.ErrNotExist):
			return "", fmt.Errorf("kernels: cannot read %s: %w", path, cause(err))
		}
		if d == filepath.Dir(d) {
			break
		}
	}
	if !Published(version) {
		return "", fmt.Errorf("kernels: %s lies in no Go module, and this goicl was built from source, so that there is no version of the library to fetch for it; "+
			"start goicl in the folder of its source, or make a module here: go mod init notebooks && go mod edit -replace %s=SOURCE && go get %[2]s, with the folder of the source for SOURCE", abs, modulePath)
	}
	return "", nil
}

// requires reports a module that does not require the library.
func requires(path string, data []byte, version string) error {
	mod, err := modfile.ParseLax(path, data, nil)
	if err != nil {
		return fmt.Errorf("kernels: cannot read %s: %w", path, err)
	}
	for _, r := range mod.Require {
		if r.Mod.Path == modulePath {
			return nil
		}
	}
	get := "go get " + modulePath
	if Published(version) {
		get += "@" + version
	} else {
		get = fmt.Sprintf("go mod edit -replace %s=SOURCE && %s, with the folder of the library's source for SOURCE", modulePath, get)
	}
	return fmt.Errorf("kernels: the module of %s does not require %s; run there: %s", path, modulePath, get)
}

// Published reports whether a version, as the go command writes it into a program, is one that
// can be fetched: not that of a program built from source.
func Published(version string) bool {
	return semver.IsValid(version) && semver.Build(version) == "" && !module.IsPseudoVersion(version)
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
