package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/goicl/goicl/internal/backend"
	"github.com/goicl/goicl/internal/files"
)

// usageError is an error in how goicl was called: exit status 2.
type usageError struct{ error }

// usagef is fmt.Errorf for a usageError.
func usagef(format string, args ...any) error {
	return usageError{fmt.Errorf(format, args...)}
}

// Unwrap is the error.
func (e usageError) Unwrap() error { return e.error }

// output is standard output. It remembers the first error of writing, for which many places
// that print do not ask: what was not printed is a failure.
type output struct {
	to  io.Writer
	err error
}

// Write implements [io.Writer].
func (o *output) Write(p []byte) (int, error) {
	if o.err != nil {
		return 0, o.err
	}
	n, err := o.to.Write(p)
	if err != nil {
		o.err = fmt.Errorf("cannot write to standard output: %w", err)
	}
	return n, o.err
}

// checkFlags reports, before a command does anything, a backend that does not exist, and a
// flag for a file or folder that is given as "".
func checkFlags(cmd *cobra.Command, _ []string) error {
	if err := backend.CheckSpec(backendFlag(cmd)); err != nil && backendFlag(cmd) != "" {
		return usagef("--backend: %w", err)
	}
	for _, name := range []string{"dir", "output", "figure", "prefix", "data", "make"} {
		if f := cmd.Flags().Lookup(name); f != nil && f.Changed && f.Value.String() == "" {
			return usagef(`--%s "" names nothing; leave it out, or give a name; see %q`, name, cmd.CommandPath()+" --help")
		}
	}
	return nil
}

// checkFile reports a file that cannot be written: by its extension, or since its folder does
// not exist or is not writable, or a folder has its name. It is asked before anything is
// computed; "" is no file.
func checkFile(flag, path string, extensions ...string) error {
	if path == "" {
		return nil
	}
	if ext := strings.ToLower(filepath.Ext(path)); len(extensions) > 0 && !slices.Contains(extensions, ext) {
		return usagef("--%s %s: unknown extension %q; use %s", flag, path, ext, strings.Join(extensions, " or "))
	}
	folder := filepath.Dir(path)
	info, err := os.Stat(folder)
	if err == nil && !info.IsDir() {
		err = fmt.Errorf("%s is no folder", folder)
	}
	if err != nil {
		return fmt.Errorf("--%s %s cannot be written: %w; make the folder first", flag, path, err)
	}
	f, err := files.Create(path)
	if err != nil {
		return fmt.Errorf("--%s %s cannot be written: %w; choose another name", flag, path, err)
	}
	f.Discard()
	return nil
}
