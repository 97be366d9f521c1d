package benchmark

import (
	"bytes"
	"context"
	"errors"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// grace is how long a program may take to stop after SIGTERM.
const grace = 5 * time.Second

// command prepares a command that runs in a process group of its own, which the
// end of ctx stops.
func command(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
	cmd.WaitDelay = grace
	return cmd
}

// run runs cmd and discards what it prints, but for the last line of standard
// error, which becomes the error if it fails.
func run(ctx context.Context, cmd *exec.Cmd) error {
	var said bytes.Buffer
	cmd.Stderr = &said
	return explain(ctx, cmd.Run(), said.String())
}

// explain replaces the error of a command that has ended: by that of ctx if the
// command was stopped, else by the last line of what it said.
func explain(ctx context.Context, err error, said string) error {
	if err == nil || ctx.Err() != nil {
		return ctx.Err()
	}
	lines := strings.Split(strings.TrimSpace(said), "\n")
	if line := strings.TrimSpace(lines[len(lines)-1]); line != "" {
		return errors.New(line)
	}
	return err
}
