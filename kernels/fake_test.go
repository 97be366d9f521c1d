package kernels

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/goicl/goicl/internal/gonb"
)

// executable writes a shell script.
func executable(t *testing.T, path, script string) string {
	t.Helper()
	write(t, path, "#!/bin/sh\n"+script+"\n")
	if err := os.Chmod(path, 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

// fake is an installation whose Python is a shell script: it gets -I -c, one of our Python
// scripts, and that one's arguments from $4 on.
func fake(t *testing.T, script string, opts Options) *Environment {
	t.Helper()
	h := ready(t)
	executable(t, h.python(), script)
	opts.Home = string(h)
	return newEnvironment(opts)
}

// fakeSession answers by what it is asked, and is closed by the end of its input.
const fakeSession = `echo '{"seconds": 2}'
while read line; do
	case "$line" in
	*restart*) echo '{"seconds": 1}';;
	*interrupt*) echo '{"failed": true, "after": 0.5, "stderr": "stopped at step 3"}';;
	*bad*) echo '{"failed": true, "stderr": "./main.go:3: undefined: x"}';;
	*silent*) printf '%s\n' '{"stderr": "oh\nexit status 3\n"}';;
	*mute*) echo '{"failed": true}';;
	*die*) echo 'no memory' >&2; exit 1;;
	*) echo "{\"seconds\": 0.25, \"stdout\": \"$(basename $4) $PRESET $TMPDIR\"}";;
	esac
done`

func TestSessionProtocol(t *testing.T) {
	dir := t.TempDir()
	s, err := fake(t, fakeSession, Options{Env: []string{"PRESET=smoke"}}).Session(t.Context(), dir)
	if err != nil || s.Start != 2*time.Second {
		t.Fatalf("start took %v, error %v; want 2s", s.Start, err)
	}
	a, err := s.Run("fmt.Println()")
	if want := filepath.Base(dir) + " smoke " + s.tmp; err != nil || a.Stdout != want || a.Seconds != .25 {
		t.Errorf("answer %+v, error %v; want %q after .25 s", a, err, want)
	}
	for code, want := range map[string]string{"bad": "./main.go:3: undefined: x", "silent": "oh", "mute": "the cell failed without a message"} {
		if _, err := s.Run(code); err == nil || err.Error() != want {
			t.Errorf("%s: error %v, want %q", code, err, want)
		}
	}
	if a, err := s.Interrupt("train()", time.Second); err != nil || !a.Failed || a.After != .5 || a.Stderr != "stopped at step 3" {
		t.Errorf("interrupted: %+v, %v", a, err)
	}
	if err := s.Restart(); err != nil {
		t.Error("restart:", err)
	}
	if err := s.Close(); err != nil || s.Close() != nil {
		t.Error("close:", err)
	}
	if _, err := os.Stat(s.tmp); !os.IsNotExist(err) {
		t.Errorf("the session's temporary folder is left: %v", err)
	}
}

func TestSessionThatDies(t *testing.T) {
	s, err := fake(t, fakeSession, Options{}).Session(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.Run("die")
	checkError(t, err, "the Go kernel's session ended (no memory)", "goicl doctor")
	if err := s.Close(); err != nil {
		t.Error("closing what has ended:", err)
	}
	_, err = fake(t, "echo no kernel >&2; exit 1", Options{}).Session(t.Context(), t.TempDir())
	checkError(t, err, "(no kernel)", "goicl doctor")
	_, err = newEnvironment(Options{Home: t.TempDir()}).Session(t.Context(), t.TempDir())
	checkError(t, err, "cannot start Python", "goicl doctor")
}

// fakeRun reports that the notebook was executed, or what $FAIL holds.
const fakeRun = `echo "  cell 1 of 1" >&2
echo "{\"notebook\": \"executed in $(basename $PWD) with $GOICL_PRESET, $5 s\", \"cell\": 1, \"error\": \"$FAIL\", \"details\": \"all of it\"}"`

func TestRunWritesTheNotebook(t *testing.T) {
	var log bytes.Buffer
	e := fake(t, fakeRun, Options{Log: &log})
	path := nb(t, code("x", 0))
	if err := os.Chmod(path, 0o600); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(t.TempDir(), "link.ipynb")
	if err := os.Symlink(path, link); err != nil {
		t.Skip(err)
	}
	if err := e.Run(t.Context(), link, RunOptions{Preset: "smoke", Timeout: 1500 * time.Millisecond}); err != nil {
		t.Fatal(err)
	}
	got, _ := os.ReadFile(path)
	if want := "executed in " + filepath.Base(filepath.Dir(path)) + " with smoke, 2 s"; string(got) != want {
		t.Errorf("the notebook is %q, want %q", got, want)
	}
	if info, _ := os.Lstat(link); info.Mode()&os.ModeSymlink == 0 {
		t.Error("the link was replaced by a file")
	}
	if info, _ := os.Stat(path); info.Mode().Perm() != 0o600 {
		t.Errorf("the permissions are %v, want those of before", info.Mode())
	}
	if log.String() != "  cell 1 of 1\n" {
		t.Errorf("the log is %q", log.String())
	}
}

// TestRunKeepsTheNotebook: a failing cell is named, and its notebook left alone unless it
// is asked for.
func TestRunKeepsTheNotebook(t *testing.T) {
	var log bytes.Buffer
	e := fake(t, fakeRun, Options{Log: &log, Env: []string{"FAIL=undefined: x"}})
	path := nb(t, code("x", 0))
	before, _ := os.ReadFile(path)
	err := e.Run(t.Context(), path, RunOptions{})
	checkError(t, err, filepath.Base(path)+", cell [1]: undefined: x")
	if after, _ := os.ReadFile(path); !bytes.Equal(before, after) {
		t.Errorf("the notebook is now %q", after)
	}
	if !strings.Contains(log.String(), "all of it") {
		t.Errorf("the log %q lacks the details", log.String())
	}
	checkError(t, e.Run(t.Context(), path, RunOptions{SaveFailed: true}), "undefined: x")
	if after, _ := os.ReadFile(path); !strings.HasPrefix(string(after), "executed in") {
		t.Errorf("the notebook is %q, want that of the failed run", after)
	}
}

func TestRunWithoutResult(t *testing.T) {
	path := nb(t, code("x", 0))
	for script, want := range map[string]string{
		"echo '{'":                            "the run ended without a result",
		"exit 0":                              "the run ended without a result",
		"echo no module nbclient >&2; exit 1": "no module nbclient",
	} {
		checkError(t, fake(t, script, Options{}).Run(t.Context(), path, RunOptions{}), filepath.Base(path), want)
	}
	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	if err := fake(t, fakeRun, Options{}).Run(stopped, path, RunOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
	checkError(t, fake(t, fakeRun, Options{}).Run(t.Context(), filepath.Join(t.TempDir(), "no.ipynb"), RunOptions{}), "cannot read the notebook")
}

// TestLab plays JupyterLab by this program, see TestMain.
func TestLab(t *testing.T) {
	dir := t.TempDir()
	e := fake(t, `for a in "$@"; do case "$a" in
--port=*) port=${a#--port=};;
--more) echo "$PWD $JUPYTER_TOKEN" > args;;
esac; done
GOICL_TEST_SERVER=127.0.0.1:$port exec "`+os.Args[0]+`"`, Options{Root: t.TempDir()})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var address string
	opts := LabOptions{Dir: dir, Args: []string{"--more"}, Ready: func(url string) { address = url; cancel() }}
	if err := e.Lab(ctx, opts); err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(address)
	if err != nil || u.Hostname() != "127.0.0.1" || u.Path != "/lab" || len(u.Query().Get("token")) < 20 {
		t.Errorf("the address is %s, %v; want one with a token", address, err)
	}
	if got, _ := os.ReadFile(filepath.Join(dir, "args")); string(got) != dir+" "+u.Query().Get("token")+"\n" {
		t.Errorf("the server runs in, and with the token, %q", got)
	}
}

func TestLabFails(t *testing.T) {
	e := fake(t, "exit 4", Options{Root: t.TempDir()})
	ready := func(url string) { t.Errorf("%s is ready", url) }
	checkError(t, e.Lab(t.Context(), LabOptions{Ready: ready}), "JupyterLab ended with an error (exit status 4)", "goicl doctor")
	checkError(t, e.Lab(t.Context(), LabOptions{Port: 70000, Ready: ready}), "port 70000 does not exist")
}

// TestInstallWithAllInPlace: only the kernel spec is written, and the build cache warmed.
func TestInstallWithAllInPlace(t *testing.T) {
	t.Setenv("CGO_ENABLED", "0")
	if _, err := findGo(t.Context(), "."); err != nil {
		t.Skip(err)
	}
	h, root := ready(t), t.TempDir()
	executable(t, h.python(), "exit 0")
	write(t, filepath.Join(root, "go.mod"), "module example.org/x\n\ngo 1.26\n")
	write(t, filepath.Join(root, "a", "a.go"), "package a\n")
	write(t, filepath.Join(root, "internal", "b", "b.go"), "package b\n")
	write(t, filepath.Join(root, "cmd", "main.go"), "package main\n\nfunc main() {}\n")
	var log bytes.Buffer
	plugin := func(context.Context, io.Writer) (string, error) { return "/p.so", nil }
	if _, err := Install(t.Context(), Options{Root: root, Home: string(h), Log: &log, Plugin: plugin}); err != nil {
		t.Fatal(err, log.String())
	}
	if !isFile(h.kernelSpec()) || !isFile(filepath.Join(h.warmup(), "cell")) {
		t.Errorf("no kernel spec, or no program was built: %s", log.String())
	}
	for _, want := range []string{"XLA plugin: /p.so\n", "Go build cache …\n", "Go build cache: done in "} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("the log lacks %q:\n%s", want, log.String())
		}
	}
	if main, _ := os.ReadFile(filepath.Join(h.warmup(), "main.go")); !strings.Contains(string(main), `_ "example.org/x/a"`) || strings.Count(string(main), "example.org/") != 1 {
		t.Errorf("the program imports what a cell cannot, or not all it can:\n%s", main)
	}
	if strings.Contains(log.String(), "first time") {
		t.Errorf("the log announces a first installation: %s", log.String())
	}
}

// TestInstallJupyter plays a Python whose environments import whatever they are asked to.
func TestInstallJupyter(t *testing.T) {
	h := ready(t)
	py := executable(t, filepath.Join(t.TempDir(), "python3"), `mkdir -p "$5/bin" "$5/share/jupyter/nbconvert/templates/lab"; printf 'class="\n{%%- if output | get_metadata('"'unconfined', 'image/png'"') %%}\n{{ output.data['"'image/svg+xml'"'] | text_base64 | escape_html }}">' > "$5/share/jupyter/nbconvert/templates/lab/base.html.j2"; printf '#!/bin/sh\nexit 0\n' > "$5/bin/python"; chmod +x "$5/bin/python"`)
	var log bytes.Buffer
	e := newEnvironment(Options{Home: string(h), Log: &log})
	for range 2 {
		if err := e.installJupyter(t.Context(), python{py, "3.11.9"}); err != nil {
			t.Fatal(err)
		}
	}
	if !isFile(h.python()) || !isFile(filepath.Join(h.venv(), "share", "jupyter", "lab", "settings", "overrides.json")) {
		t.Error("no Python, or no settings of JupyterLab")
	}
	if got := strings.Count(log.String(), "JupyterLab 4.6.6 for Python 3.11.9 …"); got != 1 {
		t.Errorf("installed %d times, want once:\n%s", got, log.String())
	}
	broken := executable(t, filepath.Join(t.TempDir(), "python3"), "echo no ensurepip >&2; exit 1")
	e = newEnvironment(Options{Home: string(ready(t))})
	err := e.installJupyter(t.Context(), python{broken, "3.11.9"})
	checkError(t, err, "cannot make a virtual environment (no ensurepip)", "free space")
	if isFile(e.home.python()) {
		t.Error("a failed installation left a Python")
	}
}

// fakeGonb is a folder with files that hold what package gonb changes.
func fakeGonb(t *testing.T) string {
	t.Helper()
	data, err := gonb.Files.ReadFile("edits.json")
	var edits []struct{ File, Old string }
	if err == nil {
		err = json.Unmarshal(data, &edits)
	}
	if err != nil {
		t.Fatal(err)
	}
	dir, code := t.TempDir(), map[string]string{}
	for _, e := range edits {
		code[e.File] += e.Old
	}
	for file, text := range code {
		write(t, filepath.Join(dir, filepath.FromSlash(file)), text)
	}
	return dir
}

// TestBuildTools plays the go command: it must build the pinned tools for this machine.
func TestBuildTools(t *testing.T) {
	root := t.TempDir()
	source := fakeGonb(t)
	executable(t, filepath.Join(root, "bin", "go"), `case "$1" in mod) exit 0;; list) echo "`+source+`"; exit 0;; esac
echo "$@ $GOWORK [$GOOS] $GOFLAGS" > "$GOBIN/args"; touch "$GOCACHE/x"; echo "$GOCACHE" > "$GOBIN/cache"; cp go.mod "$GOBIN/gonb"; touch "$GOBIN/goimports" "$GOBIN/gopls"`)
	t.Setenv("GOOS", "plan9")
	h := home(t.TempDir())
	e := newEnvironment(Options{Home: string(h)})
	if err := os.MkdirAll(h.installed(), 0o755); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second time nothing is built
		if err := e.installTools(t.Context(), goTool{Root: root, Flags: "-mod=vendor -trimpath"}); err != nil {
			t.Fatal(err)
		}
	}
	if got, _ := os.ReadFile(filepath.Join(h.bin(), "args")); string(got) != "install tool off [] -trimpath -mod=readonly '-ldflags=-s -w'\n" {
		t.Errorf("go was called with %q", got)
	}
	cache, _ := os.ReadFile(filepath.Join(h.bin(), "cache"))
	if _, err := os.Stat(strings.TrimSpace(string(cache))); len(cache) < 2 || err == nil {
		t.Errorf("the build cache of the tools, %q, is not there or was left behind", cache)
	}
	want := string(pin("tools.mod.txt")) + "\nreplace github.com/janpfeifer/gonb => ./gonb\n"
	if got, _ := os.ReadFile(h.gonb()); string(got) != want {
		t.Errorf("the module is %s", got)
	}
	executable(t, filepath.Join(root, "bin", "go"), "echo reading the proxy; echo no route to host >&2; exit 1")
	var log bytes.Buffer
	e = newEnvironment(Options{Home: string(h), Log: &log})
	os.Remove(h.gopls())
	err := e.installTools(t.Context(), goTool{Root: root})
	checkError(t, err, "building the Go kernel failed (no route to host)", "check the network")
	if !strings.Contains(log.String(), "reading the proxy") || !isFile(h.gonb()) {
		t.Errorf("the log is %q, or the kernel of before is gone", log.String())
	}
}

func TestJupyterEnv(t *testing.T) {
	t.Setenv("JUPYTER_PATH", "/of/the/user")
	t.Setenv("JUPYTER_CONFIG_DIR", "/of/the/user")
	e := newEnvironment(Options{Home: "/h", Env: []string{"GOMLX_BACKEND=go"}})
	env := e.jupyterEnv("/t")
	for _, kv := range env {
		if strings.Contains(kv, "/of/the/user") {
			t.Errorf("%s reaches Jupyter", kv)
		}
	}
	for _, want := range []string{"JUPYTER_CONFIG_DIR=/h/config", "JUPYTER_RUNTIME_DIR=/h/runtime", "TMPDIR=/t", "GOMLX_BACKEND=go"} {
		if !strings.Contains(fmt.Sprint(env), want) {
			t.Errorf("the environment lacks %s", want)
		}
	}
}
