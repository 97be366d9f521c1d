package e2e

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
	"golang.org/x/mod/zip"

	"github.com/goicl/goicl/internal/process"
)

// modulePath is that of the checkout.
const modulePath = "github.com/goicl/goicl"

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
	err = errors.Join(mod.AddModuleStmt("example.org/own"), mod.AddRequire(modulePath, "v0.0.0"), mod.AddReplace(modulePath, "", root, ""))
	if err != nil {
		return fmt.Errorf("e2e: %w", err)
	}
	sums, err := os.ReadFile(filepath.Join(root, "go.sum"))
	if err != nil {
		return fmt.Errorf("e2e: %w", err)
	}
	return writeFiles(dir, map[string][]byte{"go.mod": modfile.Format(mod.Syntax), "go.sum": sums})
}

// writeFiles writes files, by their paths in the folder dir, and makes folders if need be.
func writeFiles(dir string, files map[string][]byte) error {
	for name, content := range files {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, content, 0o644)); err != nil {
			return fmt.Errorf("e2e: %w", err)
		}
	}
	return nil
}

// publishModule puts the checkout at root, as git tracks it and with what is not yet
// committed, into the folder proxy as a version of its module, which it returns: a file URL
// of the folder can be a GOPROXY. The version is the hash of the content, since Go remembers
// for good what files a version has.
func publishModule(ctx context.Context, root, proxy string) (version string, err error) {
	source := filepath.Join(proxy, "source")
	tree, err := snapshot(ctx, root, source)
	if err != nil {
		return "", fmt.Errorf("e2e: the files of %s: %w", root, err)
	}
	version = "v0.0.1-h" + tree[:12]
	mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		return "", fmt.Errorf("e2e: %w", err)
	}
	var packed bytes.Buffer
	if err := zip.CreateFromDir(&packed, module.Version{Path: modulePath, Version: version}, source); err != nil {
		return "", fmt.Errorf("e2e: %w", err)
	}
	dir := filepath.Join(proxy, filepath.FromSlash(modulePath), "@v")
	return version, writeFiles(dir, map[string][]byte{
		"list": []byte(version + "\n"), version + ".info": fmt.Appendf(nil, "{%q:%q}", "Version", version),
		version + ".mod": mod, version + ".zip": packed.Bytes(),
	})
}

// snapshot copies the tracked files of the checkout, as they are now, into dir and returns
// the hash of their content. The checkout, its index and its branches stay as they are.
func snapshot(ctx context.Context, root, dir string) (tree string, err error) {
	run := func(name string, args ...string) string {
		if err != nil {
			return ""
		}
		var out []byte
		out, err = process.Output(ctx, process.Command(ctx, name, args...))
		return strings.TrimSpace(string(out))
	}
	git := func(args ...string) string {
		return run("git", append([]string{"-C", root, "-c", "user.name=e2e", "-c", "user.email=e2e@example.org"}, args...)...)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	commit := cmp.Or(git("stash", "create"), "HEAD") // "" where nothing has changed
	archive := dir + ".tar"
	git("archive", "--output", archive, commit)
	run("tar", "-xf", archive, "-C", dir)
	tree = git("rev-parse", commit+"^{tree}")
	return tree, err
}
