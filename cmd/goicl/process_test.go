package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// childVariable makes the test binary the command: see TestMain.
const childVariable = "GOICL_IS_THE_COMMAND"

// TestMain runs the command itself in processes that tests start.
func TestMain(m *testing.M) {
	if os.Getenv(childVariable) != "" {
		main()
	}
	os.Exit(m.Run())
}

// started runs goicl as a process of its own, with more environment and stdout to a file.
func started(t *testing.T, env []string, stdout *os.File, args ...string) (status int, printed, stderr string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], args...)
	cmd.Env = append(append(os.Environ(), childVariable+"=1"), env...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if stdout != nil {
		cmd.Stdout = stdout
	}
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), out.String(), errs.String()
}

// TestFullOutput: what cannot be printed is a failure of every command, with status 1 and one
// line that says so.
func TestFullOutput(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("no /dev/full:", err)
	}
	defer full.Close()
	dir := t.TempDir()
	kept := []string{"--preset", "smoke", "--backend", "go", "--dir", dir}
	calls := [][]string{
		{}, {"--help"}, {"help"}, {"doctor"}, {"doctor", "--json"}, {"kernel"}, {"completion", "bash"},
	}
	for _, newCmd := range commands {
		calls = append(calls, []string{newCmd().Name(), "--help"})
	}
	if !testing.Short() {
		if status, _, stderr := goicl(append([]string{"reproduce", "claim4"}, kept...)...); status != 0 {
			t.Fatal(stderr)
		}
		for _, form := range [][]string{nil, {"--json"}, {"--markdown"}} {
			calls = append(calls, append(append([]string{"reproduce", "claim4"}, kept...), form...))
		}
		long := []string{"longrun", "authors", "--steps", "1000", "--tests", "16", "--backend", "go", "--dir", dir}
		calls = append(calls, long, append(long, "--json"))
		calls = append(calls, []string{"bench", "step-peak", "--tasks", "2", "--time", "1ns"}, []string{"bench", "step-peak", "--tasks", "2", "--time", "1ns", "--json"})
	}
	for _, args := range calls {
		status, _, stderr := started(t, nil, full, args...)
		last := strings.TrimSpace(stderr[strings.LastIndex(strings.TrimSpace(stderr), "\n")+1:])
		if status != 1 || !strings.Contains(last, "goicl: cannot write to standard output: write /dev/stdout: no space left on device") && !strings.Contains(last, "something that goicl needs is broken") {
			t.Errorf("goicl %q >/dev/full: status %d, stderr %q", args, status, stderr)
		}
	}
}

// TestNoHome: without HOME a command that keeps something fails with what to do, and writes
// nothing into the root folder or the current one.
func TestNoHome(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows knows a user's folders without HOME")
	}
	t.Chdir(t.TempDir())
	before, err := os.ReadDir("/")
	if err != nil {
		t.Fatal(err)
	}
	nobody := []string{"HOME=", "XDG_DATA_HOME=", "XDG_CACHE_HOME="}
	for _, args := range [][]string{
		{"reproduce", "claim4", "--preset", "smoke", "--backend", "go"},
		{"longrun", "authors", "--steps", "1000", "--backend", "go"},
		{"export", "ICL"},
		{"doctor"},
	} {
		status, stdout, stderr := started(t, nobody, nil, args...)
		if status != 1 || !strings.Contains(stdout+stderr, "HOME is not set") {
			t.Errorf("goicl %q without HOME: status %d, stdout %q, stderr %q", args, status, stdout, stderr)
		}
	}
	if left, err := filepath.Glob("*"); err != nil || len(left) > 0 {
		t.Errorf("without HOME %v is written into the current folder, error %v", left, err)
	}
	if after, err := os.ReadDir("/"); err != nil || len(after) != len(before) {
		t.Errorf("without HOME something is written into the root folder, error %v", err)
	}
}

// TestStatuses: the process ends with the status that execute returns.
func TestStatuses(t *testing.T) {
	for want, args := range map[int][]string{0: {"--help"}, 1: {"parity", "none.safetensors"}, 2: {"longrun", "nosuch"}} {
		if status, _, stderr := started(t, nil, nil, args...); status != want {
			t.Errorf("goicl %q ends with status %d, want %d: %s", args, status, want, stderr)
		}
	}
}
