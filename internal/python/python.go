// Package python starts Python, and is the only place that does: so that no code of the
// current folder runs because a program was started there.
package python

import (
	"context"
	"os/exec"
	"path/filepath"
)

// Command prepares an interpreter that is isolated (-I): it imports from its own
// installation, never from the current folder, from PYTHONPATH or from the user's
// site-packages, and takes no settings from PYTHON… variables.
func Command(ctx context.Context, interpreter string, args ...string) *exec.Cmd {
	return exec.CommandContext(ctx, interpreter, append([]string{"-I"}, args...)...)
}

// runScript runs a file that imports others from its own folder, which -I leaves out.
const runScript = "import runpy, sys; del sys.argv[0]; sys.path.insert(0, sys.argv.pop(0)); runpy.run_path(sys.argv[0], run_name='__main__')"

// Script returns the arguments of [Command] for a program of ours that imports others from
// the folder it lies in.
func Script(path string, args ...string) []string {
	return append([]string{"-c", runScript, filepath.Dir(path), path}, args...)
}
