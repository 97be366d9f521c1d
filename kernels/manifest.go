package kernels

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"github.com/goicl/goicl/internal/files"
)

// manifestFile lists the files of an installed part with their SHA-256, as sha256sum does.
const manifestFile = "SHA256SUMS"

// writeManifest lists what was installed into dir. Names with line breaks are left out.
func writeManifest(dir string) error {
	var list bytes.Buffer
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() || strings.Contains(path, "\n") {
			return err
		}
		sum, err := files.SumFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(dir, path)
		fmt.Fprintf(&list, "%s  %s\n", sum, filepath.ToSlash(name))
		return err
	})
	if err == nil {
		err = files.Write(filepath.Join(dir, manifestFile), list.Bytes())
	}
	return err
}

// checkManifest reports files of dir that are not as they were installed. A folder without a
// list, which an earlier version installed, is not checked.
func checkManifest(dir string) error {
	list, err := os.ReadFile(filepath.Join(dir, manifestFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	var damaged atomic.Pointer[string]
	var checks errgroup.Group
	checks.SetLimit(4)
	lines := bufio.NewScanner(bytes.NewReader(list))
	for lines.Scan() {
		want, name, _ := strings.Cut(lines.Text(), "  ")
		checks.Go(func() error {
			if sum, err := files.SumFile(filepath.Join(dir, filepath.FromSlash(name))); err != nil || sum != want {
				damaged.Store(&name)
			}
			return nil
		})
	}
	if err := errors.Join(lines.Err(), checks.Wait()); err != nil {
		return err
	}
	if name := damaged.Load(); name != nil {
		return fmt.Errorf("%s is not as it was installed", filepath.Join(dir, *name))
	}
	return nil
}
