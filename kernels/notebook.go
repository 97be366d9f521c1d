package kernels

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
)

// maxNotebookBytes is the size from which GitHub and editors get slow.
const maxNotebookBytes = 1_000_000

// notebook is the part of Jupyter's notebook format 4 that this package reads.
type notebook struct {
	Format   int `json:"nbformat"`
	Metadata struct {
		Kernelspec struct {
			Name string `json:"name"`
		} `json:"kernelspec"`
	} `json:"metadata"`
	Cells []cell `json:"cells"`
}

type cell struct {
	Type    string       `json:"cell_type"`
	Source  text         `json:"source"`
	Count   *int         `json:"execution_count"`
	Outputs []cellOutput `json:"outputs"`
}

type cellOutput struct {
	Type   string                     `json:"output_type"` // stream, display_data, execute_result or error
	Name   string                     `json:"name"`        // of a stream: stdout, stderr
	Text   text                       `json:"text"`        // of a stream
	Data   map[string]json.RawMessage `json:"data"`        // of the others, by MIME type
	EValue string                     `json:"evalue"`      // of an error
}

// text is a string that may be stored as a list of its lines.
type text string

// UnmarshalJSON reads either form.
func (t *text) UnmarshalJSON(data []byte) error {
	var lines []string
	if json.Unmarshal(data, &lines) == nil {
		*t = text(strings.Join(lines, ""))
		return nil
	}
	return json.Unmarshal(data, (*string)(t))
}

// executed reports whether the kernel runs the cell.
func (c cell) executed() bool {
	return c.Type == "code" && strings.TrimSpace(string(c.Source)) != ""
}

// readNotebook reads a notebook file of any size.
func readNotebook(path string) (*notebook, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("kernels: cannot read the notebook %s: %w", path, cause(err))
	}
	nb, err := parseNotebook(data)
	if err != nil {
		return nil, fmt.Errorf("kernels: %s %w", path, err)
	}
	return nb, nil
}

// parseNotebook decodes a notebook. Its errors continue a sentence that starts
// with the name of the file.
func parseNotebook(data []byte) (*notebook, error) {
	var nb notebook
	if err := json.Unmarshal(data, &nb); err != nil {
		return nil, fmt.Errorf("is not a notebook (%w); open and save it in JupyterLab, or restore it from git", err)
	}
	if nb.Format != 4 {
		return nil, fmt.Errorf("has notebook format %d, want 4; open and save it in JupyterLab", nb.Format)
	}
	return &nb, nil
}
