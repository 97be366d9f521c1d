package e2e

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/goicl/goicl/internal/process"
)

// setup runs the first two cells of a notebook, which set up and import, in each kind of
// folder that notebooks are kept in.
func (s *suite) setup(ctx context.Context) (err error) {
	own, empty := filepath.Join(s.tmp, "own"), filepath.Join(s.tmp, "empty")
	if err := errors.Join(os.Mkdir(empty, 0o755), writeModule(s.Kernel.Root, own)); err != nil {
		return err
	}
	proxy, version, forget, err := s.publish(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, forget()) }()
	for _, place := range []struct {
		name, dir string
		env       []string
	}{
		{"the checkout", filepath.Dir(s.notebooks[0]), nil},
		{"a user's own module", own, nil},
		{"an empty folder", empty, []string{"GOPROXY=" + proxy, "GOSUMDB=off", "GOICL_VERSION=" + version}},
	} {
		nothing := func(kernel) error { return nil }
		if err := s.inSession(ctx, place.dir, place.env, nothing, s.setupCell, s.importing); err != nil {
			return fmt.Errorf("in %s: %w", place.name, err)
		}
		s.log("the set-up works in %s", place.name)
	}
	return nil
}

// publish makes a module proxy that has the checkout, and beside it what the module
// cache has. The function removes the checkout from the module cache again.
func (s *suite) publish(ctx context.Context) (proxy, version string, forget func() error, err error) {
	out, err := process.Output(ctx, process.Command(ctx, "go", "env", "GOMODCACHE"))
	if err != nil {
		return "", "", nil, err
	}
	cache := strings.TrimSpace(string(out))
	dir := filepath.Join(s.tmp, "proxy")
	version, err = publishModule(ctx, s.Kernel.Root, dir)
	if err != nil {
		return "", "", nil, err
	}
	downloads := filepath.Join(cache, "cache", "download")
	forget = func() error {
		return errors.Join(
			removeReadOnly(filepath.Join(cache, filepath.FromSlash(modulePath)+"@"+version)),
			removeReadOnly(filepath.Join(downloads, filepath.FromSlash(modulePath))))
	}
	return fileURL(dir) + "," + fileURL(downloads), version, forget, forget()
}

func fileURL(path string) string {
	return (&url.URL{Scheme: "file", Path: filepath.ToSlash(path)}).String()
}

// removeReadOnly removes a folder of the module cache, whose folders are read-only.
func removeReadOnly(dir string) error {
	_ = filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && d.IsDir() {
			return os.Chmod(path, 0o755)
		}
		return err
	})
	return os.RemoveAll(dir)
}
