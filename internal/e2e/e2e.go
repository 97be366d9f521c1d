// Package e2e is the end-to-end test of the notebooks: it uses the Go kernel and
// JupyterLab as a reader does. It takes minutes, and runs by
//
//	go run ./internal/e2e/cmd [-pictures DIR] [setup] [cells] [training] [browser]
package e2e

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/goicl/goicl/kernels"
)

// Options says what to test.
type Options struct {
	Kernel   kernels.Options // with the checkout, Root
	Pictures string          // folder that keeps pictures of the pages; "" keeps none
	Out      io.Writer       // gets a line for each thing that was tested
}

// test is one of the end-to-end tests.
type test struct {
	name string
	run  func(*suite, context.Context) error
}

// tests are:
//
//   - setup: a notebook's first cells work in the checkout, in a user's own module and in
//     an empty folder;
//   - cells: ordinary cells compile after the set-up, and common mistakes are explained;
//   - training: what one cell trains the next one loads; an interrupted training resumes
//     where it stopped, after a restart of the kernel too;
//   - browser: JupyterLab in Chromium runs all cells of all notebooks in the preset smoke,
//     shows their pictures, moves the sliders of panels, interrupts, completes. Without a
//     Chromium the notebooks alone are executed.
var tests = []test{{"setup", (*suite).setup}, {"cells", (*suite).cells}, {"training", (*suite).training}, {"browser", (*suite).browser}}

// Check reports unknown names of tests.
func (Options) Check(names []string) error {
	for _, name := range names {
		if !slices.ContainsFunc(tests, func(t test) bool { return t.name == name }) {
			var known []string
			for _, t := range tests {
				known = append(known, t.name)
			}
			return fmt.Errorf("unknown end-to-end test %q; known: %s", name, strings.Join(known, ", "))
		}
	}
	return nil
}

// Run installs the kernel and runs the tests of these names, or all. The first failure
// ends it. Runs are kept in a folder of their own, which is removed.
func Run(ctx context.Context, names []string, opts Options) (err error) {
	if err := opts.Check(names); err != nil {
		return err
	}
	s := &suite{Options: opts}
	if err := s.readNotebooks(); err != nil {
		return err
	}
	if s.tmp, err = os.MkdirTemp("", "goicl-e2e-*"); err != nil {
		return fmt.Errorf("e2e: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(s.tmp)) }()
	s.Kernel.Env = append(slices.Clone(opts.Kernel.Env), "XDG_DATA_HOME="+filepath.Join(s.tmp, "data"), "GOICL_PRESET=smoke")
	env, err := kernels.Install(ctx, s.Kernel)
	if err != nil {
		return err
	}
	s.env = env
	s.open = func(ctx context.Context, dir string, vars ...string) (kernel, error) {
		return env.Session(ctx, dir, vars...)
	}
	return s.run(ctx, names)
}

func (s *suite) run(ctx context.Context, names []string) error {
	for _, t := range tests {
		if len(names) > 0 && !slices.Contains(names, t.name) {
			continue
		}
		if err := t.run(s, ctx); err != nil {
			return fmt.Errorf("e2e: %s: %w", t.name, err)
		}
	}
	return nil
}

// jupyter is what the tests need of a [kernels.Environment].
type jupyter interface {
	Lab(ctx context.Context, opts kernels.LabOptions) error
	Run(ctx context.Context, notebook string, opts kernels.RunOptions) error
}

// kernel is a [kernels.Session].
type kernel interface {
	Run(code string) (kernels.Answer, error)
	Interrupt(code string, after time.Duration) (kernels.Answer, error)
	Restart() error
	Close() error
}

// suite is a run of the tests.
type suite struct {
	Options
	env                  jupyter
	open                 func(ctx context.Context, dir string, env ...string) (kernel, error)
	tmp                  string
	notebooks            []string // paths
	setupCell, importing string   // the first two code cells of the first notebook
}

// folders are those of a checkout that hold notebooks.
var folders = []string{"notebooks", "notebooks/landmarks", "tutorials"}

// readNotebooks lists the checkout's notebooks and reads the first one's first cells.
func (s *suite) readNotebooks() (err error) {
	for _, folder := range folders {
		found, err := filepath.Glob(filepath.Join(s.Kernel.Root, filepath.FromSlash(folder), "*.ipynb"))
		if err != nil {
			return fmt.Errorf("e2e: %w", err)
		}
		s.notebooks = append(s.notebooks, found...)
	}
	if len(s.notebooks) == 0 {
		return fmt.Errorf("e2e: no notebooks in %s; run it in a GoICL checkout", s.Kernel.Root)
	}
	s.setupCell, s.importing, err = kernels.SetupCells(s.notebooks[0])
	return err
}

func (s *suite) log(format string, args ...any) { fmt.Fprintf(s.Out, format+"\n", args...) }

// inSession calls do with a kernel that starts in dir and has run the cells.
func (s *suite) inSession(ctx context.Context, dir string, env []string, do func(kernel) error, cells ...string) (err error) {
	session, err := s.open(ctx, dir, env...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, session.Close()) }()
	for _, code := range cells {
		if _, err := session.Run(code); err != nil {
			return err
		}
	}
	return do(session)
}
