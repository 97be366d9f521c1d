package process

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

func shell(ctx context.Context, script string) *exec.Cmd { return Command(ctx, "sh", "-c", script) }

// TestErrorsAreTheLastLine: a failing command's error is what it said last.
func TestErrorsAreTheLastLine(t *testing.T) {
	for name, test := range map[string]struct{ script, run, output string }{
		"well":           {"echo fine; echo noise >&2", "", ""},
		"says why":       {"echo first >&2; echo '  no torch  ' >&2; echo >&2; exit 1", "no torch", "no torch"},
		"says nothing":   {"exit 3", "exit status 3", "exit status 3"},
		"says on stdout": {"echo broken; exit 1", "broken", "exit status 1"},
	} {
		t.Run(name, func(t *testing.T) {
			ctx := t.Context()
			if got := text(Run(ctx, shell(ctx, test.script))); got != test.run {
				t.Errorf("Run: error %q, want %q", got, test.run)
			}
			if _, err := Output(ctx, shell(ctx, test.script)); text(err) != test.output {
				t.Errorf("Output: error %q, want %q", text(err), test.output)
			}
		})
	}
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestOutputIsStandardOutput(t *testing.T) {
	out, err := Output(t.Context(), shell(t.Context(), "echo one; echo two >&2"))
	if string(out) != "one\n" || err != nil {
		t.Errorf("got %q, %v", out, err)
	}
}

// TestRunLogged: the log gets everything, and only of a command that fails.
func TestRunLogged(t *testing.T) {
	var log bytes.Buffer
	ctx := t.Context()
	if err := RunLogged(ctx, shell(ctx, "echo fine"), &log); err != nil || log.Len() > 0 {
		t.Errorf("a good command: error %v, log %q", err, log.String())
	}
	if err := RunLogged(ctx, shell(ctx, "echo one; echo two >&2; exit 1"), &log); text(err) != "two" || log.String() != "one\ntwo\n" {
		t.Errorf("a failing command: error %v, log %q", err, log.String())
	}
}

func TestACommandThatIsNotThere(t *testing.T) {
	none := filepath.Join(t.TempDir(), "none")
	if err := Run(t.Context(), Command(t.Context(), none)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("error %v, want that there is no such file", err)
	}
}

// TestProgramsOfTheCurrentFolder are not run, even where PATH names that folder.
func TestProgramsOfTheCurrentFolder(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"go", "python3", "jupyter"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\ntouch ran\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
	for _, path := range []string{".", "", ":/nonexistent"} {
		t.Setenv("PATH", path)
		for _, name := range []string{"go", "jupyter"} {
			if err := Run(t.Context(), Command(t.Context(), name)); err == nil {
				t.Errorf("PATH=%q: %s of the current folder ran", path, name)
			}
		}
		if err := Run(t.Context(), Python(t.Context(), "python3")); err == nil {
			t.Errorf("PATH=%q: python3 of the current folder ran", path)
		}
	}
	if _, err := os.Stat("ran"); err == nil {
		t.Error("a program of the current folder ran")
	}
}

// TestEndOfContextStopsTheGroup: a command's own children end with it, even one that does
// not hear SIGTERM.
func TestEndOfContextStopsTheGroup(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	pid := filepath.Join(t.TempDir(), "pid")
	go func() {
		for {
			if _, err := os.Stat(pid); err == nil {
				cancel()
				return
			}
			time.Sleep(5 * time.Millisecond)
		}
	}()
	cmd := shell(ctx, "(trap '' TERM; sleep 1000) & echo $! > "+pid+".new; mv "+pid+".new "+pid+"; wait")
	cmd.WaitDelay = time.Second / 4 // in place of Grace
	if err := Run(ctx, cmd); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want that of the context", err)
	}
	for range 100 {
		if syscall.Kill(-cmd.Process.Pid, 0) != nil || onlyDead(cmd.Process.Pid) {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Error("the group still runs")
}

// onlyDead reports whether what is left of a group has ended, and only its parent did not
// ask for its status, as the first process of a container may never do.
func onlyDead(group int) bool {
	out, err := exec.Command("ps", "-A", "-o", "stat=", "-o", "pgid=").Output()
	if err != nil {
		return true // no way to know
	}
	for line := range strings.Lines(string(out)) {
		f := strings.Fields(line)
		if len(f) == 2 && f[1] == strconv.Itoa(group) && !strings.HasPrefix(f[0], "Z") {
			return false
		}
	}
	return true
}

func TestAContextThatHasEnded(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := Run(ctx, Command(ctx, "sleep", "1000")); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want that of the context", err)
	}
}

func TestLastLine(t *testing.T) {
	for text, want := range map[string]string{"": "", "\n \n": "", "one": "one", "one\n two \n\n": "two"} {
		if got := LastLine(text); got != want {
			t.Errorf("last line of %q is %q, want %q", text, got, want)
		}
	}
}

// fakeVenv writes an interpreter that is a shell script.
func fakeVenv(t *testing.T, dir, script string) (python string) {
	t.Helper()
	python = filepath.Join(dir, "bin", "python")
	if err := os.MkdirAll(filepath.Dir(python), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(python, []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	return python
}

// TestVenvThatIsThere: an environment that has the module is used as it is.
func TestVenvThatIsThere(t *testing.T) {
	dir := t.TempDir()
	python := fakeVenv(t, dir, `test "$*" = "-I -c import torch"`)
	if got, err := Venv(t.Context(), dir, "none.txt", "torch", io.Discard); got != python || err != nil {
		t.Errorf("python %q, error %v; want %q", got, err, python)
	}
}

func TestVenvWithoutPython(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	_, err := Venv(t.Context(), filepath.Join(t.TempDir(), "venv"), "none.txt", "torch", io.Discard)
	if err == nil || !strings.Contains(err.Error(), "install Python 3.11") || strings.Contains(err.Error(), "\n") {
		t.Errorf("error %v, want one that says to install Python", err)
	}
}

// TestFillVenv plays a Python whose environments have a pip that prints its arguments: it
// gets the pinned list, with hashes and without dependencies.
func TestFillVenv(t *testing.T) {
	python := fakeVenv(t, t.TempDir(), `mkdir -p "$5/bin"; printf '#!/bin/sh\necho "$@"; echo no network >&2; exit 1\n' > "$5/bin/python"; chmod +x "$5/bin/python"`)
	var log bytes.Buffer
	err := FillVenv(t.Context(), python, filepath.Join(t.TempDir(), "venv"), "/a/pins.txt", &log)
	if text(err) != "installing the packages of pins.txt failed (no network); check the network and the free space, then try again" {
		t.Errorf("error %v", err)
	}
	for _, want := range []string{"-I -m pip install", "--require-hashes", "--no-deps", "--only-binary=:all:", "-r /a/pins.txt"} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("pip ran with %q, want %s", log.String(), want)
		}
	}
}

// TestVenvThatCannotImport: an installation that succeeds without the module is an error.
func TestVenvThatCannotImport(t *testing.T) {
	bin := filepath.Dir(fakeVenv(t, t.TempDir(), `mkdir -p "$5/bin"; printf '#!/bin/sh\ntest "$2" = -m || { echo no module torch >&2; exit 1; }\n' > "$5/bin/python"; chmod +x "$5/bin/python"`))
	if err := os.Rename(filepath.Join(bin, "python"), filepath.Join(bin, "python3")); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	dir := filepath.Join(t.TempDir(), "venv")
	var log bytes.Buffer
	_, err := Venv(t.Context(), dir, "pins.txt", "torch", &log)
	if err == nil || !strings.Contains(err.Error(), "cannot be imported (no module torch); delete that folder") {
		t.Errorf("error %v", err)
	}
	if log.String() != "installing torch into "+dir+" …\n" {
		t.Errorf("the log is %q", log.String())
	}
}

// TestCPUTime: work counts, of this process and of a child that has ended.
func TestCPUTime(t *testing.T) {
	start := CPUTime()
	for CPUTime()-start < 20*time.Millisecond {
		runtime.Gosched()
	}
	own := CPUTime()
	if err := Run(t.Context(), shell(t.Context(), "i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done")); err != nil {
		t.Fatal(err)
	}
	if CPUTime() <= own {
		t.Error("a child's work does not count")
	}
}
