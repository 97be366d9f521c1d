package kernels

import (
	"cmp"
	"context"
	"crypto/rand"
	_ "embed"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"time"

	"github.com/goicl/goicl/internal/files"
	"github.com/goicl/goicl/internal/process"
)

//go:embed python/lab.py
var labScript string

//go:embed python/leftovers.py
var leftoversScript string

// LabOptions are the settings of JupyterLab.
type LabOptions struct {
	Port    int              // 0 is the first free one from 8888 on
	Browser bool             // open a browser, if there is a display
	Dir     string           // the folder to serve; "" is the module, or else the current folder
	Args    []string         // more arguments of the server
	Ready   func(url string) // is called once the server answers
}

// Check reports a port that cannot be used.
func (o LabOptions) Check() error {
	_, err := freePort(o.Port)
	return err
}

// Lab serves a folder in JupyterLab at 127.0.0.1, behind a random token,
// until ctx ends or the user shuts the server down; both return nil, with the
// server and its kernels stopped.
func (e *Environment) Lab(ctx context.Context, opts LabOptions) error {
	port, err := freePort(opts.Port)
	if err != nil {
		return err
	}
	tmp, remove, err := files.TempDir("", "goicl-lab-")
	if err != nil {
		return fmt.Errorf("kernels: %w", err)
	}
	defer remove()
	background, stop := context.WithCancel(ctx)
	defer stop()
	go e.warmCompletion(background)
	token := rand.Text()
	dir, err := filepath.Abs(cmp.Or(opts.Dir, e.folder()))
	if err != nil {
		return fmt.Errorf("kernels: %w", err)
	}
	display := runtime.GOOS == "darwin" || os.Getenv("DISPLAY") != "" || os.Getenv("WAYLAND_DISPLAY") != ""
	server := e.labCommand(ctx, dir, port, opts.Browser && display, token, tmp)
	server.Args = append(server.Args, opts.Args...)
	return e.serve(ctx, server, labURL(dir, port, token), opts.Ready)
}

// labCommand prepares the server. The token is in its environment, since other
// users can read its arguments.
func (e *Environment) labCommand(ctx context.Context, dir string, port int, browser bool, token, tmp string) *exec.Cmd {
	args := []string{"-c", leftoversScript + labScript,
		"--ip=127.0.0.1", fmt.Sprintf("--port=%d", port), "--ServerApp.port_retries=0",
		"--ServerApp.root_dir=" + dir, "--LabApp.default_url=" + labPath(dir),
		fmt.Sprintf("--ServerApp.open_browser=%t", browser),
		"--MultiKernelManager.default_kernel_name=" + kernelName,
		"--Application.log_level=WARN"}
	if os.Geteuid() == 0 {
		e.log.line("warning: running as root: whoever has the URL's token can do anything on this machine")
		args = append(args, "--allow-root")
	}
	cmd := process.Python(ctx, e.home.python(), args...)
	cmd.Dir = dir
	cmd.Env = append(e.jupyterEnv(tmp), "JUPYTER_TOKEN="+token)
	cmd.WaitDelay = 3 * process.Grace // time for the kernels to stop
	log := untilDone{ctx, e.log}      // what a stopping server prints does not help the user
	cmd.Stdout, cmd.Stderr = log, log
	return cmd
}

// serve runs the server and calls ready once it answers.
func (e *Environment) serve(ctx context.Context, server *exec.Cmd, address string, ready func(url string)) error {
	stdin, err := server.StdinPipe()
	if err != nil {
		return fmt.Errorf("kernels: %w", err)
	}
	defer stdin.Close()
	polling, stopPolling := context.WithCancel(ctx)
	defer stopPolling()
	if err := server.Start(); err != nil {
		return fmt.Errorf("kernels: cannot start JupyterLab: %w", err)
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Wait() }()
	select {
	case err := <-ended:
		return labError(ctx, err)
	case <-answers(polling, address):
	}
	e.log.line("JupyterLab is ready; Ctrl-C stops it and its kernels")
	ready(address)
	return labError(ctx, <-ended)
}

func labError(ctx context.Context, err error) error {
	if err == nil || ctx.Err() != nil {
		return nil
	}
	return fmt.Errorf("kernels: JupyterLab ended with an error (%w); see its message above, or run \"goicl doctor\"", err)
}

// answers returns a channel that is closed when the server at address answers.
func answers(ctx context.Context, address string) <-chan struct{} {
	ready := make(chan struct{})
	client := &http.Client{Transport: &http.Transport{}, Timeout: process.Grace} // no proxy for this machine
	go func() {
		for ctx.Err() == nil {
			if answer, err := client.Get(address); err == nil {
				answer.Body.Close()
				close(ready)
				return
			}
			time.Sleep(50 * time.Millisecond)
		}
	}()
	return ready
}

// untilDone is a writer that drops everything once ctx has ended.
type untilDone struct {
	ctx context.Context
	w   io.Writer
}

func (u untilDone) Write(text []byte) (int, error) {
	if u.ctx.Err() != nil {
		return len(text), nil
	}
	return u.w.Write(text)
}

// labURL is the address that opens the folder of notebooks.
func labURL(root string, port int, token string) string {
	return fmt.Sprintf("http://127.0.0.1:%d%s?token=%s", port, labPath(root), url.QueryEscape(token))
}

// labPath opens JupyterLab at the folder of notebooks if the checkout has one.
func labPath(root string) string {
	if info, err := os.Stat(filepath.Join(root, "notebooks")); err == nil && info.IsDir() {
		return "/lab/tree/notebooks"
	}
	return "/lab"
}
