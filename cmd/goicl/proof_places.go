package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	"github.com/goicl/goicl/internal/process"
	"github.com/goicl/goicl/kernels"
)

// places runs the first two cells of a notebook, which set up and import, where people
// have notebooks.
func (p *proof) places(ctx context.Context) (err error) {
	notebooks, err := p.notebooks()
	if err != nil {
		return err
	}
	setup, imports, err := kernels.SetupCells(filepath.Join(p.root, notebooks[0]))
	if err != nil {
		return err
	}
	own, empty := filepath.Join(p.tmp, "own"), filepath.Join(p.tmp, "empty")
	if err := errors.Join(os.Mkdir(own, 0o755), os.Mkdir(empty, 0o755), kernels.OwnModule(p.root, own)); err != nil {
		return err
	}
	proxy, forget, err := p.publish(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, forget()) }()
	for _, place := range []struct {
		name, dir string
		env       []string
	}{
		{"the checkout", filepath.Join(p.root, "notebooks"), nil},
		{"a module of one's own", own, nil},
		{"an empty folder", empty, []string{"GOPROXY=" + proxy, "GOSUMDB=off"}},
	} {
		if err := p.runIn(ctx, place.dir, place.env, setup, imports); err != nil {
			return fmt.Errorf("in %s: %w", place.name, err)
		}
		p.say("the set-up works in %s", place.name)
	}
	return nil
}

// notebooks are the checkout's, as paths in it.
func (p *proof) notebooks() ([]string, error) {
	var all []string
	for _, folder := range []string{"notebooks", "tutorials"} {
		found, err := filepath.Glob(filepath.Join(p.root, folder, "*.ipynb"))
		if err != nil {
			return nil, err
		}
		for _, path := range found {
			all = append(all, filepath.Join(folder, filepath.Base(path)))
		}
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("no notebooks in %s", p.root)
	}
	return all, nil
}

// runIn runs cells in a kernel that starts in dir.
func (p *proof) runIn(ctx context.Context, dir string, env []string, cells ...string) (err error) {
	s, err := p.env.Session(ctx, dir, env...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	_, err = answered(s, cells...)
	return err
}

// publish makes a module proxy that has the checkout, and beside it what the module
// cache has. The function removes the checkout from the module cache again.
func (p *proof) publish(ctx context.Context) (proxy string, forget func() error, err error) {
	out, err := process.Output(ctx, process.Command(ctx, "go", "env", "GOMODCACHE"))
	if err != nil {
		return "", nil, err
	}
	cache := string(out[:len(out)-1])
	dir := filepath.Join(p.tmp, "proxy")
	version, err := kernels.Publish(ctx, p.root, dir)
	if err != nil {
		return "", nil, err
	}
	forget = func() error {
		return errors.Join(
			removeReadOnly(filepath.Join(cache, filepath.FromSlash(kernels.Module)+"@"+version)),
			removeReadOnly(filepath.Join(cache, "cache", "download", filepath.FromSlash(kernels.Module))))
	}
	return fileURL(dir) + "," + fileURL(filepath.Join(cache, "cache", "download")), forget, forget()
}

func fileURL(path string) string {
	return (&url.URL{Scheme: "file", Path: filepath.ToSlash(path)}).String()
}

// removeReadOnly removes a folder of the module cache, in which nothing may be written.
func removeReadOnly(dir string) error {
	_ = filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && d.IsDir() {
			return os.Chmod(path, 0o755)
		}
		return err
	})
	return os.RemoveAll(dir)
}
