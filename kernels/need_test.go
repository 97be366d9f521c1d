package kernels

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// onPath makes programs the only ones on the PATH. Each is a shell script.
func onPath(t *testing.T, programs map[string]string) {
	t.Helper()
	dir := t.TempDir()
	for name, script := range programs {
		path := write(t, filepath.Join(dir, name), "#!/bin/sh\n"+script+"\n")
		if err := os.Chmod(path, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", dir)
}

// checkError fails unless err is one line that holds all the parts.
func checkError(t *testing.T, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want one with %q", parts)
	}
	for _, p := range parts {
		if !strings.Contains(err.Error(), p) {
			t.Errorf("error %q does not mention %q", err, p)
		}
	}
	if strings.Contains(err.Error(), "\n") || !strings.HasPrefix(err.Error(), "kernels: ") {
		t.Errorf("error %q is not one line that starts with the package", err)
	}
}

func TestNothingInstalled(t *testing.T) {
	onPath(t, nil)
	ctx := context.Background()
	_, err := findGo(ctx, ".")
	checkError(t, err, "the go command is not installed", "install it with")
	_, err = findPython(ctx)
	checkError(t, err, "Python 3.10 or newer is not installed", "install it with")
	t.Setenv("CGO_ENABLED", "")
	_, err = findCompiler(ctx, goTool{CC: "gcc"})
	checkError(t, err, "a C compiler is not installed", "install it with", "CGO_ENABLED=0")
	if _, err := Install(ctx, Options{Root: ".", Home: t.TempDir()}); err == nil {
		t.Error("Install works without anything on the PATH")
	}
}

func TestCompilerNotNeeded(t *testing.T) {
	onPath(t, nil)
	t.Setenv("CGO_ENABLED", "0")
	if cc, err := findCompiler(context.Background(), goTool{CC: "gcc"}); cc != "" || err != nil {
		t.Errorf("got %q, %v; want nothing to be needed", cc, err)
	}
}

func TestCompilerThatDoesNotRun(t *testing.T) {
	onPath(t, map[string]string{"cc": "exit 1"})
	t.Setenv("CGO_ENABLED", "1")
	_, err := findCompiler(context.Background(), goTool{CC: "cc -m64"})
	checkError(t, err, "a C compiler is not installed")
}

func TestGoTooOld(t *testing.T) {
	onPath(t, map[string]string{"go": "echo 'go: go.mod requires go >= 1.26.5 (running go 1.19)' >&2; exit 1"})
	_, err := findGo(context.Background(), ".")
	checkError(t, err, "requires go >= 1.26.5 (running go 1.19)", "install a newer Go")
}

func TestFindPython(t *testing.T) {
	version := func(v string) string { return `case "$3" in *version*) echo ` + v + `;; esac` }
	noVenv := `case "$3" in *version*) echo 3.12.1;; *) echo "No module named ensurepip" >&2; exit 1;; esac`
	tests := map[string]struct {
		programs map[string]string
		want     string // the version, or a part of the error
	}{
		"good":                     {map[string]string{"python3": version("3.11.7")}, "3.11.7"},
		"oldest":                   {map[string]string{"python3": version("3.10.0")}, "3.10.0"},
		"too old":                  {map[string]string{"python3": version("3.9.18")}, "Python 3.9.18, JupyterLab needs 3.10"},
		"Python 2":                 {map[string]string{"python": version("2.7.18")}, "Python 2.7.18, JupyterLab needs 3.10"},
		"a newer one besides":      {map[string]string{"python3": version("3.9.18"), "python3.12": version("3.12.4")}, "3.12.4"},
		"no venv":                  {map[string]string{"python3": noVenv}, "lacks the module venv; install it with"},
		"a broken one, a good one": {map[string]string{"python3": "exit 3", "python": version("3.13.0")}, "3.13.0"},
		"broken":                   {map[string]string{"python3": "exit 3"}, "does not run"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			onPath(t, test.programs)
			py, err := findPython(context.Background())
			if err != nil {
				checkError(t, err, test.want)
			} else if py.version != test.want {
				t.Errorf("found Python %s, want %s", py.version, test.want)
			}
		})
	}
}

func TestInstallHints(t *testing.T) {
	hint := installHint("some-package", "some-rpm", "brew install thing")
	want := map[string]string{"apt": "apt-get install some-package", "dnf": "dnf install some-rpm", "mac": "brew install thing"}
	for manager, command := range want {
		if (packageManager() == manager || packageManager() == "") != strings.Contains(hint, command) {
			t.Errorf("on %s with %q the hint is %q", runtime.GOOS, packageManager(), hint)
		}
	}
}

func TestGoFlags(t *testing.T) {
	fast := cellFlags(goTool{})
	if !strings.HasPrefix(fast, "'-ldflags=-s -w") {
		t.Errorf("cells get %q, want no symbols in their programs", fast)
	}
	tests := []struct{ user, cells string }{
		{"-buildvcs=false", "-buildvcs=false " + fast},
		{"-mod=mod -trimpath --mod=vendor -modcacherw", "-trimpath -modcacherw " + fast},
		{"-ldflags=-s", "-ldflags=-s"},
		{"-tags=mine", "-tags=mine " + strings.TrimSuffix(fast, " -tags=netgo,osusergo,goicl_pip")},
	}
	for _, test := range tests {
		if got := cellFlags(goTool{Flags: test.user}); got != test.cells {
			t.Errorf("with GOFLAGS=%q cells get %q, want %q", test.user, got, test.cells)
		}
	}
}

// TestCellsLinkNoHTTP: what cells import brings no HTTP and no TLS with it, which would make
// each link a tenth longer.
func TestCellsLinkNoHTTP(t *testing.T) {
	if flags := cellFlags(goTool{}); !strings.Contains(flags, "goicl_pip") {
		t.Skipf("cells are built with %q here", flags)
	}
	cmd := exec.CommandContext(t.Context(), "go", "list", "-deps", "../icl/...", "../datasets/...")
	cmd.Env = append(os.Environ(), "GOFLAGS="+cellFlags(goTool{}))
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, heavy := range []string{"net/http", "crypto/tls"} {
		if slices.Contains(strings.Fields(string(out)), heavy) {
			t.Errorf("cells link %s", heavy)
		}
	}
}
