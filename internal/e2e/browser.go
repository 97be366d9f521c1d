package e2e

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/adrg/xdg"

	"github.com/goicl/goicl/internal/process"
	"github.com/goicl/goicl/kernels"
)

// browser runs all notebooks in JupyterLab, beside one that trains for hours; without a
// browser where there is none.
func (s *suite) browser(ctx context.Context) error {
	dir := filepath.Join(s.tmp, "browser")
	names, err := s.copyNotebooks(dir)
	if err != nil {
		return err
	}
	chromium, err := findChromium()
	if err != nil {
		s.log("notebooks run without a browser: %v", err)
		return s.execute(ctx, dir, names)
	}
	pictures, err := filepath.Abs(cmp.Or(s.Pictures, s.tmp))
	if err != nil {
		return fmt.Errorf("pictures: %w", err)
	}
	source := filepath.Join(s.Kernel.Root, "internal", "e2e")
	python, err := process.Venv(ctx, filepath.Join(xdg.CacheHome, "goicl", "e2e"), filepath.Join(source, "browser.txt"), "playwright", s.Out)
	if err != nil {
		return err
	}
	return s.inLab(ctx, dir, func(address string) error {
		args := append([]string{filepath.Join(source, "browser.py"), address, chromium, pictures, trainingNotebook}, names...)
		cmd := process.Python(ctx, python, args...)
		return drive(ctx, cmd, s.Out)
	})
}

// findChromium returns the browser: the file that the variable CHROMIUM names, else
// Chromium or Chrome on the PATH.
func findChromium() (string, error) {
	for _, name := range []string{os.Getenv("CHROMIUM"), "chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errors.New("no Chromium on this machine; install it, or set CHROMIUM to its file")
}

// execute executes the notebooks of dir one after the other.
func (s *suite) execute(ctx context.Context, dir string, names []string) error {
	for _, name := range names {
		start := time.Now()
		if err := s.env.Run(ctx, filepath.Join(dir, name), kernels.RunOptions{Preset: "smoke", Timeout: 10 * time.Minute}); err != nil {
			return err
		}
		s.log("%s: ran in %.0f s", name, time.Since(start).Seconds())
	}
	return nil
}

// inLab opens JupyterLab in dir and calls do with its address.
func (s *suite) inLab(ctx context.Context, dir string, do func(address string) error) error {
	ctx, stop := context.WithCancel(ctx)
	ended, ready := make(chan struct{}), make(chan string, 1)
	var err error // of the server, once ended is closed
	go func() {
		defer close(ended)
		err = s.env.Lab(ctx, kernels.LabOptions{Dir: dir, Args: []string{"--LabApp.expose_app_in_browser=True"}, Ready: func(address string) { ready <- address }})
	}()
	defer func() { stop(); <-ended }()
	select {
	case <-ended:
		return errors.Join(errors.New("JupyterLab ended early"), err)
	case address := <-ready:
		return do(address)
	}
}

// drive runs the script that drives the browser. It prints to out; the error is the last
// line of its standard error.
func drive(ctx context.Context, cmd *exec.Cmd, out io.Writer) error {
	cmd.Stdout = out
	var failure bytes.Buffer
	cmd.Stderr = &failure
	return process.Explain(ctx, cmd, cmd.Run(), failure.String())
}

// trainingNotebook is the name of the notebook that trains for hours.
const trainingNotebook = "training.ipynb"

// copyNotebooks makes dir a user's own module that holds the notebooks in their folders, and
// one that trains. The names are the paths of the copies in dir, with slashes.
func (s *suite) copyNotebooks(dir string) (names []string, err error) {
	if err := errors.Join(os.Mkdir(dir, 0o755), writeModule(s.Kernel.Root, dir)); err != nil {
		return nil, err
	}
	for _, path := range s.notebooks {
		name, err := filepath.Rel(s.Kernel.Root, path)
		if err != nil {
			return nil, fmt.Errorf("e2e: %w", err)
		}
		data, err := os.ReadFile(path)
		if err == nil {
			err = writeFiles(dir, map[string][]byte{name: data})
		}
		if err != nil {
			return nil, err
		}
		names = append(names, filepath.ToSlash(name))
	}
	training, err := withCells(s.notebooks[0], s.setupCell, s.importing, fmt.Sprintf(endlessTraining, learners[0]))
	if err != nil {
		return nil, err
	}
	return names, os.WriteFile(filepath.Join(dir, trainingNotebook), training, 0o644)
}

// withCells returns the notebook of that file with these code cells, not executed, instead
// of its own.
func withCells(path string, code ...string) ([]byte, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var notebook map[string]any
	if err := json.Unmarshal(data, &notebook); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	cells := []map[string]any{}
	for i, source := range code {
		cells = append(cells, map[string]any{"cell_type": "code", "id": fmt.Sprintf("cell-%d", i+1), "metadata": map[string]any{},
			"source": source, "execution_count": nil, "outputs": []any{}})
	}
	notebook["cells"] = cells
	return json.Marshal(notebook)
}
