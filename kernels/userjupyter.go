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

	"github.com/adrg/xdg"

	"github.com/goicl/goicl/internal/process"
)

// InstallKernel gives a Jupyter that the user has already, or VS Code, the Go kernel,
// and returns the kernel spec it wrote: below the folder prefix, the sys.prefix of the
// Python that Jupyter runs on, or for "" in the user's own Jupyter folder. It installs
// the tools as [Install] does, and warms the build cache if there is a module, but not
// JupyterLab.
//
// The spec keeps the environment variables that hold the folders of the plugin and of runs.
func InstallKernel(ctx context.Context, opts Options, prefix string) (path string, err error) {
	e := newEnvironment(opts)
	if err := e.checkHome(); err != nil {
		return "", err
	}
	if err := supported(runtime.GOOS); err != nil {
		return "", err
	}
	g, err := findGo(ctx, e.folder())
	if err != nil {
		return "", err
	}
	if _, err := findCompiler(ctx, g); err != nil {
		return "", err
	}
	data, err := jupyterData(ctx, prefix)
	if err != nil {
		return "", err
	}
	if err := e.installParts(ctx, g, opts); err != nil {
		return "", err
	}
	spec := newKernelSpec(e.home, g)
	for _, kv := range append(append(kept(), e.forCells()...), opts.Env...) {
		name, value, _ := strings.Cut(kv, "=")
		spec.Env[name] = literal(value)
	}
	path = kernelSpecIn(data)
	if err := spec.write(path); err != nil {
		return "", fmt.Errorf("%w; choose a folder you can write to with --prefix", err)
	}
	return path, e.checkFound(ctx, path)
}

// folder is the module, or else the current folder.
func (e *Environment) folder() string { return cmp.Or(e.root, ".") }

// kept is the environment that a kernel started from elsewhere should have too.
func kept() []string {
	var env []string
	for _, name := range []string{"PJRT_PLUGIN_LIBRARY_PATH", "GOMLX_BACKEND", "XDG_CACHE_HOME", "XDG_DATA_HOME"} {
		if value := os.Getenv(name); value != "" {
			env = append(env, name+"="+value)
		}
	}
	return env
}

// jupyterData is the folder below which Jupyter looks for kernels.
func jupyterData(ctx context.Context, prefix string) (string, error) {
	if prefix == "" {
		return userData(ctx), nil
	}
	info, err := os.Stat(prefix)
	if err != nil || !info.IsDir() {
		return "", fmt.Errorf("kernels: the prefix %s is no folder; give the one that Jupyter's Python prints for \"import sys; print(sys.prefix)\"", prefix)
	}
	prefix, err = filepath.Abs(prefix)
	if err != nil {
		return "", fmt.Errorf("kernels: %w", err)
	}
	return filepath.Join(prefix, "share", "jupyter"), nil
}

// userData is the user's Jupyter folder: the one that the jupyter command names, else
// the default.
func userData(ctx context.Context) string {
	if out, err := process.Output(ctx, userJupyter(ctx, "--data-dir")); err == nil {
		return strings.TrimSpace(string(out))
	}
	if dir := os.Getenv("JUPYTER_DATA_DIR"); dir != "" {
		return dir
	}
	if home, err := os.UserHomeDir(); err == nil && runtime.GOOS == "darwin" {
		return filepath.Join(home, "Library", "Jupyter")
	}
	return filepath.Join(xdg.DataHome, "jupyter")
}

// userJupyter prepares the user's own jupyter command. It is Python that we cannot isolate,
// since it is made of what the user has installed; so it runs in the root folder, from which
// it takes neither modules (an empty entry of PYTHONPATH is the current folder) nor settings.
func userJupyter(ctx context.Context, args ...string) *exec.Cmd {
	cmd := process.Command(ctx, "jupyter", args...)
	cmd.Dir = string(filepath.Separator)
	return cmd
}

func kernelSpecIn(data string) string {
	return filepath.Join(data, "kernels", kernelName, "kernel.json")
}

// checkFound asks the jupyter command whether it finds the spec. No command is only
// a warning: VS Code looks into the same folders by itself.
func (e *Environment) checkFound(ctx context.Context, path string) error {
	out, err := process.Output(ctx, userJupyter(ctx, "kernelspec", "list", "--json"))
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		e.log.line("warning: no jupyter command on the PATH answers (%v); VS Code finds the kernel, for JupyterLab run \"goicl lab\" or \"pip install jupyterlab\"", err)
		return nil
	}
	var list struct {
		Specs map[string]struct {
			Dir string `json:"resource_dir"`
		} `json:"kernelspecs"`
	}
	if err := json.Unmarshal(out, &list); err != nil {
		return fmt.Errorf("kernels: cannot read what \"jupyter kernelspec list\" printed (%w)", err)
	}
	got := list.Specs[kernelName].Dir
	x, errGot := os.Stat(got)
	y, errWant := os.Stat(filepath.Dir(path))
	if errGot != nil || errWant != nil || !os.SameFile(x, y) {
		return fmt.Errorf("kernels: wrote %s, but the jupyter command on the PATH uses %q; give its Python's sys.prefix with --prefix", path, got)
	}
	return nil
}
