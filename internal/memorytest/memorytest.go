// Package memorytest measures, in tests, what reading a file from a stranger takes: the
// memory of a process that does nothing else.
package memorytest

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"
)

// What reading a file may take: so many times its size and so much more.
const (
	Times = 10
	Spare = 100_000_000
)

const (
	pathVariable = "GOICL_MEMORYTEST_FILE"
	peakLine     = "peak memory in bytes: "
	errorLine    = "error of the file: "
)

// File is a file to read.
type File struct {
	Name  string
	Write func(path string) error
	Error string // that reading it gives, or a part of it; "" for none
	Times int64  // in place of [Times], and then without Spare; 0 leaves both
}

// Check writes each file and reads it in a process of its own: there the test runs again,
// and its call of Check only reads. It fails if that process takes more than [Times] the
// file's size and [Spare], or if read does not give the file's error, on one line.
func Check(t *testing.T, read func(path string) error, files ...File) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("Windows does not say what a process takes at most")
	}
	if path := os.Getenv(pathVariable); path != "" {
		report(read(path))
		os.Exit(0)
	}
	for _, f := range files {
		path := filepath.Join(t.TempDir(), f.Name)
		if err := f.Write(path); err != nil {
			t.Fatal(err)
		}
		f.check(t, path)
	}
}

func (f File) check(t *testing.T, path string) {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+regexp.QuoteMeta(t.Name())+"$")
	cmd.Env = append(os.Environ(), pathVariable+"="+path)
	start := time.Now()
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("reading %s ended with %v: %s", f.Name, err, out[max(0, len(out)-2000):])
	}
	peak, problem := parse(out)
	t.Logf("%s: %.1f MB, read in %.1f s with %.1f MB of memory, error %q", f.Name, float64(info.Size())/1e6, time.Since(start).Seconds(), float64(peak)/1e6, problem)
	if (problem == "") != (f.Error == "") || !strings.Contains(problem, f.Error) || strings.Contains(problem, "\n") {
		t.Errorf("reading %s: error %q, want one line with %q", f.Name, problem, f.Error)
	}
	most := Times*info.Size() + Spare
	if f.Times > 0 {
		most = f.Times * info.Size()
	}
	if (peak > most || peak == 0) && !raceDetector {
		t.Errorf("reading %s, %d bytes, took %d bytes of memory; want at most %d", f.Name, info.Size(), peak, most)
	}
}

// report prints what the process took and its error.
func report(err error) {
	fmt.Printf("\n%s%d\n", peakLine, peakMemory())
	if err != nil {
		fmt.Printf("%s%s\n", errorLine, err)
	}
}

func parse(out []byte) (peak int64, problem string) {
	_, after, _ := bytes.Cut(out, []byte(peakLine))
	number, rest, _ := bytes.Cut(after, []byte("\n"))
	peak, _ = strconv.ParseInt(string(number), 10, 64)
	_, text, _ := strings.Cut(string(rest), errorLine)
	return peak, strings.TrimSuffix(text, "\n")
}

// peakMemory is the most memory this process had. Linux counts it by address space in
// VmHWM; its rusage begins with what the parent had.
func peakMemory() int64 {
	status, err := os.ReadFile("/proc/self/status")
	if err == nil {
		_, after, _ := bytes.Cut(status, []byte("VmHWM:"))
		if f := bytes.Fields(after); len(f) > 0 {
			kilobytes, err := strconv.ParseInt(string(f[0]), 10, 64)
			if err == nil {
				return kilobytes << 10
			}
		}
	}
	return maxResident()
}
