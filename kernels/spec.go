package kernels

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/goicl/goicl/internal/bounded"
	"github.com/goicl/goicl/internal/files"
)

const (
	// kernelName is the name of the Go kernel in a notebook's metadata.
	kernelName = "gonb"
	// kernelTitle is what JupyterLab shows for it.
	kernelTitle = "Go (GoICL)"
)

// kernelSpec is a kernel.json, as described by jupyter_client.
type kernelSpec struct {
	Argv          []string          `json:"argv"`
	DisplayName   string            `json:"display_name"`
	Language      string            `json:"language"`
	InterruptMode string            `json:"interrupt_mode"`
	Env           map[string]string `json:"env"`
}

// newKernelSpec describes the Go kernel. Its cells see our tools and the go
// command g first on their PATH.
func newKernelSpec(h home, g goTool) kernelSpec {
	return kernelSpec{
		Argv: []string{h.gonb(), "--kernel", "{connection_file}",
			"-raw_error", // plain text instead of HTML in the errors of a cell
			"-logtostderr=false", "-log_file=" + os.DevNull, "-stderrthreshold=FATAL"},
		DisplayName:   kernelTitle,
		Language:      "go",
		InterruptMode: "message",
		Env: map[string]string{
			"PATH":    literal(h.bin()) + string(os.PathListSeparator) + literal(g.bin()) + string(os.PathListSeparator) + "${PATH}",
			"GOFLAGS": literal(cellFlags(g)),
			"GOWORK":  "auto",
		},
	}
}

// cellFlags is the GOFLAGS under which cells are compiled: the user's own, and flags that
// make linking quick unless the user's contradict them.
//
// No symbols for debuggers: they are half of the linker's work. On Linux and amd64, where it
// is tested, also: Go's linker alone, although XLA and lanes are C, since the system's linker
// would double the time; the pure Go version of package net, which every cell that displays
// something imports, since the other version is C as well; and no code of
// HTTP and TLS, since pip can fetch the XLA plugin.
func cellFlags(g goTool) string {
	switch {
	case strings.Contains(g.Flags, "-ldflags"):
		return g.flags()
	case runtime.GOOS != "linux" || runtime.GOARCH != "amd64":
		return g.flags("'-ldflags=-s -w'")
	case strings.Contains(g.Flags, "-tags"):
		return g.flags("'-ldflags=-s -w -linkmode=internal'")
	}
	return g.flags("'-ldflags=-s -w -linkmode=internal'", "-tags=netgo,osusergo,goicl_pip")
}

// literal protects text from jupyter_client, which expands $NAME in a kernel's
// environment.
func literal(text string) string { return strings.ReplaceAll(text, "$", "$$") }

// current reports whether the file at path holds this spec.
func (s kernelSpec) current(path string) bool {
	have, err := bounded.ReadFile(path, maxSettings)
	return err == nil && bytes.Equal(have, s.json())
}

func (s kernelSpec) json() []byte {
	data, err := json.MarshalIndent(s, "", " ")
	if err != nil {
		panic(err) // strings only
	}
	return append(data, '\n')
}

// write makes path hold this spec.
func (s kernelSpec) write(path string) error {
	if s.current(path) {
		return nil
	}
	err := os.MkdirAll(filepath.Dir(path), 0o755)
	if err == nil {
		err = files.Write(path, s.json())
	}
	if err != nil {
		return fmt.Errorf("kernels: cannot write the kernel spec %s: %w", path, cause(err))
	}
	return nil
}
