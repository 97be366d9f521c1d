package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goicl/goicl/icl/train"
	"github.com/goicl/goicl/kernels"
	"github.com/spf13/cobra"
)

// goicl runs the command line and returns its exit status and what it printed.
func goicl(args ...string) (status int, stdout, stderr string) {
	var out, errs bytes.Buffer
	status = execute(context.Background(), args, &out, &errs)
	return status, out.String(), errs.String()
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

func TestMessage(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	if got := message(ctx, errors.New("two\n  lines")); got != "two lines" {
		t.Errorf("got %q", got)
	}
	cancel()
	if got := message(ctx, fmt.Errorf("pkg: %w", context.Canceled)); got != "interrupted" {
		t.Errorf("got %q", got)
	}
	where := fmt.Errorf("train: %w (%w): stopped at step 3", train.ErrInterrupted, context.Canceled)
	if got := message(ctx, where); got != where.Error() {
		t.Errorf("got %q, want where it can go on", got)
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
		"":          {nil, false},
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
