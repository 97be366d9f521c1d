package kernels

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestKernelSpec(t *testing.T) {
	h, g := home(filepath.Join(t.TempDir(), "a$b")), goTool{Root: "/opt/go", Flags: "-mod=mod"}
	if err := newKernelSpec(h, g).write(h.kernelSpec()); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(h.kernelSpec())
	if err != nil {
		t.Fatal(err)
	}
	var spec map[string]any
	if err := json.Unmarshal(data, &spec); err != nil {
		t.Fatal(err)
	}
	if spec["display_name"] != "Go (GoICL)" || spec["language"] != "go" || spec["interrupt_mode"] != "message" {
		t.Errorf("kernel.json is %s", data)
	}
	argv := spec["argv"].([]any)
	if argv[0] != h.gonb() || argv[1] != "--kernel" || argv[2] != "{connection_file}" || !slices.Contains(argv, any("-raw_error")) {
		t.Errorf("argv is %v", argv)
	}
	env := spec["env"].(map[string]any)
	if flags := env["GOFLAGS"].(string); !strings.HasPrefix(flags, "'-ldflags=-s -w") || strings.Contains(flags, "-mod") || env["GOWORK"] != "auto" {
		t.Errorf("env is %v", env)
	}
	path := strings.Split(env["PATH"].(string), string(os.PathListSeparator))
	if want := []string{strings.ReplaceAll(h.bin(), "$", "$$"), "/opt/go/bin", "${PATH}"}; !slices.Equal(path, want) {
		t.Errorf("PATH is %q, want %q", path, want)
	}
}

func TestKernelSpecIsWrittenOnce(t *testing.T) {
	h, g := home(t.TempDir()), goTool{Root: "/opt/go"}
	for range 2 {
		if err := newKernelSpec(h, g).write(h.kernelSpec()); err != nil {
			t.Fatal(err)
		}
	}
	if !newKernelSpec(h, g).current(h.kernelSpec()) || newKernelSpec(h, goTool{Root: "/elsewhere"}).current(h.kernelSpec()) {
		t.Error("current does not tell current specs from others")
	}
	entries, _ := os.ReadDir(filepath.Dir(h.kernelSpec()))
	if len(entries) != 1 {
		t.Errorf("the folder of the spec holds %v, want kernel.json only", entries)
	}
}
