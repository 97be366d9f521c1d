package kernels

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/goicl/goicl/internal/userdir"
)

// home is the folder that holds everything this package installs. Each set of
// pins has a folder of its own in it; settings and locks are shared.
type home string

// defaultHome is goicl/jupyter in the user's data folder (XDG_DATA_HOME).
func defaultHome() home {
	return home(userdir.Data("jupyter"))
}

func (h home) path(parts ...string) string {
	return filepath.Join(append([]string{string(h)}, parts...)...)
}

// installed is a path within the installation of the pins of this binary.
func (h home) installed(parts ...string) string {
	return h.path(append([]string{pinsID()}, parts...)...)
}

func (h home) lockFile() string  { return h.path("install.lock") }
func (h home) bin() string       { return h.installed("bin") }
func (h home) gonb() string      { return h.installed("bin", "gonb") }
func (h home) goimports() string { return h.installed("bin", "goimports") }
func (h home) gopls() string     { return h.installed("bin", "gopls") }
func (h home) venv() string      { return h.installed("venv") }
func (h home) python() string    { return h.installed("venv", "bin", "python") }
func (h home) warmup() string    { return h.installed("warmup") }
func (h home) dataDir() string   { return h.installed("share", "jupyter") }
func (h home) kernelSpec() string {
	return h.installed("share", "jupyter", "kernels", kernelName, "kernel.json")
}
func (h home) configDir() string  { return h.path("config") }
func (h home) runtimeDir() string { return h.path("runtime") }

// older lists the installations of other pins, which nothing uses any more.
func (h home) older() []string {
	entries, _ := os.ReadDir(string(h))
	var dirs []string
	for _, e := range entries {
		if e.IsDir() && len(e.Name()) == len(pinsID()) && e.Name() != pinsID() {
			dirs = append(dirs, h.path(e.Name()))
		}
	}
	return dirs
}

// writable makes dir if need be and tries to write to it.
func writable(dir, variable string) error {
	switch {
	case dir == "":
		return fmt.Errorf("kernels: %w", userdir.ErrNone)
	case !filepath.IsAbs(dir): // without HOME Go's cache is "off"
		return fmt.Errorf("kernels: cannot write to %s, which is no absolute path; set %s to a folder you can write to", dir, variable)
	}
	err := os.MkdirAll(dir, 0o755)
	if err == nil {
		var f *os.File
		if f, err = os.CreateTemp(dir, ".try-*"); err == nil {
			f.Close()
			err = os.Remove(f.Name())
		}
	}
	if err != nil {
		return fmt.Errorf("kernels: cannot write to %s (%w); set %s to a folder you can write to", dir, cause(err), variable)
	}
	return nil
}
