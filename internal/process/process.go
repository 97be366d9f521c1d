// Package process runs the programs that goicl needs, such as Python and the go
// command, so that none outlives it and each failure is one line.
package process

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os/exec"
	"strings"
	"time"

	"github.com/goicl/goicl/internal/python"
)

// Grace is how long a command may take to stop after SIGTERM.
const Grace = 5 * time.Second

// Command prepares a command that runs in a process group of its own, where the
// terminal's Ctrl-C does not reach it. When ctx ends, the whole group gets
// SIGTERM (on Windows Ctrl-Break), and the command is killed after Grace.
func Command(ctx context.Context, name string, args ...string) *exec.Cmd {
	return inGroup(exec.CommandContext(ctx, name, args...))
}

// Python is [Command] for Python, which runs isolated: see [python.Command].
func Python(ctx context.Context, interpreter string, args ...string) *exec.Cmd {
	return inGroup(python.Command(ctx, interpreter, args...))
}

func inGroup(cmd *exec.Cmd) *exec.Cmd {
	cmd.SysProcAttr = newGroup()
	cmd.Cancel = func() error { return stopGroup(cmd.Process.Pid) }
	cmd.WaitDelay = Grace
	return cmd
}

// Output runs cmd and returns its standard output. The error holds the last
// line that it wrote to standard error.
func Output(ctx context.Context, cmd *exec.Cmd) ([]byte, error) {
	var out, output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &output
	err := Explain(ctx, cmd, cmd.Run(), output.String())
	return out.Bytes(), err
}

// Run runs cmd and discards what it prints, but for the last line of a failing one, which
// goes into the error.
func Run(ctx context.Context, cmd *exec.Cmd) error {
	return RunLogged(ctx, cmd, io.Discard)
}

// RunLogged is [Run], but writes all that a failing command printed to log.
func RunLogged(ctx context.Context, cmd *exec.Cmd, log io.Writer) error {
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	err := Explain(ctx, cmd, cmd.Run(), output.String())
	if err != nil && ctx.Err() == nil {
		_, _ = log.Write(output.Bytes())
	}
	return err
}

// Explain replaces the error of a command that has ended: by that of ctx if the
// command was stopped, else by the last line of its output.
func Explain(ctx context.Context, cmd *exec.Cmd, err error, output string) error {
	if ctx.Err() != nil {
		if cmd.Process != nil {
			killGroup(cmd.Process.Pid) // what is left of it
		}
		return ctx.Err()
	}
	if line := LastLine(output); err != nil && line != "" {
		return errors.New(line)
	}
	return err
}

// LastLine returns the last line of text that is not blank.
func LastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.TrimSpace(lines[len(lines)-1])
}
