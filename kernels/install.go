package kernels

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/gofrs/flock"
	"golang.org/x/sync/errgroup"

	"github.com/goicl/goicl/internal/userdir"
)

// Options are the settings of an installation.
type Options struct {
	Root    string    // of the module that has or requires the library, see FindModule; "" is none
	Version string    // of the library, which notebooks fetch outside of a module; "" is none
	Home    string    // where to install; "" is goicl/jupyter in the user's data folder
	Log     io.Writer // gets a line of progress for each step; nil discards them
	Env     []string  // more environment for kernels, as "KEY=value"

	// Plugin fetches the plugin of the XLA backend beforehand and returns its path. Its error
	// is only a warning. nil leaves it to the first cell that has to have XLA.
	Plugin func(ctx context.Context, progress io.Writer) (path string, err error)
}

// Environment is an installation that is ready for use.
type Environment struct {
	root string
	home home
	env  []string
	log  *progress

	version string // of the library, for notebooks outside of a module
}

// Install checks that go, a C compiler and Python are there, and installs
// everything else: the Go kernel and goimports, JupyterLab and
// nbclient, the kernel spec, the XLA plugin, and a build cache that is warm for
// the packages of the checkout. What is installed already is left as it is.
//
// Each part is built beside its place and renamed into it, under a file lock: a
// failed or cancelled Install leaves nothing half-made.
func Install(ctx context.Context, opts Options) (*Environment, error) {
	e := newEnvironment(opts)
	if err := e.checkHome(); err != nil {
		return nil, err
	}
	g, py, err := e.requirements(ctx)
	if err != nil {
		return nil, err
	}
	if py != (python{}) {
		e.log.line(firstTime, e.home, g.Cache)
	}
	spec := func(context.Context) error { return newKernelSpec(e.home, g).write(e.home.kernelSpec()) }
	jupyter := func(ctx context.Context) error { return e.installJupyter(ctx, py) }
	if err := e.installParts(ctx, g, opts, spec, jupyter); err != nil {
		return nil, err
	}
	return e, nil
}

// firstTime is what is said before the first installation.
const firstTime = "the first time this takes about four minutes and, besides 600 MB of Go modules, some 320 MB of disk in %s and 500 MB in Go's build cache %s (\"go clean -cache\" empties it); later some seconds"

// supported reports a system that the Go kernel does not run on.
func supported(system string) error {
	if system != "windows" {
		return nil
	}
	return errors.New("kernels: the Go kernel, GoNB, does not run on Windows itself; use WSL (\"wsl --install\" once, then everything as on Linux) or the devcontainer of the checkout; goicl reproduce, predict, sample and the others run on Windows")
}

// installParts installs what every Go kernel needs, and more, under the lock.
func (e *Environment) installParts(ctx context.Context, g goTool, opts Options, more ...func(context.Context) error) error {
	unlock, err := e.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	e.removeLeftovers()
	steps, ctx := errgroup.WithContext(ctx)
	steps.Go(func() error { return e.installTools(ctx, g) })
	steps.Go(func() error { return e.fetchPlugin(ctx, opts) })
	if e.root != "" || e.version != "" {
		steps.Go(func() error { return e.warm(ctx, g) })
	}
	for _, step := range more {
		steps.Go(func() error { return step(ctx) })
	}
	return steps.Wait()
}

// requirements finds what Install cannot install itself. The Python is empty if
// JupyterLab is installed already.
func (e *Environment) requirements(ctx context.Context) (g goTool, py python, err error) {
	if err = supported(runtime.GOOS); err != nil {
		return g, py, err
	}
	if g, err = findGo(ctx, e.folder()); err != nil {
		return g, py, err
	}
	if _, err = findCompiler(ctx, g); err != nil {
		return g, py, err
	}
	if !e.jupyterRuns(ctx) {
		py, err = findPython(ctx)
	}
	return g, py, err
}

func newEnvironment(opts Options) *Environment {
	if opts.Log == nil {
		opts.Log = io.Discard
	}
	return &Environment{root: opts.Root, home: cmp.Or(home(opts.Home), defaultHome()), env: opts.Env, log: &progress{w: opts.Log}, version: opts.Version}
}

// checkHome reports that there is no folder to install into.
func (e *Environment) checkHome() error {
	if e.home == "" {
		return fmt.Errorf("kernels: %w", userdir.ErrNone)
	}
	return nil
}

// lock waits until no other goicl installs into the same home.
func (e *Environment) lock(ctx context.Context) (unlock func(), err error) {
	if err := writable(e.home.installed(), "XDG_DATA_HOME"); err != nil {
		return nil, err
	}
	l := flock.New(e.home.lockFile())
	free, err := l.TryLock()
	if err == nil && !free {
		e.log.line("another goicl is installing; waiting for it …")
		_, err = l.TryLockContext(ctx, 200*time.Millisecond)
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, fmt.Errorf("kernels: cannot lock %s: %w", l.Path(), cause(err))
	}
	return func() { l.Unlock() }, nil
}

// fetchPlugin gets the XLA plugin; a failure is only logged.
func (e *Environment) fetchPlugin(ctx context.Context, opts Options) error {
	if opts.Plugin == nil {
		return nil
	}
	path, err := opts.Plugin(ctx, e.log)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		e.log.line("warning: no XLA plugin, what lanes cannot compute runs on the pure Go backend (%v)", err)
	default:
		e.log.line("XLA plugin: %s", path)
	}
	return nil
}

// newPrefix starts the name of a folder that is being filled.
const newPrefix = ".new-"

// removeLeftovers removes what a goicl that was killed has left behind. Only the holder of
// the lock may call it.
func (e *Environment) removeLeftovers() {
	leftovers, _ := filepath.Glob(e.home.installed(newPrefix + "*"))
	for _, dir := range leftovers {
		os.RemoveAll(dir)
	}
}

// place fills a new folder beside dir and, once that has worked, puts it in the
// place of dir.
func place(dir string, fill func(tmp string) error) error {
	parent := filepath.Dir(dir)
	tmp, err := os.MkdirTemp(parent, newPrefix+"*")
	if err != nil {
		return fmt.Errorf("kernels: cannot write to %s: %w", parent, cause(err))
	}
	defer os.RemoveAll(tmp)
	if err := fill(tmp); err != nil {
		return err
	}
	if err := writeManifest(tmp); err != nil {
		return fmt.Errorf("kernels: cannot write to %s: %w", tmp, cause(err))
	}
	if err := os.RemoveAll(dir); err != nil {
		return fmt.Errorf("kernels: cannot replace %s: %w", dir, cause(err))
	}
	return os.Rename(tmp, dir)
}
