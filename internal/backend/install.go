package backend

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"github.com/goicl/goicl/internal/bounded"
	"github.com/goicl/goicl/internal/files"
)

const (
	forget   = 10 * time.Minute // how long a failed fetch keeps programs from trying again
	patience = 30 * time.Second // after so long without success, Open tries no further source
)

// errStore marks failures of the cache, which no other source can help.
var errStore = errors.New("the XLA plugin can't be stored")

// storeError says which folder failed and how to choose another one.
func storeError(dir string, err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		err = p.Err
	}
	return fmt.Errorf("%w in %s (XDG_CACHE_HOME moves it): %w", errStore, dir, err)
}

// ensure finds a plugin or fetches one. Unless asked for, a fetch that failed lately isn't tried again and a
// slow one ends early.
func (s *store) ensure(ctx context.Context, asked bool) (found, error) {
	plugin, err := s.find()
	switch {
	case err == nil:
		return plugin, nil
	case len(s.sources) == 0:
		return found{}, fmt.Errorf("%w, and none pinned for %s/%s; install one with: %s",
			err, runtime.GOOS, runtime.GOARCH, installer)
	case s.noFetch != "":
		return found{}, fmt.Errorf("%w, and %s", err, s.noFetch)
	}
	return s.fetchLocked(ctx, asked)
}

// fetchLocked fetches under the lock of the cache, so that of several processes one fetches and the others find.
func (s *store) fetchLocked(ctx context.Context, asked bool) (found, error) {
	if err := os.MkdirAll(s.dir, 0o755); err != nil {
		return found{}, storeError(s.dir, err)
	}
	lock, err := s.lock(ctx)
	if err != nil {
		return found{}, err
	}
	defer lock.Close()
	plugin, damaged := s.findCached()
	if plugin.path != "" {
		return plugin, nil
	}
	if damaged != "" {
		fmt.Fprintln(s.progress, strings.TrimPrefix(damaged, "; "))
	}
	if reason := s.lastFailure(); reason != "" && !asked {
		return found{}, errors.New(reason)
	}
	plugin, err = s.fetch(ctx, asked)
	if ctx.Err() == nil {
		s.remember(err)
	}
	return plugin, err
}

// lock waits for the lock of the cache, which is next to the cache and stays there.
func (s *store) lock(ctx context.Context) (*flock.Flock, error) {
	lock := flock.New(s.dir + ".lock")
	free, err := lock.TryLock()
	if err == nil && !free {
		fmt.Fprintln(s.progress, "waiting for another process that fetches the XLA plugin")
		_, err = lock.TryLockContext(ctx, 100*time.Millisecond)
	}
	if err != nil && ctx.Err() == nil {
		err = storeError(s.dir, err)
	}
	return lock, err
}

// fetch tries the sources in turn. The caller holds the lock.
func (s *store) fetch(ctx context.Context, asked bool) (found, error) {
	s.sweep()
	begin := time.Now()
	var reasons []string
	for _, src := range s.sources {
		path, err := s.install(ctx, src)
		if err == nil {
			return found{path, fmt.Sprintf("fetched from %s into the GoICL cache", src)}, nil
		}
		if ctx.Err() != nil {
			return found{}, ctx.Err()
		}
		if errors.Is(err, errStore) {
			return found{}, err
		}
		reasons = append(reasons, fmt.Sprintf("%s: %v", src, err))
		fmt.Fprintln(s.progress, "no XLA plugin from", reasons[len(reasons)-1])
		if !asked && time.Since(begin) > patience {
			break
		}
	}
	return found{}, &fetchError{reasons}
}

// fetchError says of each source that was tried why it failed.
type fetchError struct{ reasons []string }

func (e *fetchError) Error() string {
	return fmt.Sprintf("the XLA plugin could not be fetched: %s; try again, or install one with: %s",
		strings.Join(e.reasons, "; "), installer)
}

// brief is err in one short line, which of several sources names only the first.
func brief(err error) string {
	var e *fetchError
	if !errors.As(err, &e) {
		return oneLine(err).Error()
	}
	more := ""
	if n := len(e.reasons) - 1; n > 0 {
		more = fmt.Sprintf("; nor from %d more", n)
	}
	return fmt.Sprintf("the XLA plugin could not be fetched: %s%s", e.reasons[0], more)
}

// install fetches the library of one source, compares its hash and moves it into place. On failure nothing stays.
func (s *store) install(ctx context.Context, src source) (string, error) {
	scratch, err := os.MkdirTemp(s.dir, scratchPrefix)
	if err != nil {
		return "", storeError(s.dir, err)
	}
	defer os.RemoveAll(scratch)
	lib := src.library()
	path := filepath.Join(s.dir, lib.file())
	unpacked := filepath.Join(scratch, lib.file())
	f, err := files.Create(unpacked)
	if err != nil {
		return "", storeError(s.dir, err)
	}
	defer f.Discard()
	fmt.Fprintln(s.progress, "fetching the XLA plugin from", src)
	sum, bar := sha256.New(), s.bar(lib.size)
	if err := src.fetch(ctx, io.MultiWriter(diskWriter{ctx, f, s.dir}, sum, bar), scratch, s.progress); err != nil {
		bar.Clear()
		return "", err
	}
	if got := hex.EncodeToString(sum.Sum(nil)); got != lib.sha256 {
		return "", fmt.Errorf("%s has SHA-256 %s instead of the pinned %s", lib.entry, got, lib.sha256)
	}
	if err := f.Commit(); err != nil {
		return "", storeError(s.dir, err)
	}
	if err := os.Rename(unpacked, path); err != nil {
		return "", storeError(s.dir, err)
	}
	return path, nil
}

// diskWriter stops when ctx ends, and marks failures of the disk.
type diskWriter struct {
	ctx context.Context
	w   io.Writer
	dir string
}

func (d diskWriter) Write(p []byte) (int, error) {
	if err := d.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := d.w.Write(p)
	if err != nil {
		err = storeError(d.dir, err)
	}
	return n, err
}

const scratchPrefix = ".fetch-"

// sweep removes what a process that was killed left behind.
func (s *store) sweep() {
	for _, dir := range glob(s.dir, scratchPrefix+"*") {
		os.RemoveAll(dir)
	}
}

// remember notes why a fetch failed, or, with nil, that none did. Without the note the next program just tries
// again, so its own errors don't matter.
func (s *store) remember(err error) {
	if err == nil {
		os.Remove(s.dir + ".failed")
		return
	}
	_ = os.WriteFile(s.dir+".failed", []byte(brief(err)), 0o644)
}

// lastFailure returns why the last fetch failed, if that was a short while ago.
func (s *store) lastFailure() string {
	info, err := os.Stat(s.dir + ".failed")
	if err != nil {
		return ""
	}
	age := time.Since(info.ModTime())
	if age < 0 || age > forget {
		return ""
	}
	reason, _ := bounded.ReadFile(s.dir+".failed", 1<<16)
	return string(reason)
}
