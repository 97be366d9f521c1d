package kernels

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/goicl/goicl/internal/process"
)

//go:embed python/proof.py
var browserScript string

// FindChromium returns the browser that [Environment.Browse] can drive: the file that
// the variable CHROMIUM names, else Chromium or Chrome on the PATH.
func FindChromium() (string, error) {
	for _, name := range []string{os.Getenv("CHROMIUM"), "chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errors.New("kernels: no Chromium on this machine; install it, or set CHROMIUM to its file")
}

// Browse opens the folder dir in JupyterLab and a browser. It runs all cells of the
// notebooks in dir there; interrupts the one named training, which trains, and asks it
// for a completion. Pictures of the pages go into the folder pictures, a line for each
// thing that held to out.
func (e *Environment) Browse(ctx context.Context, dir, pictures, training string, notebooks []string, out io.Writer) error {
	chromium, err := FindChromium()
	if err != nil {
		return err
	}
	if err := e.installBrowser(ctx); err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	lab, said, ended := *e, make(chan string, 1), make(chan error, 1)
	lab.root = dir
	address := lineWriter(func(line string) { said <- line })
	go func() {
		ended <- lab.Lab(ctx, LabOptions{Out: address, more: []string{"--LabApp.expose_app_in_browser=True"}})
	}()
	defer func() {
		stop()
		<-ended //nolint:errcheck // it ended for being stopped
	}()
	select {
	case err := <-ended:
		ended <- nil
		return errors.Join(errors.New("kernels: JupyterLab ended early"), err)
	case url := <-said:
		args := append([]string{"-I", "-c", browserScript, url, chromium, pictures, training}, notebooks...)
		return e.drive(ctx, process.Command(ctx, filepath.Join(e.home.browser(), "bin", "python"), args...), out)
	}
}

// drive runs the script that drives the browser.
func (e *Environment) drive(ctx context.Context, cmd *exec.Cmd, out io.Writer) error {
	var said limited
	cmd.Stdout, cmd.Stderr = out, &said
	if err := process.Explain(ctx, cmd, cmd.Run(), string(said)); err != nil {
		return fmt.Errorf("kernels: in the browser: %w", err)
	}
	return nil
}

// installBrowser makes the virtual environment of the script.
func (e *Environment) installBrowser(ctx context.Context) error {
	python := filepath.Join(e.home.browser(), "bin", "python")
	if process.Run(ctx, process.Command(ctx, python, "-I", "-c", "import playwright")) == nil {
		return nil
	}
	py, err := findPython(ctx)
	if err != nil {
		return err
	}
	return e.log.step("playwright", func() error {
		return place(e.home.browser(), func(tmp string) error { return e.fillVenv(ctx, py, tmp, "browser.txt") })
	})
}

// lineWriter calls a function with each line that is written.
type lineWriter func(line string)

func (f lineWriter) Write(text []byte) (int, error) {
	f(strings.TrimSpace(string(text)))
	return len(text), nil
}
