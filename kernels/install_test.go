package kernels

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestPlace(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "part")
	fill := func(content string, err error) func(string) error {
		return func(tmp string) error {
			write(t, filepath.Join(tmp, "file"), content)
			return err
		}
	}
	read := func() string {
		data, _ := os.ReadFile(filepath.Join(dir, "file"))
		return string(data)
	}
	failure := errors.New("no")
	if err := place(dir, fill("half", failure)); !errors.Is(err, failure) || read() != "" {
		t.Errorf("a failed part: %v, content %q; want the error and nothing", err, read())
	}
	if err := place(dir, fill("one", nil)); err != nil || read() != "one" {
		t.Errorf("the first time: %v, content %q", err, read())
	}
	if err := place(dir, fill("half", failure)); err == nil || read() != "one" {
		t.Errorf("a failed replacement: %v, content %q; want the old one", err, read())
	}
	if err := place(dir, fill("two", nil)); err != nil || read() != "two" {
		t.Errorf("a replacement: %v, content %q", err, read())
	}
	if entries, _ := os.ReadDir(filepath.Dir(dir)); len(entries) != 1 {
		t.Errorf("left behind: %v", entries)
	}
}

func TestLockKeepsOthersWaiting(t *testing.T) {
	var log bytes.Buffer
	home := home(t.TempDir())
	e := newEnvironment(Options{Home: string(home), Log: &log})
	unlock, err := e.lock(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	waiting := make(chan error)
	go func() {
		_, err := newEnvironment(Options{Home: string(home), Log: writerFunc(func([]byte) { cancel() })}).lock(ctx)
		waiting <- err
	}()
	if err := <-waiting; !errors.Is(err, context.Canceled) {
		t.Errorf("a second lock: %v; want it to wait until it is cancelled", err)
	}
	unlock()
	if unlock, err = e.lock(context.Background()); err != nil {
		t.Fatal("the lock is not free again:", err)
	}
	unlock()
}

type writerFunc func([]byte)

func (f writerFunc) Write(text []byte) (int, error) {
	f(text)
	return len(text), nil
}

func TestHomeCannotBeWritten(t *testing.T) {
	file := write(t, filepath.Join(t.TempDir(), "file"), "")
	_, err := newEnvironment(Options{Home: filepath.Join(file, "home")}).lock(context.Background())
	checkError(t, err, "cannot write to "+file, "XDG_DATA_HOME")
}

func TestRemoveLeftoversAndOlder(t *testing.T) {
	home := home(t.TempDir())
	write(t, home.installed(newPrefix+"123", "half"), "")
	write(t, home.installed("bin", "gonb"), "")
	write(t, home.path("0123456789ab", "bin", "gonb"), "")
	write(t, home.path("config", "x"), "")
	newEnvironment(Options{Home: string(home)}).removeLeftovers()
	if entries, _ := os.ReadDir(home.installed()); len(entries) != 1 || entries[0].Name() != "bin" {
		t.Errorf("afterwards: %v, want bin", entries)
	}
	if old := home.older(); len(old) != 1 || filepath.Base(old[0]) != "0123456789ab" {
		t.Errorf("older installations: %v", old)
	}
}

func TestPluginIsOptional(t *testing.T) {
	var log bytes.Buffer
	e := newEnvironment(Options{Log: &log})
	fail := func(context.Context, io.Writer) (string, error) { return "", errors.New("no network") }
	if err := e.fetchPlugin(context.Background(), Options{Plugin: fail}); err != nil {
		t.Error(err)
	}
	if !strings.Contains(log.String(), "warning: no XLA plugin") || !strings.Contains(log.String(), "no network") {
		t.Errorf("the log is %q", log.String())
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := e.fetchPlugin(ctx, Options{Plugin: fail}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestBrokenCodeIsOnlyAWarning(t *testing.T) {
	root := t.TempDir()
	write(t, filepath.Join(root, "go.mod"), "module example.org/broken\n\ngo 1.26\n")
	write(t, filepath.Join(root, "broken", "broken.go"), "package broken\n\nvar x int = \"text\"\n")
	g, err := findGo(context.Background(), root)
	if err != nil {
		t.Skip(err)
	}
	var log bytes.Buffer
	e := newEnvironment(Options{Root: root, Home: t.TempDir(), Log: &log})
	if err := e.warm(context.Background(), g); err != nil {
		t.Error(err)
	}
	if !strings.Contains(log.String(), "warning: the build cache is not warm") || !strings.Contains(log.String(), "string") {
		t.Errorf("the log is %q, want a warning with the compiler's words", log.String())
	}
}

// TestSupported: on Windows the message says what works instead.
func TestSupported(t *testing.T) {
	for _, system := range []string{"linux", "darwin"} {
		if err := supported(system); err != nil {
			t.Error(system, err)
		}
	}
	checkError(t, supported("windows"), "does not run on Windows", "wsl --install", "devcontainer")
}

// TestForCells: cells learn the version that they fetch and the Python that has pip, if there are any.
func TestForCells(t *testing.T) {
	e := newEnvironment(Options{Home: t.TempDir()})
	if env := e.forCells(); len(env) > 0 {
		t.Errorf("an empty installation gives %v", env)
	}
	e.version = "v1.2.3"
	write(t, e.home.python(), "")
	if got, want := strings.Join(e.jupyterEnv(""), "\n"), "GOICL_VERSION=v1.2.3\nGOICL_PYTHON="+e.home.python(); !strings.Contains(got, want) {
		t.Errorf("the environment is\n%s\nwant %s in it", got, want)
	}
}
