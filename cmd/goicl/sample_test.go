package main

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goicl/goicl/datasets/npz"
	"github.com/goicl/goicl/datasets/regression"
	"github.com/goicl/goicl/datasets/synthetic"
)

// runSample runs the command and returns what it said.
func runSample(t *testing.T, args ...string) (stderr string, err error) {
	t.Helper()
	cmd := newSampleCmd()
	cmd.SilenceUsage, cmd.SilenceErrors = true, true
	markUsageErrors(cmd)
	var out, errs bytes.Buffer
	cmd.SetOut(&out)
	cmd.SetErr(&errs)
	cmd.SetArgs(args)
	err = cmd.Execute()
	if out.Len() > 0 {
		t.Errorf("%v prints on standard output: %s", args, &out)
	}
	return errs.String(), err
}

func TestSampleWritesTasks(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tasks.npz")
	for _, family := range synthetic.Families() {
		said, err := runSample(t, family, "-n", "5", "--points", "7", "--seed", "3", "--sigma", "2", "-o", path)
		if err != nil {
			t.Fatal(err)
		}
		if want := "wrote 5 tasks of 7 points (" + family + ", sigma 2, seed 3) to " + path + "\n"; said != want {
			t.Errorf("said %q, want %q", said, want)
		}
		b, err := npz.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if b.T != 5 || b.N != 7 || b.D != 2 || b.C != 2 {
			t.Errorf("%s: T %d, N %d, D %d, C %d; want 5, 7, 2, 2", family, b.T, b.N, b.D, b.C)
		}
	}
}

func TestSampleWritesRegressionTasks(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tasks.npz")
	for _, family := range regression.Families() {
		for _, c := range []struct {
			args []string
			n, d int
		}{{nil, 41, 20}, {[]string{"--points", "7", "--dims", "4", "--sigma", "2"}, 7, 4}} {
			if _, err := runSample(t, append(c.args, family, "-n", "5", "-o", path)...); err != nil {
				t.Fatal(err)
			}
			b, err := npz.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if b.T != 5 || b.N != c.n || b.D != c.d || (b.C == 2) != (family == "classification") {
				t.Errorf("%s %v: T %d, N %d, D %d, C %d; want 5, %d, %d", family, c.args, b.T, b.N, b.D, b.C, c.n, c.d)
			}
		}
	}
}

func TestSampleWritesWaves(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tasks.npz")
	for n, args := range map[int][]string{11: nil, 4: {"--points", "4"}} {
		if _, err := runSample(t, append(args, "sinusoid", "-n", "3", "-o", path)...); err != nil {
			t.Fatal(err)
		}
		if b, err := npz.ReadFile(path); err != nil || b.T != 3 || b.N != n || b.D != 1 || b.C != 0 {
			t.Errorf("%v: batch %+v, error %v", args, b, err)
		}
	}
}

func TestSampleDefaults(t *testing.T) {
	t.Chdir(t.TempDir())
	if _, err := runSample(t, "proto"); err != nil {
		t.Fatal(err)
	}
	b, err := npz.ReadFile("tasks.npz")
	if err != nil {
		t.Fatal(err)
	}
	if b.T != 1000 || b.N != 50 {
		t.Errorf("%d tasks of %d points, want 1000 of 50", b.T, b.N)
	}
}

// TestSampleBytes: the same arguments give the same file; others another.
func TestSampleBytes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tasks.npz")
	digest := func(args ...string) [32]byte {
		if _, err := runSample(t, append(args, "-n", "10", "-o", path)...); err != nil {
			t.Fatal(err)
		}
		file, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return sha256.Sum256(file)
	}
	first := digest("mix", "--seed", "1")
	if first != digest("mix", "--seed", "1") {
		t.Error("two runs give two files")
	}
	if first == digest("mix", "--seed", "2") {
		t.Error("two seeds give one file")
	}
}

func TestSampleErrors(t *testing.T) {
	dir := t.TempDir()
	path, folder := filepath.Join(dir, "tasks.npz"), filepath.Join(t.TempDir(), "folder.npz")
	if err := os.Mkdir(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		want  string
		usage bool
		args  []string
	}{
		{`unknown family "foo"; known: proto, pair, amort, radius, mix, linear, sparse`, true, []string{"foo"}},
		{"--dims is 3, but proto has 2 dimensions; leave --dims out", true, []string{"proto", "--dims", "3"}},
		{"0 dimensions; want at least 1", true, []string{"linear", "--dims", "0"}},
		{"0 points; want at least 1", true, []string{"tree", "--points", "0"}},
		{"3 non-zero coordinates of 2", true, []string{"sparse", "--dims", "2"}},
		{"sigma is 0; want 1e-06", true, []string{"linear", "--sigma", "0"}},
		{"--dims and --sigma do not apply to sinusoid", true, []string{"sinusoid", "--sigma", "2"}},
		{"--points is 0; want at least 1", true, []string{"sinusoid", "--points", "0"}},
		{"accepts 1 arg(s), received 0", true, nil},
		{"accepts 1 arg(s), received 2", true, []string{"proto", "pair"}},
		{"0 tasks; want at least 1", true, []string{"proto", "-n", "0"}},
		{"-4 tasks; want at least 1", true, []string{"mix", "-n", "-4"}},
		{"0 points; want at least 1", true, []string{"pair", "--points", "0"}},
		{"sigma is 0; want > 0", true, []string{"amort", "--sigma", "0"}},
		{"sigma is -1; want > 0", true, []string{"radius", "--sigma", "-1"}},
		{"sigma is NaN; want > 0", true, []string{"proto", "--sigma", "NaN"}},
		{"sigma is +Inf; want > 0", true, []string{"proto", "--sigma", "inf"}},
		{"too many values", true, []string{"proto", "-n", "9000000000000000000"}},
		{"too many values", true, []string{"mix", "-n", "9000000", "--points", "50"}},
		{`invalid argument "x" for "-n, --tasks"`, true, []string{"proto", "-n", "x"}},
		{`invalid argument "-1" for "--seed"`, true, []string{"proto", "--seed", "-1"}},
		{`--output x.csv: unknown extension ".csv"; use .npz`, true, []string{"proto", "-o", "x.csv"}},
		{"no such file or directory", false, []string{"proto", "-o", filepath.Join(dir, "absent", "tasks.npz")}},
		{"not a regular file", false, []string{"proto", "-o", folder}},
	} {
		args := append([]string{"-o", path}, c.args...)
		_, err := runSample(t, args...)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: error %v, want one with %q", c.args, err, c.want)
			continue
		}
		var usage usageError
		if errors.As(err, &usage) != c.usage {
			t.Errorf("%v: a usage error %t, want %t", c.args, !c.usage, c.usage)
		}
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) > 0 {
		t.Errorf("left behind: %v, %v", entries, err)
	}
}
