package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goicl/goicl/kernels"
	"github.com/spf13/cobra"
)

// goicl runs the command line and returns its exit status and what it printed.
func goicl(args ...string) (status int, stdout, stderr string) {
	var out, errs bytes.Buffer
	status = execute(context.Background(), args, &out, &errs)
	return status, out.String(), errs.String()
}

func TestExitStatus(t *testing.T) {
	none := filepath.Join(t.TempDir(), "none.ipynb")
	tests := map[string]struct {
		args   []string
		status int
		says   string // on stderr
	}{
		"help":              {nil, 0, ""},
		"help of a command": {[]string{"lab", "--help"}, 0, ""},
		"unknown command":   {[]string{"labb"}, 2, `unknown command "labb"`},
		"unknown flag":      {[]string{"lab", "--colour"}, 2, "unknown flag: --colour"},
		"bad flag":          {[]string{"lab", "--port", "x"}, 2, `invalid argument "x" for "--port"`},
		"bad port":          {[]string{"lab", "--port", "65536"}, 2, "65536"},
		"user and prefix":   {[]string{"kernel", "install", "--user", "--prefix", "x"}, 2, "exclude each other"},
		"bad prefix":        {[]string{"kernel", "install", "--prefix", none}, 1, "is no folder"},
		"too many args":     {[]string{"doctor", "now"}, 2, "goicl doctor --help"},
		"too few args":      {[]string{"run"}, 2, "goicl run --help"},
		"unknown preset":    {[]string{"run", none, "--preset", "huge"}, 2, `unknown preset "huge"`},
		"negative timeout":  {[]string{"run", none, "--timeout", "-1s"}, 2, "--timeout -1s is negative"},
		"no such notebook":  {[]string{"run", none}, 1, "cannot read the notebook"},
		"check":             {[]string{"run", "--check", none, none}, 1, "cannot read the notebook"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			status, _, stderr := goicl(test.args...)
			if status != test.status || !strings.Contains(stderr, test.says) {
				t.Errorf("goicl %s: status %d, stderr %q; want %d, %q", test.args, status, stderr, test.status, test.says)
			}
			oneLine := strings.HasPrefix(stderr, "goicl: ") && strings.Count(stderr, "\n") == 1
			if (status == 0) != (stderr == "") || status != 0 && !oneLine {
				t.Errorf("stderr is %q, want one line if there is an error and else nothing", stderr)
			}
		})
	}
}

func TestLabSaysAtOnceThatThePortIsInUse(t *testing.T) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	port := fmt.Sprint(l.Addr().(*net.TCPAddr).Port)
	if status, _, stderr := goicl("lab", "--port", port); status != 1 || !strings.Contains(stderr, "port "+port+" is in use") {
		t.Errorf("status %d, stderr %q", status, stderr)
	}
}

func TestLabOutsideOfACheckout(t *testing.T) {
	t.Chdir(t.TempDir())
	if status, _, stderr := goicl("lab"); status != 1 || !strings.Contains(stderr, "git clone") {
		t.Errorf("status %d, stderr %q; want to be told to clone the repository", status, stderr)
	}
}

func TestDoctorJSONIsOneDocument(t *testing.T) {
	status, stdout, stderr := goicl("doctor", "--json")
	dec := json.NewDecoder(strings.NewReader(stdout))
	var report kernels.Report
	if err := dec.Decode(&report); err != nil {
		t.Fatalf("%v in %q", err, stdout)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		t.Errorf("something follows the document: %v", err)
	}
	if len(report.Checks) < 5 || report.OK != (status == 0) || report.OK != (stderr == "") {
		t.Errorf("status %d, report %+v, stderr %q", status, report, stderr)
	}
}

func TestDoctorInWords(t *testing.T) {
	report := kernels.Report{Checks: []kernels.Check{
		{Name: "go", State: "ok", Detail: "go1.26.5"},
		{Name: "python", State: "broken", Detail: "gone", Next: "install it"},
	}}
	var out bytes.Buffer
	if err := printReport(&out, report, false); err != nil {
		t.Fatal(err)
	}
	want := "ok       go            go1.26.5\nbroken   python        gone\n                       → install it\n"
	if out.String() != want {
		t.Errorf("printed\n%s\nwant\n%s", out.String(), want)
	}
}

func TestMessage(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	if got := message(ctx, errors.New("two\n  lines")); got != "two lines" {
		t.Errorf("got %q", got)
	}
	cancel()
	if got := message(ctx, fmt.Errorf("pkg: %w", context.Canceled)); got != "interrupted" {
		t.Errorf("got %q", got)
	}
}

func TestBackendFlag(t *testing.T) {
	library := filepath.Join("some", "plugin.so")
	abs, err := filepath.Abs(library)
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		env     []string
		fetches bool
	}{
		"":          {nil, true},
		"xla":       {[]string{"GOMLX_BACKEND=xla"}, true},
		"go":        {[]string{"GOMLX_BACKEND=go"}, false},
		"xla:cuda":  {[]string{"GOMLX_BACKEND=xla:cuda"}, false},
		"xla:/a.so": {[]string{"GOMLX_BACKEND=xla:/a.so"}, false},
		library:     {[]string{"GOMLX_BACKEND=" + abs}, false},
	}
	t.Setenv("CGO_ENABLED", "")
	for flag, test := range tests {
		var opts kernels.Options
		root := newRootCmd()
		root.AddCommand(&cobra.Command{Use: "probe", RunE: func(cmd *cobra.Command, _ []string) (err error) {
			opts, err = kernelOptions(cmd)
			return err
		}})
		root.SetArgs([]string{"probe", "--backend", flag})
		if err := root.Execute(); err != nil {
			t.Fatal(err)
		}
		if strings.Join(opts.Env, " ") != strings.Join(test.env, " ") || (opts.Plugin != nil) != test.fetches {
			t.Errorf("--backend %q: environment %v, fetches %t; want %v, %t", flag, opts.Env, opts.Plugin != nil, test.env, test.fetches)
		}
	}
}
