package process

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Venv returns the Python of the virtual environment dir, in which module can be
// imported. If it cannot, the environment is made anew with the packages that the file
// requirements pins. So an environment that somebody made by hand is used as it is.
func Venv(ctx context.Context, dir, requirements, module string, log io.Writer) (python string, err error) {
	python = filepath.Join(dir, "bin", "python")
	imports := func() error { return Run(ctx, Python(ctx, python, "-c", "import "+module)) }
	if imports() == nil {
		return python, nil
	}
	fmt.Fprintf(log, "installing %s into %s …\n", module, dir)
	if err := FillVenv(ctx, "python3", dir, requirements, log); err != nil {
		return "", err
	}
	if err := imports(); err != nil {
		return "", fmt.Errorf("%s is installed in %s but cannot be imported (%w); delete that folder, then try again", module, dir, err)
	}
	return python, nil
}

// FillVenv makes, with the interpreter python, an empty virtual environment in dir and
// installs the packages that the file requirements pins, each checked against its hashes.
// The list must be complete: pip looks for no dependency, and no package's own code
// runs. What a failing pip prints goes to log.
func FillVenv(ctx context.Context, python, dir, requirements string, log io.Writer) error {
	if err := Run(ctx, Python(ctx, python, "-m", "venv", "--clear", dir)); err != nil {
		return fmt.Errorf("%s cannot make a virtual environment (%w); install Python 3.11 or newer with its module venv, and check the free space", python, err)
	}
	pip := Python(ctx, filepath.Join(dir, "bin", "python"), "-m", "pip", "install",
		"--quiet", "--no-input", "--disable-pip-version-check", "--no-warn-script-location",
		"--require-hashes", "--no-deps", "--only-binary=:all:", "-r", requirements)
	pip.Env = append(os.Environ(), "PIP_USER=0", "PIP_TARGET=", "PIP_PREFIX=")
	if err := RunLogged(ctx, pip, log); err != nil {
		return fmt.Errorf("installing the packages of %s failed (%w); check the network and the free space, then try again", filepath.Base(requirements), err)
	}
	return nil
}
