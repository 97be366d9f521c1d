// Package files writes files so that a reader never finds half of one, makes temporary
// folders, and removes what processes that were killed have left of either.
//
// A process locks what it has not finished. Whoever finds a temporary file or folder that
// nobody locks removes it.
package files

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Permissions of new files and folders, less the user's umask: in a folder that people
// share, each can go on with the runs of the others if their umask allows it.
const (
	Perm    fs.FileMode = 0o666
	DirPerm fs.FileMode = 0o777
)

// Pending is a file that takes its place with Commit.
type Pending struct {
	*os.File
	path string
	lock *os.File // the same file, open and locked until it is in its place, or removed
}

// Create returns a file that will replace path in one atomic step, with the permissions of
// the file that is there. Until then it lies beside it, where a crash leaves it to the next
// call of Create with that path.
func Create(path string) (Pending, error) {
	perm := Perm
	switch info, err := os.Stat(path); {
	case err == nil && !info.Mode().IsRegular(): // as root, the rename would replace even /dev/null
		return Pending{}, fmt.Errorf("%s is not a regular file; choose another name", path)
	case err == nil:
		perm = info.Mode().Perm()
	}
	sweep(filepath.Dir(path), "."+filepath.Base(path))
	for {
		f, err := createBeside(path, perm)
		if err != nil {
			return Pending{}, err
		}
		lock, err := os.Open(f.Name())
		if err == nil && claim(lock) {
			return Pending{f, path, lock}, nil
		}
		Pending{f, path, lock}.Discard()
		if err != nil && !os.IsNotExist(err) {
			return Pending{}, err
		}
	}
}

// createBeside makes a new file of another name in the folder of path: with the permissions
// of a file that is there, or for a new one those of [Perm] that the umask leaves.
func createBeside(path string, perm fs.FileMode) (*os.File, error) {
	for {
		name := filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+strconv.FormatUint(rand.Uint64(), 10))
		f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, perm)
		if os.IsExist(err) {
			continue
		}
		if err == nil && perm != Perm {
			if err = f.Chmod(perm); err != nil {
				_, _ = f.Close(), os.Remove(name)
			}
		}
		return f, err
	}
}

// Commit puts the file in its place, on the disk.
func (p Pending) Commit() error {
	err := p.Sync() // else the name could reach the disk before the content
	if errClose := p.Close(); err == nil {
		err = errClose
	}
	return release(p.lock, func() error {
		if err != nil {
			return err
		}
		return os.Rename(p.Name(), p.path)
	})
}

// Discard removes the file, unless it is committed.
func (p Pending) Discard() {
	_ = p.Close()
	_ = release(p.lock, func() error { return os.Remove(p.Name()) })
}

// Write writes a file in one atomic step.
func Write(path string, data []byte) error {
	f, err := Create(path)
	if err != nil {
		return err
	}
	defer f.Discard()
	if _, err := f.Write(data); err != nil {
		return err
	}
	return f.Commit()
}

// TempDir makes a temporary folder in dir, or where the system keeps them if dir is "". The
// prefix of its name must be one that no other program uses: folders of that prefix whose
// process was killed are removed.
func TempDir(dir, prefix string) (path string, remove func(), err error) {
	if dir == "" {
		dir = os.TempDir()
	}
	sweep(dir, prefix)
	for {
		path, err := os.MkdirTemp(dir, prefix+"*")
		if err != nil {
			return "", nil, err
		}
		lock, err := os.Open(path)
		if err == nil && claim(lock) {
			return path, func() { _ = release(lock, func() error { return os.RemoveAll(path) }) }, nil
		}
		_ = lock.Close()
		if err != nil && !os.IsNotExist(err) {
			_ = os.RemoveAll(path)
			return "", nil, err
		}
	}
}

// claim locks a file or folder that this process has made, and reports whether it is still
// there: it may have been swept before.
func claim(f *os.File) bool {
	if locked, err := tryLock(f); !locked && err == nil {
		return false // another process is removing it
	}
	mine, err := f.Stat()
	there, errThere := os.Lstat(f.Name())
	return err == nil && errThere == nil && os.SameFile(mine, there)
}

// sweep removes the files and folders of dir whose names are prefix and a number, and that
// no process has locked.
func sweep(dir, prefix string) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	for _, e := range entries {
		number, ok := strings.CutPrefix(e.Name(), prefix)
		if !ok || strings.Trim(number, "0123456789") != "" || number == "" || !e.IsDir() && !e.Type().IsRegular() {
			continue
		}
		path := filepath.Join(dir, e.Name())
		if f, err := os.Open(path); err == nil {
			if locked, _ := tryLock(f); locked {
				_ = release(f, func() error { return os.RemoveAll(path) })
			}
			_ = f.Close()
		}
	}
}
