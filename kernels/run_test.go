package kernels

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/goicl/goicl/internal/process"
)

// installed returns the environment that goicl lab has installed for this user.
func installed(t *testing.T, log *bytes.Buffer) *Environment {
	t.Helper()
	home := defaultHome()
	for _, path := range []string{home.gonb(), home.goimports(), home.python(), home.kernelSpec()} {
		if !isFile(path) {
			t.Skipf("%s is not installed; \"goicl lab\" installs it", path)
		}
	}
	return newEnvironment(Options{Home: string(home), Log: log})
}

func TestRun(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	e := installed(t, &log)
	path := nb(t,
		code("!echo preset $GOICL_PRESET in $(basename $PWD); echo careful >&2", 7, stream("stdout", "old")),
		markdown("text"),
		code("", 3),
		code("%%\nfmt.Print(\"a\")\nfmt.Print(\"b\\n\")", 0))
	opts := RunOptions{Preset: "smoke", Timeout: time.Minute}
	if err := e.Run(context.Background(), path, opts); err != nil {
		t.Fatal(err, log.String())
	}
	first, _ := os.ReadFile(path)
	if err := CheckNotebook(path); err != nil {
		t.Error(err)
	}
	got, err := parseNotebook(first)
	if err != nil {
		t.Fatal(err)
	}
	if out := got.Cells[0].Outputs; len(out) != 2 || !strings.HasPrefix(string(out[0].Text), "preset smoke in ") {
		t.Errorf("the first cell's outputs are %v, want one of stdout, one of stderr", out)
	}
	if out := got.Cells[3].Outputs; len(out) != 1 || out[0].Text != "ab\n" {
		t.Errorf("the last cell's outputs are %v, want ab", out)
	}
	if got.Cells[2].Count != nil || *got.Cells[3].Count != 2 {
		t.Error("an empty cell is counted")
	}
	if err := e.Run(context.Background(), path, opts); err != nil {
		t.Fatal(err)
	}
	if second, _ := os.ReadFile(path); !bytes.Equal(first, second) {
		t.Errorf("two runs differ:\n%s\n%s", first, second)
	}
}

func TestRunFails(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	e := installed(t, &log)
	path := nb(t, code("!true", 0), code("%%\nfmt.Fprintln(os.Stderr, \"pkg: bad thing\")\nos.Exit(3)", 0))
	before, _ := os.ReadFile(path)
	err := e.Run(context.Background(), path, RunOptions{Timeout: time.Minute})
	checkError(t, err, "test.ipynb, cell [2]: pkg: bad thing")
	if after, _ := os.ReadFile(path); !bytes.Equal(before, after) {
		t.Error("the file of a failed run has changed")
	}
}

// TestFailedCommand: a shell command that fails, fails its cell.
func TestFailedCommand(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	e := installed(t, &log)
	path := nb(t, code("!echo kept; echo oh >&2; exit 4", 0))
	err := e.Run(context.Background(), path, RunOptions{Timeout: time.Minute, SaveFailed: true})
	checkError(t, err, "cell [1]: ", "the command failed with exit status 4: !echo kept")
	if data, _ := os.ReadFile(path); !bytes.Contains(data, []byte("kept")) {
		t.Error("the outputs of the failed run were not saved")
	}
}

func TestSummaryOfAFailure(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	e := installed(t, &log)
	tests := []struct{ text, want string }{
		{"log line\npkg: bad thing\nexit status 3", "pkg: bad thing"},
		{"warning\npanic: boom\n\ngoroutine 1 [running]:\nmain.main()\n\t/x/main.go:13 +0x94\nexit status 2", "panic: boom"},
		{"# gonb_1\nCell[2]: Line 2\n\n./main.go:11:10: undefined: nowhere", "undefined: nowhere"},
		{"for {{ x\n/x/gonb_1/main.go:8:3: expected '}', found 'EOF'", "expected '}', found 'EOF'"},
		{"\"%nosuch\" unknown or not implemented yet.", "\"%nosuch\" unknown or not implemented yet."},
		{"exit status 1", "exit status 1"},
		{"", "it failed without a message"},
	}
	library, _, _ := strings.Cut(executeScript, "if __name__")
	code := library + "\nprint(json.dumps([summary(text) for text in sys.argv[1:]]))"
	args := []string{"-c", code}
	for _, test := range tests {
		args = append(args, test.text)
	}
	out, err := process.Output(context.Background(), process.Python(context.Background(), e.home.python(), args...))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatal(err)
	}
	for i, test := range tests {
		if got[i] != test.want {
			t.Errorf("the summary of %q is %q, want %q", test.text, got[i], test.want)
		}
	}
}

// TestRunStops checks that neither a limit nor a cancelled context leaves the
// program of a cell behind.
func TestRunStops(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	e := installed(t, &log)
	path := nb(t, code("!echo $$ > new; mv new pid; exec sleep 1000", 0))
	pidFile := filepath.Join(filepath.Dir(path), "pid")

	err := e.Run(context.Background(), path, RunOptions{Timeout: 3 * time.Second})
	checkError(t, err, "still running after 3 s", "--timeout")
	checkGone(t, pidFile)

	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		for !isFile(pidFile) {
			time.Sleep(10 * time.Millisecond)
		}
		cancel()
	}()
	if err := e.Run(ctx, path, RunOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled run: %v", err)
	}
	checkGone(t, pidFile)
}

// checkGone fails if the process whose number is in the file goes on running, and
// removes the file.
func checkGone(t *testing.T, pidFile string) {
	t.Helper()
	data, err := os.ReadFile(pidFile)
	if err != nil {
		t.Fatal("the program was not started:", err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(data)))
	if err != nil {
		t.Fatal(err)
	}
	for tries := 0; syscall.Kill(pid, 0) == nil && !isDead(pid); tries++ {
		if tries == 100 {
			t.Error("the program of the cell still runs")
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	os.Remove(pidFile)
}

// isDead reports whether a process has ended and only its parent has not heard of it
// yet. The parent of what a kernel leaves behind is the first process, and that of a
// container may never ask.
func isDead(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	_, state, _ := bytes.Cut(stat, []byte(") "))
	return err == nil && bytes.HasPrefix(state, []byte("Z"))
}

func TestRunRefusesInvalidNotebooks(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	e := installed(t, &log)
	path := nb(t, map[string]any{"cell_type": "strange"})
	err := e.Run(context.Background(), path, RunOptions{})
	checkError(t, err, "test.ipynb", "not a valid notebook")
}
