package kernels

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/goicl/goicl/internal/process"
)

// oldestPython is the oldest Python 3 that the pinned packages support.
const oldestPython = 10

// goTool holds the settings of the go command in use.
type goTool struct {
	Version string `json:"GOVERSION"`
	Root    string `json:"GOROOT"`
	Flags   string `json:"GOFLAGS"`
	CC      string `json:"CC"`
	Cache   string `json:"GOCACHE"`
}

// bin is the folder of the go command itself, which can differ from the one on
// the PATH: go switches to the toolchain that a go.mod asks for.
func (g goTool) bin() string { return filepath.Join(g.Root, "bin") }

// flags is GOFLAGS as the user has it with more flags added. A -mod the user
// set is left out, since workspaces and pinned modules refuse most of its values.
func (g goTool) flags(more ...string) string {
	var kept []string
	for _, f := range strings.Fields(g.Flags) {
		if name := strings.TrimLeft(f, "-"); !strings.HasPrefix(name, "mod=") {
			kept = append(kept, f)
		}
	}
	return strings.Join(append(kept, more...), " ")
}

// findGo asks the go command, from dir, for its settings. A go command that is
// missing or too old for dir's module is an error with how to get one.
func findGo(ctx context.Context, dir string) (goTool, error) {
	var g goTool
	if _, err := exec.LookPath("go"); err != nil {
		return g, notInstalled("the go command", "golang-go", "golang", "brew install go")
	}
	cmd := process.Command(ctx, "go", "env", "-json", "GOVERSION", "GOROOT", "GOFLAGS", "CC", "GOCACHE")
	cmd.Dir = dir
	out, err := process.Output(ctx, cmd)
	if err != nil {
		return g, fmt.Errorf("kernels: the go command does not work here (%w); install a newer Go, see https://go.dev/doc/install", err)
	}
	if err := json.Unmarshal(out, &g); err != nil {
		return g, fmt.Errorf("kernels: cannot read what \"go env -json\" printed (%w); install Go anew, see https://go.dev/doc/install", err)
	}
	return g, nil
}

// findCompiler returns the C compiler that cgo would use, and an error with the
// command that installs one if it does not run. "" without an error means that
// cgo is switched off, so none is needed.
func findCompiler(ctx context.Context, g goTool) (string, error) {
	if os.Getenv("CGO_ENABLED") == "0" {
		return "", nil
	}
	cc, _, _ := strings.Cut(g.CC, " ")
	if _, err := exec.LookPath(cc); err == nil {
		if err := process.Run(ctx, process.Command(ctx, cc, "--version")); err == nil {
			return cc, nil
		}
	}
	err := notInstalled("a C compiler", "gcc libc6-dev", "gcc", "xcode-select --install")
	return "", fmt.Errorf("%w; or set CGO_ENABLED=0 to do without XLA", err)
}

// python is an interpreter that can make the virtual environment.
type python struct{ path, version string }

// findPython returns the first interpreter on the PATH that is new enough and
// has the venv module; else an error with the command that installs one.
func findPython(ctx context.Context) (python, error) {
	names := []string{"python3", "python3.13", "python3.12", "python3.11", "python3.10", "python"}
	var reason error
	for _, name := range names {
		path, err := exec.LookPath(name)
		if err != nil {
			continue
		}
		py, err := tryPython(ctx, path)
		if err == nil {
			return py, nil
		}
		reason = cmp.Or(reason, err)
	}
	return python{}, cmp.Or(reason, notInstalled(fmt.Sprintf("Python 3.%d or newer", oldestPython), "python3 python3-venv", "python3", "brew install python"))
}

// tryPython asks one interpreter for its version and for the venv module.
func tryPython(ctx context.Context, path string) (python, error) {
	out, err := process.Output(ctx, process.Python(ctx, path, "-c", "import sys; print(*sys.version_info[:3], sep='.')"))
	version := strings.TrimSpace(string(out))
	if err != nil {
		return python{}, fmt.Errorf("kernels: %s does not run (%w); %s", path, err, installHint("python3 python3-venv", "python3", "brew install python"))
	}
	var major, minor int
	_, _ = fmt.Sscanf(version, "%d.%d", &major, &minor)
	if major != 3 || minor < oldestPython {
		return python{}, fmt.Errorf("kernels: %s is Python %s, JupyterLab needs 3.%d or newer; %s", path, version, oldestPython,
			installHint("python3 python3-venv", "python3", "brew install python"))
	}
	if err := process.Run(ctx, process.Python(ctx, path, "-c", "import venv, ensurepip")); err != nil {
		return python{}, fmt.Errorf("kernels: %s lacks the module venv; %s", path, installHint("python3-venv", "python3", "brew reinstall python"))
	}
	return python{path, version}, nil
}

// notInstalled is the error for a program that is not on this machine. apt and dnf
// are names of packages, mac is a command.
func notInstalled(what, apt, dnf, mac string) error {
	return fmt.Errorf("kernels: %s is not installed; %s", what, installHint(apt, dnf, mac))
}

// installHint is how to install something on this machine, or on each kind of machine
// if this one's package manager is not known.
func installHint(apt, dnf, mac string) string {
	apt, dnf = "apt-get install "+apt, "dnf install "+dnf
	if os.Geteuid() != 0 {
		apt, dnf = "sudo "+apt, "sudo "+dnf
	}
	if command, ok := map[string]string{"apt": apt, "dnf": dnf, "mac": mac}[packageManager()]; ok {
		return fmt.Sprintf("install it with %q", command)
	}
	return fmt.Sprintf("install it with %q (Debian, Ubuntu), %q (Fedora) or %q (macOS)", apt, dnf, mac)
}

// packageManager is "apt", "dnf", "mac" or "" for others.
func packageManager() string {
	if runtime.GOOS == "darwin" {
		return "mac"
	}
	for manager, file := range map[string]string{"apt": "/etc/debian_version", "dnf": "/etc/redhat-release"} {
		if _, err := os.Stat(file); err == nil {
			return manager
		}
	}
	return ""
}
