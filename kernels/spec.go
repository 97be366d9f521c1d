package kernels

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/google/renameio/v2"
)

const (
	// KernelName is the name of the Go kernel in a notebook's metadata.
	KernelName = "gonb"
	// KernelTitle is what JupyterLab shows for it.
	KernelTitle = "Go (GoICL)"
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
// command g first on their PATH, and are linked without debug information, which
// halves the time of a link.
func newKernelSpec(h Home, g goTool) kernelSpec {
	return kernelSpec{
		Argv: []string{h.gonb(), "--kernel", "{connection_file}",
			"-raw_error", // plain text instead of HTML in the errors of a cell
			"-logtostderr=false", "-log_file=" + os.DevNull, "-stderrthreshold=FATAL"},
		DisplayName:   KernelTitle,
		Language:      "go",
		InterruptMode: "message",
		Env: map[string]string{
			"PATH":    literal(h.bin()) + string(os.PathListSeparator) + literal(g.bin()) + string(os.PathListSeparator) + "${PATH}",
			"GOFLAGS": literal(cellFlags(g)),
			"GOWORK":  "auto",
		},
	}
}

// cellFlags is the GOFLAGS under which cells are compiled.
func cellFlags(g goTool) string {
	if strings.Contains(g.Flags, "-ldflags") {
		return g.flags()
	}
	return g.flags("-ldflags=-w")
}

// literal protects text from jupyter_client, which expands $NAME in a kernel's
// environment.
func literal(text string) string { return strings.ReplaceAll(text, "$", "$$") }

// specCurrent tells whether kernel.json is what newKernelSpec describes.
func specCurrent(h Home, g goTool) bool {
	have, err := os.ReadFile(h.kernelSpec())
	return err == nil && bytes.Equal(have, specJSON(h, g))
}

func specJSON(h Home, g goTool) []byte {
	data, err := json.MarshalIndent(newKernelSpec(h, g), "", " ")
	if err != nil {
		panic(err) // strings only
	}
	return append(data, '\n')
}

// writeKernelSpec writes kernel.json unless it is current.
func writeKernelSpec(h Home, g goTool) error {
	if specCurrent(h, g) {
		return nil
	}
	path := h.kernelSpec()
	err := os.MkdirAll(filepath.Dir(path), 0o755)
	if err == nil {
		err = renameio.WriteFile(path, specJSON(h, g), 0o644)
	}
	if err != nil {
		return fmt.Errorf("kernels: cannot write the kernel spec %s: %w", path, cause(err))
	}
	return nil
}
