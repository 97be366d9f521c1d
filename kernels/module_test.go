package kernels

import (
	"bytes"
	"context"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/mod/module"
	"golang.org/x/mod/zip"
)

// library writes a module of the library's path, with a package to import.
func library(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	write(t, filepath.Join(dir, "go.mod"), "module "+modulePath+"\n\ngo 1.26\n")
	write(t, filepath.Join(dir, "icl", "icl.go"), "package icl\n")
	write(t, filepath.Join(dir, "internal", "x", "x.go"), "package x\n")
	return dir
}

// TestInstallInOwnModule: in a module that requires the library, here by way of a replacement,
// what cells import is the library's and the module's own.
func TestInstallInOwnModule(t *testing.T) {
	main, log := warmed(t, Options{Root: ownModule(t, library(t))})
	if !strings.Contains(main, `_ "`+modulePath+`/icl"`) || !strings.Contains(main, `_ "example.org/own/a"`) || strings.Contains(main, "internal/x") {
		t.Errorf("the program imports\n%s\nlog:\n%s", main, log)
	}
}

func ownModule(t *testing.T, library string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	write(t, filepath.Join(dir, "go.mod"), "module example.org/own\n\ngo 1.26\n\nrequire "+modulePath+" v0.0.0\n\nreplace "+modulePath+" => "+library+"\n")
	write(t, filepath.Join(dir, "a", "a.go"), "package a\n\nimport _ \""+modulePath+"/icl\"\n")
	return dir
}

// TestInstallWithoutModule: in an empty folder the library is fetched, in the version of the command.
func TestInstallWithoutModule(t *testing.T) {
	proxy, version := t.TempDir(), "v1.2.3"
	var packed bytes.Buffer
	if err := zip.CreateFromDir(&packed, module.Version{Path: modulePath, Version: version}, library(t)); err != nil {
		t.Fatal(err)
	}
	at := filepath.Join(proxy, filepath.FromSlash(modulePath), "@v")
	write(t, filepath.Join(at, version+".info"), `{"Version":"`+version+`"}`)
	write(t, filepath.Join(at, version+".mod"), "module "+modulePath+"\n\ngo 1.26\n")
	write(t, filepath.Join(at, version+".zip"), packed.String())
	out, err := exec.CommandContext(t.Context(), "go", "env", "GOMODCACHE").Output()
	if err != nil {
		t.Skip(err)
	}
	downloads := filepath.Join(strings.TrimSpace(string(out)), "cache", "download")
	if _, err := os.Stat(filepath.Join(downloads, "github.com", "janpfeifer", "gonb", "@v", toolVersion(gonbModule)+".zip")); err != nil {
		t.Skip(err)
	}
	address := func(dir string) string { return (&url.URL{Scheme: "file", Path: dir}).String() }
	t.Setenv("GOPROXY", address(proxy)+","+address(downloads))
	t.Setenv("GOSUMDB", "off")
	t.Setenv("GOMODCACHE", t.TempDir())
	t.Setenv("GOFLAGS", "-modcacherw")
	main, log := warmed(t, Options{Version: version})
	if !strings.Contains(main, `_ "`+modulePath+`/icl"`) || !strings.Contains(log, "Go build cache: done") {
		t.Errorf("the program imports\n%s\nlog:\n%s", main, log)
	}
}

// warmed makes an installation of which only the build cache is missing, and returns the
// program whose build fills it.
func warmed(t *testing.T, opts Options) (main, log string) {
	t.Helper()
	t.Setenv("CGO_ENABLED", "0")
	if _, err := findGo(t.Context(), "."); err != nil {
		t.Skip(err)
	}
	h := ready(t)
	executable(t, h.python(), "exit 0")
	var said bytes.Buffer
	opts.Home, opts.Log = string(h), &said
	opts.Plugin = func(context.Context, io.Writer) (string, error) { return "/p.so", nil }
	if _, err := Install(t.Context(), opts); err != nil {
		t.Fatal(err, said.String())
	}
	if !isFile(filepath.Join(h.warmup(), "cell")) {
		t.Errorf("no program was built: %s", &said)
	}
	text, err := os.ReadFile(filepath.Join(h.warmup(), "main.go"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text), said.String()
}
