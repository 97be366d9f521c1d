package kernels

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/google/renameio/v2"

	"github.com/goicl/goicl/internal/process"
)

//go:embed python/execute.py
var executeScript string

// RunOptions are the settings for executing a notebook.
type RunOptions struct {
	Preset     string        // the value of GOICL_PRESET in the notebook
	Timeout    time.Duration // for one cell; 0 is no limit
	SaveFailed bool          // write the file even if a cell failed
}

// runResult is what the Python script reports.
type runResult struct {
	Notebook string `json:"notebook"` // the executed notebook, as text
	Cell     int    `json:"cell"`     // the cell that failed
	Error    string `json:"error"`    // why, on one line; "" if none failed
	Details  string `json:"details"`  // all the output of the cell about it
}

// Run executes the cells of the notebook in order, in the folder it lies in, and
// then writes it back with its outputs. The outputs of two runs differ only if
// the code prints something else: no times, counts from 1, no volatile ids.
//
// A failing cell is an error that names it; shell commands that fail count too,
// although the kernel does not report them. The file is then left as it was.
func (e *Environment) Run(ctx context.Context, path string, opts RunOptions) error {
	if err := CheckRunnable(path); err != nil {
		return err
	}
	path, err := realPath(path)
	if err != nil {
		return err
	}
	tmp, err := os.MkdirTemp("", "goicl-run-")
	if err != nil {
		return fmt.Errorf("kernels: %w", err)
	}
	defer os.RemoveAll(tmp)
	result, err := e.execute(ctx, e.runCommand(ctx, path, tmp, opts))
	if err != nil {
		return fmt.Errorf("kernels: %s: %w", filepath.Base(path), err)
	}
	if result.Error == "" || opts.SaveFailed {
		if err := renameio.WriteFile(path, []byte(result.Notebook), 0o644, renameio.WithExistingPermissions()); err != nil {
			return fmt.Errorf("kernels: cannot write %s: %w", path, cause(err))
		}
	}
	return e.cellError(ctx, path, result)
}

// CheckRunnable reports why a file cannot be executed: it cannot be read, is not
// a notebook, or is one for another kernel.
func CheckRunnable(path string) error {
	nb, err := readNotebook(path)
	if err != nil {
		return err
	}
	if name := nb.Metadata.Kernelspec.Name; name != kernelName {
		return fmt.Errorf("kernels: %s is for the kernel %q; goicl executes notebooks for %q: choose %q in JupyterLab's Kernel menu", path, name, kernelName, kernelTitle)
	}
	return nil
}

// realPath is absolute and free of symbolic links, so that writing to it does not
// replace a link by a file.
func realPath(path string) (string, error) {
	path, err := filepath.EvalSymlinks(path)
	if err == nil {
		path, err = filepath.Abs(path)
	}
	if err != nil {
		return "", fmt.Errorf("kernels: %w", err)
	}
	return path, nil
}

func (e *Environment) runCommand(ctx context.Context, path, tmp string, opts RunOptions) *exec.Cmd {
	seconds := fmt.Sprint(int64((opts.Timeout + time.Second - 1) / time.Second))
	cmd := process.Python(ctx, e.home.python(), "-c", leftoversScript+executeScript, path, seconds)
	cmd.Dir = filepath.Dir(path)
	cmd.Env = append(e.jupyterEnv(tmp), "GOICL_PRESET="+opts.Preset)
	cmd.WaitDelay = 3 * process.Grace // time for the cell and the kernel to stop
	return cmd
}

// execute runs the Python script and decodes its report.
func (e *Environment) execute(ctx context.Context, cmd *exec.Cmd) (runResult, error) {
	var result runResult
	var out, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, io.MultiWriter(e.log, &stderr)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return result, err
	}
	defer stdin.Close()
	if err := process.Explain(ctx, cmd, cmd.Run(), stderr.String()); err != nil {
		return result, err
	}
	if err := json.Unmarshal(out.Bytes(), &result); err != nil {
		return result, fmt.Errorf("the run ended without a result (%w); run \"goicl doctor\"", err)
	}
	return result, nil
}

// cellError turns the report of a failed cell into an error, after writing what
// the cell printed to the log.
func (e *Environment) cellError(ctx context.Context, path string, r runResult) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if r.Error == "" {
		return nil
	}
	if r.Details != "" {
		e.log.line("%s", r.Details)
	}
	return fmt.Errorf("kernels: %s, cell [%d]: %s", filepath.Base(path), r.Cell, r.Error)
}
