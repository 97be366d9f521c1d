package kernels

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/goicl/goicl/internal/bounded"
)

// maxNotebookBytes is the size from which GitHub and editors get slow.
const maxNotebookBytes = 1_000_000

// Limits of a notebook that is read: its bytes, and how many cells, outputs of a cell and
// forms of an output it has.
const (
	maxRead    = 64 << 20
	maxCells   = 10_000
	maxOutputs = 10_000
	maxForms   = 100
)

// notebook is the part of Jupyter's notebook format 4 that this package reads.
type notebook struct {
	Format   int `json:"nbformat"`
	Metadata struct {
		Kernelspec struct {
			Name string `json:"name"`
		} `json:"kernelspec"`
	} `json:"metadata"`
	Cells cellList `json:"cells"`
}

type cell struct {
	Type    string     `json:"cell_type"`
	Source  text       `json:"source"`
	Count   *int       `json:"execution_count"`
	Outputs outputList `json:"outputs"`
}

type cellOutput struct {
	Type   string  `json:"output_type"` // stream, display_data, execute_result or error
	Name   string  `json:"name"`        // of a stream: stdout, stderr
	Text   text    `json:"text"`        // of a stream
	Data   formMap `json:"data"`        // of the others, by MIME type
	EValue string  `json:"evalue"`      // of an error
}

type (
	cellList   []cell
	outputList []cellOutput
	formMap    map[string]json.RawMessage
)

// UnmarshalJSON reads a bounded number of cells.
func (c *cellList) UnmarshalJSON(data []byte) error {
	return each(data, '[', maxCells, "cells", func(d *json.Decoder, _ string) error {
		*c = append(*c, cell{})
		return d.Decode(&(*c)[len(*c)-1])
	})
}

// UnmarshalJSON reads a bounded number of outputs.
func (o *outputList) UnmarshalJSON(data []byte) error {
	return each(data, '[', maxOutputs, "outputs of a cell", func(d *json.Decoder, _ string) error {
		*o = append(*o, cellOutput{})
		return d.Decode(&(*o)[len(*o)-1])
	})
}

// UnmarshalJSON reads a bounded number of forms.
func (f *formMap) UnmarshalJSON(data []byte) error {
	*f = formMap{}
	return each(data, '{', maxForms, "forms of an output", func(d *json.Decoder, key string) error {
		var form json.RawMessage
		err := d.Decode(&form)
		(*f)[key] = form
		return err
	})
}

// each calls read for the elements of a JSON array or, with their keys, an object; null has
// none.
func each(data []byte, open json.Delim, most int, what string, read func(d *json.Decoder, key string) error) error {
	d := json.NewDecoder(bytes.NewReader(data))
	switch t, err := d.Token(); {
	case err != nil || t == nil: // null
		return err
	case t != open:
		return fmt.Errorf("%.20q in the place of %s", fmt.Sprint(t), what)
	}
	for n := 0; d.More(); n++ {
		if n == most {
			return fmt.Errorf("more than %d %s", most, what)
		}
		key := ""
		if open == '{' {
			t, err := d.Token()
			if err != nil {
				return err
			}
			key, _ = t.(string)
		}
		if err := read(d, key); err != nil {
			return err
		}
	}
	return nil
}

// text is a string that may be stored as a list of its lines.
type text string

// UnmarshalJSON reads either form, line by line.
func (t *text) UnmarshalJSON(data []byte) error {
	if bytes.HasPrefix(bytes.TrimSpace(data), []byte("[")) {
		var joined strings.Builder
		err := each(data, '[', len(data), "lines", func(d *json.Decoder, _ string) error {
			var line string
			err := d.Decode(&line)
			joined.WriteString(line)
			return err
		})
		*t = text(joined.String())
		return err
	}
	return json.Unmarshal(data, (*string)(t))
}

// executed reports whether the kernel runs the cell.
func (c cell) executed() bool {
	return c.Type == "code" && strings.TrimSpace(string(c.Source)) != ""
}

// readNotebook reads a notebook file.
func readNotebook(path string) (*notebook, error) {
	data, err := bounded.ReadFile(path, maxRead)
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
