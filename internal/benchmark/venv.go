package benchmark

import (
	"context"
	"fmt"
	"io"
	"path/filepath"

	"github.com/goicl/goicl/internal/process"
)

// Venv returns the Python of the virtual environment dir, in which module can be
// imported. If it can't, the environment is made anew with the packages that the
// file requirements pins, each checked against its hashes; what pip says goes to
// progress. So an environment that somebody made by hand is used as it is.
func Venv(ctx context.Context, dir, requirements, module string, progress io.Writer) (python string, err error) {
	python = filepath.Join(dir, "bin", "python")
	imports := func() error { return process.Run(ctx, process.Command(ctx, python, "-I", "-c", "import "+module)) }
	if imports() == nil {
		return python, nil
	}
	if err := makeVenv(ctx, dir); err != nil {
		return "", err
	}
	fmt.Fprintf(progress, "installing %s into %s …\n", module, dir)
	if err := process.Run(ctx, process.PipInstall(ctx, python, requirements)); err != nil {
		return "", fmt.Errorf("benchmark: installing %s failed (%w); check the network and the free space, then try again", module, err)
	}
	if err := imports(); err != nil {
		return "", fmt.Errorf("benchmark: %s is installed in %s but cannot be imported (%w)", module, dir, err)
	}
	return python, nil
}

// makeVenv makes an empty virtual environment in dir with the Python on the PATH.
func makeVenv(ctx context.Context, dir string) error {
	if err := process.Run(ctx, process.Command(ctx, "python3", "-I", "-m", "venv", "--clear", dir)); err != nil {
		return fmt.Errorf("benchmark: cannot make a virtual environment (%w); install Python 3.11 or newer with its module venv", err)
	}
	return nil
}
