package kernels

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/goicl/goicl/internal/process"
)

// installJupyter makes, with py, the virtual environment that holds JupyterLab and
// nbclient.
func (e *Environment) installJupyter(ctx context.Context, py python) error {
	if e.jupyterRuns(ctx) {
		return nil
	}
	name := fmt.Sprintf("JupyterLab %s for Python %s", packageVersion("jupyterlab"), py.version)
	return e.log.step(name, func() error {
		return place(e.home.venv(), func(tmp string) error {
			if err := e.fillVenv(ctx, py, tmp); err != nil {
				return err
			}
			if err := relocate(tmp, e.home.venv()); err != nil {
				return fmt.Errorf("kernels: %w", err)
			}
			if err := describePictures(tmp); err != nil {
				return err
			}
			return writeLabSettings(tmp)
		})
	})
}

// relocate prepares a virtual environment for its move to another folder: the programs and
// scripts in its bin folder name their interpreter and their folder with the whole path.
func relocate(venv, target string) error {
	bin := filepath.Join(venv, "bin")
	entries, err := os.ReadDir(bin)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if !entry.Type().IsRegular() {
			continue // the interpreter is a link
		}
		path := filepath.Join(bin, entry.Name())
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		moved := bytes.ReplaceAll(data, []byte(venv), []byte(target))
		if bytes.Equal(moved, data) || bytes.IndexByte(data, 0) >= 0 {
			continue
		}
		if err := os.WriteFile(path, moved, 0o755); err != nil {
			return err
		}
	}
	return nil
}

// describePictures has nbconvert, which exports notebooks as HTML and as slides, write the
// description of a picture, which Show of icl/notebook sends along, as its alt attribute.
func describePictures(venv string) error {
	path := filepath.Join(venv, "share", "jupyter", "nbconvert", "templates", "lab", "base.html.j2")
	data, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("kernels: %w", err)
	}
	template := string(data)
	for _, at := range []struct{ before, after string }{ // the places of a PNG, and of an SVG
		{"", "class=\"\n{%- if output | get_metadata('unconfined', 'image/png') %}"},
		{"{{ output.data['image/svg+xml'] | text_base64 | escape_html }}\"", ">"},
	} {
		if strings.Count(template, at.before+at.after) != 1 {
			return fmt.Errorf("kernels: the template %s is another than that of nbconvert %s; report this", path, packageVersion("nbconvert"))
		}
		template = strings.Replace(template, at.before+at.after, at.before+"\n"+string(pin("alt.j2"))+at.after, 1)
	}
	if err := os.WriteFile(path, []byte(template), 0o644); err != nil {
		return fmt.Errorf("kernels: %w", err)
	}
	return nil
}

// jupyterRuns reports whether there is an environment whose interpreter still
// works: it goes with the Python it was made from.
func (e *Environment) jupyterRuns(ctx context.Context) bool {
	return process.Run(ctx, process.Python(ctx, e.home.python(), "-c", "")) == nil
}

// fillVenv makes a virtual environment in dir and installs the pinned packages.
func (e *Environment) fillVenv(ctx context.Context, py python, dir string) error {
	list, err := os.CreateTemp("", "goicl-*-requirements.txt")
	if err != nil {
		return fmt.Errorf("kernels: %w", err)
	}
	defer os.Remove(list.Name())
	defer list.Close()
	if _, err := list.Write(pin("requirements.txt")); err != nil {
		return fmt.Errorf("kernels: %w", err)
	}
	if err := process.FillVenv(ctx, py.path, dir, list.Name(), e.log); err != nil {
		return fmt.Errorf("kernels: %w", err)
	}
	return nil
}

// writeLabSettings keeps JupyterLab from asking, at its first start, whether it
// may fetch news, and has it wait longer than a second for a completion.
func writeLabSettings(venv string) error {
	dir := filepath.Join(venv, "share", "jupyter", "lab", "settings")
	err := os.MkdirAll(dir, 0o755)
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "overrides.json"), pin("overrides.json"), 0o644)
	}
	if err != nil {
		return fmt.Errorf("kernels: %w", err)
	}
	return nil
}

// jupyterEnv is the environment of everything in the virtual environment: the
// caller's, but with data, settings and run-time files in our home, and
// temporary files in tmp.
func (e *Environment) jupyterEnv(tmp string) []string {
	var env []string
	for _, kv := range os.Environ() {
		if !strings.HasPrefix(kv, "JUPYTER") {
			env = append(env, kv)
		}
	}
	env = append(env,
		"JUPYTER_DATA_DIR="+e.home.dataDir(),
		"JUPYTER_CONFIG_DIR="+e.home.configDir(),
		"JUPYTER_RUNTIME_DIR="+e.home.runtimeDir(),
		"TMPDIR="+tmp)
	return append(append(env, e.forCells()...), e.env...)
}

// forCells is what cells have to know: the version of the library that they fetch outside of a
// module, and a Python with pip, which fetches XLA's plugin once a cell has to have it.
func (e *Environment) forCells() (env []string) {
	if e.version != "" {
		env = append(env, "GOICL_VERSION="+e.version)
	}
	if _, err := os.Stat(e.home.python()); err == nil {
		env = append(env, "GOICL_PYTHON="+e.home.python())
	}
	return env
}
