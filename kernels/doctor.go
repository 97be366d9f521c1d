package kernels

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/goicl/goicl/internal/userdir"

	"github.com/goicl/goicl/internal/bounded"
	"github.com/goicl/goicl/internal/process"
)

// The states of a check. Only broken keeps goicl from working.
const (
	stateOK      = "ok"
	stateMissing = "missing" // optional, or installed by goicl lab
	stateBroken  = "broken"
)

// Check is the result of one check of the doctor.
type Check struct {
	Name   string `json:"name"`
	State  string `json:"state"`          // ok, missing (optional, or installed by goicl lab) or broken
	Detail string `json:"detail"`         // what was found
	Next   string `json:"next,omitempty"` // what to do about it
}

// Report is what the doctor found; OK if nothing is broken.
type Report struct {
	OK     bool    `json:"ok"`
	Checks []Check `json:"checks"`
}

// Doctor checks everything that goicl needs on this machine and changes nothing.
// plugin finds the plugin of the XLA backend without fetching it.
func Doctor(ctx context.Context, opts Options, plugin func() (string, error)) Report {
	e := newEnvironment(opts)
	g, err := findGo(ctx, e.folder())
	checks := []Check{needed("go", g.Version+" in "+g.Root, err)}
	if err == nil {
		checks = append(checks, checkCompiler(ctx, g), needed("build cache", g.Cache, writable(g.Cache, "GOCACHE")))
	}
	py, err := findPython(ctx)
	checks = append(checks,
		needed("python", py.version+" at "+py.path, err),
		needed("data folder", string(e.home), writable(string(e.home), "XDG_DATA_HOME")),
		needed("cache folder", cacheDir(), writable(cacheDir(), "XDG_CACHE_HOME")),
		checkLibrary(opts),
		e.checkTool(ctx, e.home.gonb(), "-V"),
		e.checkTool(ctx, e.home.goimports(), "-h"),
		e.checkTool(ctx, e.home.gopls(), "version"),
		e.checkJupyter(ctx),
		e.checkFiles(),
		e.checkSpec(g),
		e.checkUserSpec(ctx, g),
		checkPlugin(plugin))
	if old := e.home.older(); len(old) > 0 {
		checks = append(checks, Check{"old installs", stateOK, "unused: " + strings.Join(old, ", "), "delete them to free space"})
	}
	return report(checks)
}

func report(checks []Check) Report {
	r := Report{OK: true, Checks: checks}
	for _, c := range checks {
		r.OK = r.OK && c.State != stateBroken
	}
	return r
}

func cacheDir() string { return userdir.Cache() }

// needed is a check that is broken if there is an error, which holds what to do.
func needed(name, detail string, err error) Check {
	if err == nil {
		return Check{Name: name, State: stateOK, Detail: detail}
	}
	what, next, _ := strings.Cut(strings.TrimPrefix(err.Error(), "kernels: "), "; ")
	return Check{name, stateBroken, what, next}
}

// installable is a check of something that goicl lab installs.
func installable(name, path string) Check {
	if _, err := os.Stat(path); err != nil {
		return Check{name, stateMissing, "not installed yet", `"goicl lab" installs it`}
	}
	return Check{Name: name, State: stateOK, Detail: path}
}

func checkCompiler(ctx context.Context, g goTool) Check {
	cc, err := findCompiler(ctx, g)
	if cc == "" {
		cc = "not needed, CGO_ENABLED is 0"
	}
	return needed("c compiler", cc, err)
}

// checkLibrary says where notebooks in the current folder have the library from.
func checkLibrary(opts Options) Check {
	root, err := FindModule(cmp.Or(opts.Root, "."), opts.Version)
	if err != nil {
		what, next, _ := strings.Cut(strings.TrimPrefix(err.Error(), "kernels: "), "; ")
		return Check{"library", stateMissing, what, next}
	}
	if root == "" {
		return Check{Name: "library", State: stateOK, Detail: "no module here; notebooks fetch version " + opts.Version}
	}
	return Check{Name: "library", State: stateOK, Detail: "of the module in " + root}
}

// checkTool starts an installed program: one that is there must run.
func (e *Environment) checkTool(ctx context.Context, path, flag string) Check {
	c := installable(filepath.Base(path), path)
	if c.State != stateOK {
		return c
	}
	if err := process.Command(ctx, path, flag).Run(); isStartError(err) {
		return reinstall(c.Name, err, filepath.Dir(path))
	}
	return c
}

func (e *Environment) checkJupyter(ctx context.Context) Check {
	c := installable("jupyterlab", e.home.venv())
	if c.State != stateOK {
		return c
	}
	probe := "import jupyterlab, nbclient, nbformat; print(jupyterlab.__version__, nbclient.__version__, nbformat.__version__)"
	out, err := process.Output(ctx, process.Python(ctx, e.home.python(), "-c", probe))
	if err != nil {
		return reinstall(c.Name, err, e.home.venv())
	}
	want := fmt.Sprintf("%s %s %s", packageVersion("jupyterlab"), packageVersion("nbclient"), packageVersion("nbformat"))
	if have := strings.TrimSpace(string(out)); have != want {
		return reinstall(c.Name, fmt.Errorf("jupyterlab, nbclient, nbformat are %s, want %s", have, want), e.home.venv())
	}
	return c
}

// checkFiles compares the installed files with the list of their hashes.
func (e *Environment) checkFiles() Check {
	const name = "installed files"
	for _, dir := range []string{e.home.bin(), e.home.venv()} {
		if err := checkManifest(dir); err != nil {
			return reinstall(name, err, dir)
		}
	}
	return Check{Name: name, State: stateOK, Detail: "as they were installed"}
}

func (e *Environment) checkSpec(g goTool) Check {
	c := installable("kernel spec", e.home.kernelSpec())
	if c.State == stateOK && !newKernelSpec(e.home, g).current(e.home.kernelSpec()) {
		return Check{c.Name, stateMissing, "differs from what this goicl writes", `"goicl lab" writes it anew`}
	}
	return c
}

// checkUserSpec looks at what "goicl kernel install" wrote for the user's own Jupyter.
func (e *Environment) checkUserSpec(ctx context.Context, g goTool) Check {
	const name, again = "own jupyter", `"goicl kernel install" writes it anew`
	path := kernelSpecIn(userData(ctx))
	var spec kernelSpec
	data, err := bounded.ReadFile(path, maxSettings)
	switch {
	case err != nil:
		return Check{name, stateMissing, "has no Go kernel; goicl lab does not need one", `"goicl kernel install" writes one`}
	case json.Unmarshal(data, &spec) != nil || spec.DisplayName != kernelTitle:
		return Check{name, stateOK, path + " is the kernel of another GoNB", again}
	case spec.Env["GOFLAGS"] != literal(cellFlags(g)) || !slices.Contains(spec.Argv, e.home.gonb()):
		return Check{name, stateMissing, path + " belongs to another goicl or Go", again}
	}
	return Check{Name: name, State: stateOK, Detail: path}
}

func checkPlugin(plugin func() (string, error)) Check {
	path, err := plugin()
	if err != nil {
		return Check{"xla plugin", stateMissing, fmt.Sprintf("none yet (%v)", err), `few computations need it, and the first one fetches it; "goicl lab --backend xla" fetches it now`}
	}
	return Check{Name: "xla plugin", State: stateOK, Detail: path}
}

// reinstall is the check of an installed part that does not work.
func reinstall(name string, err error, dir string) Check {
	return Check{name, stateBroken, err.Error(), fmt.Sprintf("delete %s and run \"goicl lab\"", dir)}
}

// isStartError reports whether a program could not run at all; one that ran and
// returned an exit status works.
func isStartError(err error) bool {
	if err == nil {
		return false
	}
	code := -1
	if exit, ok := err.(interface{ ExitCode() int }); ok {
		code = exit.ExitCode()
	}
	return code < 0 || code > 2
}
