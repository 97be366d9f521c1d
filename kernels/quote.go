package kernels

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/goicl/goicl/kernels/internal/quotes"
)

// CheckQuotes lists the numbers in a notebook's texts that are not what its outputs say.
//
// A number in a Markdown cell may be followed by an HTML comment, which is not shown, with
// its source: .93<!-- pair: ICL(mix) -->. A line that contains that label must then be in an
// output of a code cell above, and a number on it, beside the label, must be the same at the
// precision of the quotation. 93 % is the same as .93.
func CheckQuotes(path string) []error {
	nb, err := readNotebook(path)
	if err != nil {
		return []error{err}
	}
	wrong := nb.checkQuotes()
	for i, err := range wrong {
		wrong[i] = fmt.Errorf("kernels: %s: %w; correct the text", path, err)
	}
	return wrong
}

// checkQuotes lists what is wrong with the quoted numbers.
func (nb *notebook) checkQuotes() (wrong []error) {
	var above []string // lines
	for i, c := range nb.Cells {
		if c.Type == "code" {
			above = append(above, c.lines()...)
		}
		if c.Type != "markdown" {
			continue
		}
		for _, err := range quotes.Wrong(string(c.Source), above) {
			wrong = append(wrong, fmt.Errorf("cell %d of the file %w", i+1, err))
		}
	}
	return wrong
}

// lines are those of a code cell's outputs, as text: of tables in HTML the rows.
func (c cell) lines() (all []string) {
	for _, out := range c.Outputs {
		s := string(out.Text)
		var t text
		if json.Unmarshal(out.Data["text/plain"], &t) == nil {
			s = string(t)
		} else if json.Unmarshal(out.Data["text/html"], &t) == nil {
			s = quotes.Rows(string(t))
		}
		for line := range strings.Lines(s) {
			all = append(all, quotes.Line(line))
		}
	}
	return all
}
