package datasets

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// maxFile is the largest file that is read as a table, in bytes. Only tests change it.
var maxFile int64 = 1 << 30

// Limits of a table that is read.
const (
	maxColumns = 1 << 18
	maxClasses = 1 << 16
)

// chunks is a list that grows without being copied.
type chunks[T any] struct {
	size  int // of a chunk
	parts [][]T
}

func (c *chunks[T]) add(v T) {
	if len(c.parts) == 0 || len(c.parts[len(c.parts)-1]) == c.size {
		c.parts = append(c.parts, make([]T, 0, c.size))
	}
	last := &c.parts[len(c.parts)-1]
	*last = append(*last, v)
}

// chunkSize is how many values a chunk has, unless a row has more.
const chunkSize = 1 << 14

// readColumns reads a table without labels from CSV, and gives each cell of the column
// called target to answer. Memory grows with the numbers that are there: 4 bytes for each
// and 24 for a row.
func readColumns(r io.Reader, target string, answer func(cell) error) (t Table, err error) {
	limited := &io.LimitedReader{R: r, N: maxFile + 1}
	s := newScanner(limited)
	at, err := readHeader(s, target, &t)
	d := len(t.Features)
	values, rows := chunks[float32]{size: d * max(1, chunkSize/max(1, d))}, 0
	for err == nil {
		if (rows+1)*(d+1) > maxValues {
			return Table{}, fmt.Errorf("datasets: the table has more than %d values; take fewer rows", maxValues)
		}
		if err = readRow(s, t.Features, at, values.add, answer); err == nil {
			rows++
		}
	}
	switch {
	case limited.N == 0:
		return Table{}, fmt.Errorf("datasets: the table is larger than %d bytes; take fewer rows", maxFile)
	case !errors.Is(err, io.EOF):
		return Table{}, err
	}
	t.X = make([][]float32, 0, rows)
	for _, part := range values.parts {
		for row := range slices.Chunk(part, d) {
			t.X = append(t.X, row)
		}
	}
	return t, nil
}

// readHeader reads the names of the columns and finds that of the target.
func readHeader(s *scanner, target string, t *Table) (at int, err error) {
	at = -1
	seen := map[string]bool{}
	for last := false; !last; {
		var c cell
		c, last, err = s.read()
		if errors.Is(err, io.EOF) {
			return 0, errors.New("datasets: the table is empty; its first line must name the columns")
		}
		if err != nil {
			return 0, err
		}
		name := string(c.text)
		switch {
		case seen[name]:
			return 0, fmt.Errorf("datasets: two columns of the table are called %.100q; give each its own name", name)
		case len(seen) == maxColumns:
			return 0, fmt.Errorf("datasets: the table has more than %d columns; take fewer", maxColumns)
		case name == target:
			at = len(t.Features)
		default:
			t.Features = append(t.Features, name)
		}
		seen[name] = true
	}
	if at < 0 {
		return 0, fmt.Errorf("datasets: the table has no column %.100q; it has: %s", target, list(t.Features))
	}
	if len(t.Features) == 0 {
		return 0, fmt.Errorf("datasets: the table has no column but %.100q; want at least one with inputs", target)
	}
	return at, nil
}

// readRow reads a row with the target at that place.
func readRow(s *scanner, features []string, at int, add func(float32), answer func(cell) error) error {
	last := false
	for i := 0; !last; i++ {
		var c cell
		var err error
		if c, last, err = s.read(); err != nil {
			return err
		}
		if (i == len(features)) != last {
			return s.wrongCount()
		}
		if i == at {
			err = answer(c)
		} else {
			err = addNumber(c, features[i-btoi(i > at)], add)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

func addNumber(c cell, column string, add func(float32)) error {
	v, err := c.number(column)
	if err == nil {
		add(v)
	}
	return err
}

// missing reports a cell without a value, in whatever way that is written.
func (c cell) missing(column string) error {
	switch text := bytes.TrimSpace(c.text); {
	case len(text) > len("null"):
	case slices.Contains([]string{"", "na", "n/a", "nan", "null", "?"}, strings.ToLower(string(text))):
		return fmt.Errorf("datasets: line %d of the table has no value in column %.100q (%q); drop the row or fill the value", c.line, column, c.text)
	}
	return nil
}

// number reads a cell as a finite number.
func (c cell) number(column string) (float32, error) {
	v, err := strconv.ParseFloat(string(bytes.TrimSpace(c.text)), 32)
	if err == nil && finite(float32(v)) {
		return float32(v), nil
	}
	if err := c.missing(column); err != nil {
		return 0, err
	}
	return 0, fmt.Errorf("datasets: line %d of the table has %.100q in column %.100q, which is no float32 number; drop the row or fill the value", c.line, c.text, column)
}

// list names the first few of many, on one line.
func list(names []string) string {
	const few = 20
	var shown []string
	for _, name := range names[:min(len(names), few)] {
		if quoted := fmt.Sprintf("%.100q", name); quoted != `"`+name+`"` {
			name = quoted
		}
		shown = append(shown, name)
	}
	if len(names) > few {
		shown = append(shown, fmt.Sprintf("and %d more", len(names)-few))
	}
	return strings.Join(shown, ", ")
}
