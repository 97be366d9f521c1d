package kernels

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goicl/goicl/internal/process"
)

// TestMain lets this program stand in for JupyterLab: with an address in its
// environment it is a server that ends when its standard input does.
func TestMain(m *testing.M) {
	if address := os.Getenv("GOICL_TEST_SERVER"); address != "" {
		go http.ListenAndServe(address, http.NotFoundHandler())
		io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func TestServe(t *testing.T) {
	port, err := freePort(0)
	if err != nil {
		t.Skip(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	cmd := process.Command(ctx, os.Args[0])
	cmd.Env = append(os.Environ(), fmt.Sprintf("GOICL_TEST_SERVER=127.0.0.1:%d", port))
	url := labURL(t.TempDir(), port, "secret")
	var said string
	ready := func(url string) { said += url; cancel() }
	if err := newEnvironment(Options{}).serve(ctx, cmd, url, ready); err != nil {
		t.Error(err)
	}
	if said != url {
		t.Errorf("said %q, want the URL %s", said, url)
	}
	if conn, err := net.Dial("tcp4", fmt.Sprintf("127.0.0.1:%d", port)); err == nil {
		conn.Close()
		t.Error("the server still answers")
	}
}

func TestServeFails(t *testing.T) {
	ready := func(url string) { t.Errorf("%s is ready without a server", url) }
	e := newEnvironment(Options{})
	ctx := context.Background()
	err := e.serve(ctx, process.Command(ctx, "sh", "-c", "exit 3"), "http://127.0.0.1:1/", ready)
	checkError(t, err, "JupyterLab ended with an error", "exit status 3", "goicl doctor")
	err = e.serve(ctx, process.Command(ctx, filepath.Join(t.TempDir(), "none")), "http://127.0.0.1:1/", ready)
	checkError(t, err, "cannot start JupyterLab")
}

func TestLabURL(t *testing.T) {
	root := t.TempDir()
	if got := labURL(root, 8888, "a b"); got != "http://127.0.0.1:8888/lab?token=a+b" {
		t.Errorf("without notebooks: %s", got)
	}
	write(t, filepath.Join(root, "notebooks", "x"), "")
	if got := labURL(root, 8888, "t"); got != "http://127.0.0.1:8888/lab/tree/notebooks?token=t" {
		t.Errorf("with notebooks: %s", got)
	}
}

func TestLabCommand(t *testing.T) {
	t.Setenv("JUPYTER_PATH", "/of/the/user")
	var log bytes.Buffer
	e := newEnvironment(Options{Root: t.TempDir(), Home: t.TempDir(), Log: &log, Env: []string{"GOMLX_BACKEND=go"}})
	cmd := e.labCommand(context.Background(), e.root, 8899, false, "secret", "/tmp/x")
	args, env := strings.Join(cmd.Args, " "), strings.Join(cmd.Env, "\n")
	for _, want := range []string{"--ip=127.0.0.1", "--port=8899", "--ServerApp.root_dir=" + e.root, "open_browser=false"} {
		if !strings.Contains(args, want) {
			t.Errorf("the arguments lack %s", want)
		}
	}
	if strings.Contains(args, "secret") {
		t.Error("the token is among the arguments, where others can read it")
	}
	for _, want := range []string{"JUPYTER_TOKEN=secret", "GOMLX_BACKEND=go", "JUPYTER_DATA_DIR=" + e.home.dataDir(), "TMPDIR=/tmp/x"} {
		if !strings.Contains(env, want) {
			t.Errorf("the environment lacks %s", want)
		}
	}
	if strings.Contains(env, "/of/the/user") {
		t.Error("the user's Jupyter settings reach our Jupyter")
	}
	if root := os.Geteuid() == 0; root != strings.Contains(args, "--allow-root") || root != strings.Contains(log.String(), "running as root") {
		t.Errorf("as root: %t, arguments %s, log %q", root, args, log.String())
	}
}

func TestLabPortInUse(t *testing.T) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	e := newEnvironment(Options{Root: t.TempDir(), Home: t.TempDir()})
	err = e.Lab(context.Background(), LabOptions{Port: l.Addr().(*net.TCPAddr).Port})
	checkError(t, err, "is in use")
}
