package backend

import (
	"bytes"
	"encoding/hex"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestPins(t *testing.T) {
	for platform, sources := range pinnedSources {
		files := map[string]string{}
		for _, src := range sources {
			lib := src.library()
			if sum, err := hex.DecodeString(lib.sha256); err != nil || len(sum) != 32 {
				t.Errorf("%s, %s: %q is no SHA-256", platform, src, lib.sha256)
			}
			if lib.size < 100<<20 || lib.entry != filepath.Base(lib.entry) {
				t.Errorf("%s, %s: unlikely library %v", platform, src, lib)
			}
			if before, seen := files[lib.file()]; seen && before != lib.sha256 {
				t.Errorf("%s: two libraries share the name %s", platform, lib.file())
			}
			files[lib.file()] = lib.sha256
		}
	}
}

// TestPrefetchedPlugin: the image that is built without a network gets a plugin that is
// pinned here.
func TestPrefetchedPlugin(t *testing.T) {
	script, err := os.ReadFile(filepath.Join("..", "..", "deploy", "prefetch.sh"))
	if err != nil {
		t.Fatal(err)
	}
	for _, src := range pinnedSources["linux/amd64"] {
		if w, ok := src.(*wheel); ok && bytes.Contains(script, []byte("'"+w.pkg+"=="+w.version+" ")) {
			return
		}
	}
	t.Error("deploy/prefetch.sh fetches none of the wheels that are pinned for linux/amd64")
}

// TestWheel stands a script in for python3 that behaves like pip download.
func TestWheel(t *testing.T) {
	lib := pin(plugin)
	whl := write(t, t.TempDir(), "made.whl", zipped(file{"pkg/__init__.py", nil}, file{"pkg/" + lib.entry, plugin}))
	src := &wheel{pkg: "some-plugin", version: "1.2", lib: lib}
	script(t, "python3", `
		[ "$1 $2 $3 $4" = "-I -m pip download" ] || exit 3
		for last; do :; done
		[ "$last" = "some-plugin==1.2" ] || exit 4
		while [ "$1" != "--dest" ]; do shift; done
		/bin/cp `+whl+` "$2/some_plugin-1.2-any.whl"
		echo "saved the wheel"`)
	var got, progress bytes.Buffer
	if err := src.fetch(t.Context(), &got, t.TempDir(), &progress); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.Bytes(), plugin) {
		t.Error("other bytes came out of the wheel")
	}
	if !strings.Contains(progress.String(), "saved the wheel") {
		t.Errorf("what pip says is not shown: %q", progress.String())
	}
}

func TestWheelFails(t *testing.T) {
	cases := []struct{ name, script, want string }{
		{"unknown package", `echo "WARNING: x" >&2; echo "ERROR: No matching distribution" >&2; exit 1`, "pip: No matching distribution"},
		{"no pip", `echo "python3: No module named pip" >&2; exit 1`, "pip: python3: No module named pip"},
		{"silent", `exit 5`, "exit status 5"},
		{"nothing delivered", `exit 0`, "0 wheels"},
		{"full disk", `echo "ERROR: OSError: [Errno 28] No space left on device: 'x'" >&2; exit 1`, "can't be stored"},
	}
	src := &wheel{pkg: "some-plugin", version: "1.2", lib: pin(plugin)}
	for _, c := range cases {
		script(t, "python3", c.script)
		err := src.fetch(t.Context(), io.Discard, t.TempDir(), io.Discard)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q", c.name, err, c.want)
		}
	}
	t.Setenv("PATH", t.TempDir())
	if err := src.fetch(t.Context(), io.Discard, t.TempDir(), io.Discard); err == nil || !strings.Contains(err.Error(), "python3") {
		t.Errorf("without python3: error %v", err)
	}
}
