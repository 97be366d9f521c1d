package kernels

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// ready is a home whose tools are in place, so that nothing is built.
func ready(t *testing.T) home {
	t.Helper()
	home := home(t.TempDir())
	for _, tool := range []string{home.gonb(), home.goimports(), home.gopls()} {
		write(t, tool, "#!/bin/sh\n")
	}
	return home
}

// ownJupyter puts a jupyter command on the PATH whose data folder is data and which
// finds the Go kernel in the folder spec.
func ownJupyter(t *testing.T, data, spec string) {
	t.Helper()
	script := "#!/bin/sh\nif [ $1 = --data-dir ]; then echo " + data + "; else echo '{\"kernelspecs\":{\"gonb\":{\"resource_dir\":\"" + spec + "\"}}}'; fi\n"
	path := write(t, filepath.Join(t.TempDir(), "jupyter"), script)
	if err := os.Chmod(path, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", filepath.Dir(path)+string(os.PathListSeparator)+os.Getenv("PATH"))
}

func TestInstallKernelForTheUser(t *testing.T) {
	data := t.TempDir()
	ownJupyter(t, data, filepath.Join(data, "kernels", "gonb"))
	t.Setenv("XDG_CACHE_HOME", "/of/the/user")
	home := ready(t)
	path, err := InstallKernel(context.Background(), Options{Home: string(home), Env: []string{"GOMLX_BACKEND=go"}}, "")
	if err != nil {
		t.Fatal(err)
	}
	var spec kernelSpec
	raw, err := os.ReadFile(filepath.Join(data, "kernels", "gonb", "kernel.json"))
	if err != nil || json.Unmarshal(raw, &spec) != nil {
		t.Fatalf("%s was said to be written: %v, %s", path, err, raw)
	}
	if spec.Env["XDG_CACHE_HOME"] != "/of/the/user" || spec.Env["GOMLX_BACKEND"] != "go" || spec.Argv[0] != home.gonb() {
		t.Errorf("the spec is %s", raw)
	}
	if c := states(Doctor(context.Background(), Options{Home: string(home)}, noPlugin)); c["own jupyter"] != stateOK {
		t.Errorf("the doctor finds it %s", c["own jupyter"])
	}
	if c := states(Doctor(context.Background(), Options{Home: string(ready(t))}, noPlugin)); c["own jupyter"] != stateMissing {
		t.Errorf("the doctor of another home finds it %s", c["own jupyter"])
	}
}

func TestInstallKernelIntoAPrefix(t *testing.T) {
	var log bytes.Buffer
	prefix := t.TempDir()
	script := write(t, filepath.Join(t.TempDir(), "jupyter"), "#!/bin/sh\nexit 1\n")
	if err := os.Chmod(script, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", filepath.Dir(script)+string(os.PathListSeparator)+os.Getenv("PATH"))
	path, err := InstallKernel(context.Background(), Options{Home: string(ready(t)), Log: &log}, prefix)
	if want := filepath.Join(prefix, "share", "jupyter", "kernels", "gonb", "kernel.json"); err != nil || path != want || !isFile(want) {
		t.Errorf("wrote %s, error %v; want %s", path, err, want)
	}
	if !strings.Contains(log.String(), "warning: no jupyter command on the PATH answers") {
		t.Errorf("without Jupyter the log is %q", log.String())
	}
}

func TestInstallKernelFails(t *testing.T) {
	ctx, home := context.Background(), ready(t)
	_, err := InstallKernel(ctx, Options{Home: string(home)}, filepath.Join(t.TempDir(), "none"))
	checkError(t, err, "none is no folder", "sys.prefix")

	blocked := t.TempDir()
	write(t, filepath.Join(blocked, "share"), "a file in the way")
	_, err = InstallKernel(ctx, Options{Home: string(home)}, blocked)
	checkError(t, err, "cannot write the kernel spec", "--prefix")

	data := t.TempDir()
	ownJupyter(t, data, "/elsewhere/gonb")
	if dir := userJupyter(context.Background()).Dir; dir != "/" {
		t.Errorf("the jupyter command runs in %q, where it may find modules and settings", dir)
	}
	_, err = InstallKernel(ctx, Options{Home: string(home)}, "")
	checkError(t, err, `uses "/elsewhere/gonb"`, "--prefix")
}
