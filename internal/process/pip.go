package process

import (
	"context"
	"os"
	"os/exec"
)

// PipInstall prepares the installation, with python's own pip, of the packages that
// the file requirements pins, each checked against its hashes. The list must be
// complete: pip looks for no dependency, and no package's own code runs.
func PipInstall(ctx context.Context, python, requirements string) *exec.Cmd {
	pip := Command(ctx, python, "-I", "-m", "pip", "install",
		"--quiet", "--no-input", "--disable-pip-version-check", "--no-warn-script-location",
		"--require-hashes", "--no-deps", "--only-binary=:all:", "-r", requirements)
	pip.Env = append(os.Environ(), "PIP_USER=0", "PIP_TARGET=", "PIP_PREFIX=")
	return pip
}
