package e2e

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
	"golang.org/x/mod/zip"

	"github.com/goicl/goicl/internal/process"
	"github.com/goicl/goicl/kernels"
)

// writeModule makes dir a module of a user that depends on the checkout at root, as it
// will on a version of it.
func writeModule(root, dir string) error {
	data, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		return fmt.Errorf("e2e: %w", err)
	}
	mod, err := modfile.Parse("go.mod", data, nil)
	if err != nil {
		return fmt.Errorf("e2e: %w", err)
	}
	edits := []error{mod.AddModuleStmt("example.org/own"), mod.AddRequire(kernels.Module, "v0.0.0"), mod.AddReplace(kernels.Module, "", root, "")}
	for _, err := range edits {
		if err != nil {
			return fmt.Errorf("e2e: %w", err)
		}
	}
	return copyModule(root, dir, modfile.Format(mod.Syntax))
}

// copyModule writes that go.mod, and the checkout's checksums.
func copyModule(root, dir string, mod []byte) error {
	sums, err := os.ReadFile(filepath.Join(root, "go.sum"))
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "go.mod"), mod, 0o644)
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "go.sum"), sums, 0o644)
	}
	if err != nil {
		return fmt.Errorf("e2e: %w", err)
	}
	return nil
}

// publishModule puts the checkout at root, without what git ignores, into the folder proxy as a
// version of its module, which it returns: a file URL of the folder can be a GOPROXY. The
// version is told by the content, since Go remembers for good what files a version has.
func publishModule(ctx context.Context, root, proxy string) (version string, err error) {
	files, err := tracked(ctx, root)
	if err != nil {
		return "", err
	}
	if version, err = contentVersion(files); err != nil {
		return "", err
	}
	dir := filepath.Join(proxy, filepath.FromSlash(kernels.Module), "@v")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", fmt.Errorf("e2e: %w", err)
	}
	mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		return "", fmt.Errorf("e2e: %w", err)
	}
	var packed bytes.Buffer
	if err := zip.Create(&packed, module.Version{Path: kernels.Module, Version: version}, files); err != nil {
		return "", fmt.Errorf("e2e: %w", err)
	}
	for name, content := range map[string][]byte{
		"list": []byte(version + "\n"), version + ".info": fmt.Appendf(nil, "{%q:%q}", "Version", version),
		version + ".mod": mod, version + ".zip": packed.Bytes(),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o644); err != nil {
			return "", fmt.Errorf("e2e: %w", err)
		}
	}
	return version, nil
}

// tracked are the files of a checkout that git does not ignore.
func tracked(ctx context.Context, root string) ([]zip.File, error) {
	out, err := process.Output(ctx, process.Command(ctx, "git", "-C", root, "ls-files", "-z", "--cached", "--others", "--exclude-standard"))
	if err != nil {
		return nil, fmt.Errorf("e2e: the files of %s: %w", root, err)
	}
	var files []zip.File
	for path := range strings.SplitSeq(strings.TrimSuffix(string(out), "\x00"), "\x00") {
		if f := (file{root, path}); f.regular() { // else deleted, and not yet committed
			files = append(files, f)
		}
	}
	return files, nil
}

// file is a file of a module.
type file struct{ root, path string }

func (f file) place() string { return filepath.Join(f.root, filepath.FromSlash(f.path)) }

// regular reports whether the file is there and neither a link nor a folder.
func (f file) regular() bool {
	info, err := f.Lstat()
	return err == nil && info.Mode().IsRegular()
}

func (f file) Path() string                 { return f.path }
func (f file) Lstat() (os.FileInfo, error)  { return os.Lstat(f.place()) }
func (f file) Open() (io.ReadCloser, error) { return os.Open(f.place()) }

// contentVersion is a version that other files have not.
func contentVersion(files []zip.File) (string, error) {
	hash := sha256.New()
	for _, f := range files {
		r, err := f.Open()
		if err != nil {
			return "", fmt.Errorf("e2e: %w", err)
		}
		fmt.Fprintf(hash, "%q ", f.Path())
		_, err = io.Copy(hash, r)
		if err := errors.Join(err, r.Close()); err != nil {
			return "", fmt.Errorf("e2e: %w", err)
		}
	}
	return fmt.Sprintf("v0.0.1-h%x", hash.Sum(nil)[:6]), nil
}
