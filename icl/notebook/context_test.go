//go:build unix

package notebook

import (
	"bytes"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

func init() {
	cells["waits"] = func() {
		ctx := Context()
		_, _ = os.Stdout.WriteString("started\n")
		<-ctx.Done()
		Check(ctx.Err())
	}
	cells["stuck"] = func() {
		Context()
		_, _ = os.Stdout.WriteString("started\n")
		select {} // knows no context
	}
}

// interrupted starts a cell, interrupts it once it has started, and returns how long it
// took to end with status 1, and what it said.
func interrupted(t *testing.T, cell string) (took time.Duration, stderr string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), cellVariable+"="+cell)
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := out.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	if cmd.ProcessState.ExitCode() != 1 {
		t.Errorf("%s ended with %v, want status 1", cell, cmd.ProcessState)
	}
	return time.Since(start), said.String()
}

func TestContextEndsWithAnInterrupt(t *testing.T) {
	if took, stderr := interrupted(t, "waits"); took >= gracePeriod || stderr != "error: context canceled\n" {
		t.Errorf("after %v: %q; want the cell to end by itself", took, stderr)
	}
}

// TestStuckCellEnds: a cell that does not look at its context ends after the grace period.
func TestStuckCellEnds(t *testing.T) {
	took, stderr := interrupted(t, "stuck")
	if took < gracePeriod || !strings.HasPrefix(stderr, "error: stopped before the state was saved; ") {
		t.Errorf("after %v: %q; want a message after %v", took, stderr, gracePeriod)
	}
}
