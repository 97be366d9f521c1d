package datasets

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// maxFile is the largest file that is read as a table, in bytes. Only tests change it.
var maxFile int64 = 1 << 30

// field is a cell of a CSV file and the line that it begins on.
type field struct {
	text string
	line int
}

// readColumns reads a table without labels from CSV, and the column called target as it
// is.
func readColumns(r io.Reader, target string) (t Table, answers []field, err error) {
	limited := &io.LimitedReader{R: r, N: maxFile + 1}
	in := csv.NewReader(limited)
	in.ReuseRecord = true
	at, err := readHeader(in, target, &t)
	for err == nil {
		var row []string
		if row, err = in.Read(); err == nil {
			err = t.addRow(in, row, at, &answers)
		} else if !errors.Is(err, io.EOF) {
			err = fmt.Errorf("datasets: cannot read the table: %w", err)
		}
	}
	switch {
	case limited.N == 0:
		return Table{}, nil, fmt.Errorf("datasets: the table is larger than %d bytes; take fewer rows", maxFile)
	case !errors.Is(err, io.EOF):
		return Table{}, nil, err
	}
	return t, answers, nil
}

// readHeader reads the names of the columns and finds that of the target.
func readHeader(in *csv.Reader, target string, t *Table) (at int, err error) {
	row, err := in.Read()
	if errors.Is(err, io.EOF) {
		return 0, errors.New("datasets: the table is empty; its first line must name the columns")
	}
	if err != nil {
		return 0, fmt.Errorf("datasets: cannot read the table: %w", err)
	}
	header := slices.Clone(row)
	header[0] = strings.TrimPrefix(header[0], "\ufeff") // that some programs begin a file with
	if at = slices.Index(header, target); at < 0 {
		return 0, fmt.Errorf("datasets: the table has no column %q; it has: %s", target, strings.Join(header, ", "))
	}
	for i, name := range header {
		if slices.Contains(header[:i], name) {
			return 0, fmt.Errorf("datasets: two columns of the table are called %q; give each its own name", name)
		}
	}
	t.Features = slices.Delete(header, at, at+1)
	return at, nil
}

// addRow adds a row with the target at that place.
func (t *Table) addRow(in *csv.Reader, row []string, at int, answers *[]field) error {
	if (len(t.X)+1)*len(row) > maxValues {
		return fmt.Errorf("datasets: the table has more than %d values; take fewer rows", maxValues)
	}
	var x []float32
	for i, text := range row {
		line, _ := in.FieldPos(i)
		f := field{strings.Clone(text), line}
		if i == at {
			*answers = append(*answers, f)
			continue
		}
		v, err := f.number(t.Features[len(x)])
		if err != nil {
			return err
		}
		x = append(x, v)
	}
	t.X = append(t.X, x)
	return nil
}

// missing reports a cell without a value, in whatever way that is written.
func (f field) missing(column string) error {
	switch strings.ToLower(strings.TrimSpace(f.text)) {
	case "", "na", "n/a", "nan", "null", "?":
		return fmt.Errorf("datasets: line %d of the table has no value in column %q (%q); drop the row or fill the value", f.line, column, f.text)
	}
	return nil
}

// number reads a cell as a finite number.
func (f field) number(column string) (float32, error) {
	if err := f.missing(column); err != nil {
		return 0, err
	}
	v, err := strconv.ParseFloat(strings.TrimSpace(f.text), 32)
	if err != nil || !finite(float32(v)) {
		return 0, fmt.Errorf("datasets: line %d of the table has %q in column %q, which is no float32 number; drop the row or fill the value", f.line, f.text, column)
	}
	return float32(v), nil
}
