package kernels

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/goicl/goicl/internal/memorytest"
)

// notebookOf writes a notebook that has middle so often that it has some bytes.
func notebookOf(begin, middle, end string, bytes int) func(path string) error {
	return func(path string) error {
		many := strings.TrimSuffix(strings.Repeat(middle+",", bytes/(len(middle)+1)), ",")
		return os.WriteFile(path, []byte(begin+many+end), 0o600)
	}
}

// TestMemory: reading a notebook takes no more than ten times its size and 100 MB.
func TestMemory(t *testing.T) {
	const mega, cells, end = 1 << 20, `{"nbformat":4,"cells":[`, `]}`
	output := cells + `{"cell_type":"code","outputs":[`
	data := output + `{"output_type":"display_data","data":{`
	memorytest.Check(t, func(path string) error { _, err := readNotebook(path); return err },
		memorytest.File{Name: "cells.ipynb", Write: notebookOf(cells, "{}", end, 12*mega), Error: "cells.ipynb is not a notebook (more than 10000 cells)"},
		memorytest.File{Name: "outputs.ipynb", Write: notebookOf(output, "{}", "]}"+end, 12*mega), Error: "more than 10000 outputs of a cell"},
		memorytest.File{Name: "forms.ipynb", Error: "more than 100 forms of an output", Write: func(path string) error {
			var b strings.Builder
			for i := range mega {
				fmt.Fprintf(&b, `,"%x":0`, i)
			}
			return os.WriteFile(path, []byte(data+b.String()[1:]+"}}]}"+end), 0o600)
		}},
		memorytest.File{Name: "lines.ipynb", Write: notebookOf(cells+`{"source":[`, `""`, "]}"+end, 12*mega)},
		memorytest.File{Name: "picture.ipynb", Write: notebookOf(data+`"image/png":"`, strings.Repeat("A", 1000), `"}}]}`+end, 12*mega)},
		memorytest.File{Name: "deep.ipynb", Write: notebookOf(`{"nbformat":4,"cells":`+strings.Repeat("[", 20*mega), "", "", 1), Error: "is not a notebook"},
		memorytest.File{Name: "large.ipynb", Error: "more than the 64 MiB that such a file may have", Write: func(path string) error {
			if err := os.WriteFile(path, nil, 0o600); err != nil {
				return err
			}
			return os.Truncate(path, 65*mega)
		}})
}
