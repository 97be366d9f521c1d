//go:build cgo && (linux || darwin)

package backend

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// realPlugin is the plugin of this machine, without which XLA can't be tested.
func realPlugin(t testing.TB) string {
	t.Helper()
	path, err := Find()
	if err != nil {
		t.Skipf("XLA is not tested: %v; goicl lab installs a plugin", err)
	}
	return path
}

func TestXLA(t *testing.T) {
	path := realPlugin(t)
	for _, spec := range []string{"", "xla", "xla:cpu", "xla:cpu,noshared_buffers", path, "xla:" + path} {
		t.Setenv("GOMLX_BACKEND", "")
		b, err := Open(t.Context(), spec, WithoutFetch())
		if err != nil {
			t.Fatalf("%q: %v", spec, err)
		}
		if b.Kind() != "xla" || !strings.Contains(b.Line(), filepath.Base(path)) || strings.Contains(b.Line(), path) {
			t.Errorf("%q: kind %s, line %q", spec, b.Kind(), b.Line())
		}
		add23(t, b)
	}
}

func TestXLABadOption(t *testing.T) {
	realPlugin(t)
	if _, err := Open(t.Context(), "xla:cpu,shared_buffers=perhaps", WithoutFetch()); err == nil || !strings.Contains(err.Error(), "perhaps") {
		t.Errorf("error %v", err)
	}
}

// TestUnloadable has a file whose headers are those of a plugin, and which no loader accepts.
func TestUnloadable(t *testing.T) {
	s := testStore(t)
	path := write(t, s.places[0].dir, "pjrt_c_api_cpu_plugin.so", plugin)
	wantUnloadable(t, s, path)
}

// TestPanickingPlugin has a real library that gives go-xla nothing to work with.
func TestPanickingPlugin(t *testing.T) {
	cc, err := exec.LookPath("cc")
	if err != nil {
		t.Skip("no C compiler to make a library with")
	}
	s := testStore(t)
	source := write(t, t.TempDir(), "plugin.c", []byte("void *GetPjrtApi(void) { return 0; }\n"))
	path := write(t, s.places[0].dir, "pjrt_c_api_cpu_plugin.so", nil)
	if out, err := exec.Command(cc, "-shared", "-fPIC", "-o", path, source).CombinedOutput(); err != nil {
		t.Skipf("cc: %v: %s", err, out)
	}
	if err := checkLibrary(path); err != nil {
		t.Errorf("a library that exports %s is refused: %v", entryPoint, err)
	}
	wantUnloadable(t, s, path)
}

// wantUnloadable wants an error where the plugin is asked for and Go where it isn't.
func wantUnloadable(t *testing.T, s *store, path string) {
	t.Helper()
	for _, spec := range []string{"xla", path} {
		if b, err := s.open(t.Context(), spec); err == nil {
			t.Errorf("%s opened as %s", spec, b.Line())
		} else if strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: more than one line: %v", spec, err)
		}
	}
	if b, err := s.open(t.Context(), ""); err != nil || b.Kind() != "go" {
		t.Errorf("default: %v, %v", b, err)
	}
}

func TestCommaInPath(t *testing.T) {
	s := testStore(t)
	s.places[0].dir = filepath.Join(t.TempDir(), "a,b")
	write(t, s.places[0].dir, "pjrt_c_api_cpu_plugin.so", plugin)
	if _, err := s.open(t.Context(), "xla"); err == nil || !strings.Contains(err.Error(), "comma") {
		t.Errorf("error %v", err)
	}
}

func BenchmarkOpenXLA(b *testing.B) {
	realPlugin(b)
	for b.Loop() {
		engine, err := Open(b.Context(), "xla", WithoutFetch())
		if err != nil {
			b.Fatal(err)
		}
		engine.Backend.Finalize()
	}
}
