package datasets

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Table is a table of labelled measurements: row i has the inputs X[i] and
// belongs to class Y[i]. [ReadTable] reads one from CSV, [Table.Split] cuts it
// into few-shot tasks.
type Table struct {
	Features []string    // names of the columns of X [D]
	Classes  []string    // names of the labels [C]
	X        [][]float32 // measurements [rows][D]
	Y        []int32     // labels [rows], 0..C-1
}

// ReadTable reads a table from CSV with a header line. The column called label
// holds the classes, which are numbered in the order of their names; every other
// column must hold numbers. It is an error if a value is missing.
func ReadTable(r io.Reader, label string) (Table, error) {
	rows, err := csv.NewReader(r).ReadAll()
	if err != nil {
		return Table{}, fmt.Errorf("datasets: cannot read the table: %w", err)
	}
	if len(rows) == 0 {
		return Table{}, errors.New("datasets: the table is empty; its first line must name the columns")
	}
	header, rows := rows[0], rows[1:]
	at := slices.Index(header, label)
	if at < 0 {
		return Table{}, fmt.Errorf("datasets: the table has no column %q; it has: %s", label, strings.Join(header, ", "))
	}
	t := Table{Features: without(header, at)}
	for _, row := range rows {
		t.Classes = append(t.Classes, row[at])
	}
	slices.Sort(t.Classes)
	t.Classes = slices.Compact(t.Classes)
	for i, row := range rows {
		y, _ := slices.BinarySearch(t.Classes, row[at])
		if row[at] == "" {
			return Table{}, fmt.Errorf("datasets: row %d of the table has no %s; drop the row or fill the value", i, label)
		}
		x, err := parseRow(without(row, at), t.Features)
		if err != nil {
			return Table{}, fmt.Errorf("datasets: row %d of the table has %w; drop the row or fill the value", i, err)
		}
		t.X, t.Y = append(t.X, x), append(t.Y, int32(y))
	}
	return t, t.Validate()
}

func without(row []string, at int) []string {
	return slices.Delete(slices.Clone(row), at, at+1)
}

func parseRow(cells, features []string) ([]float32, error) {
	x := make([]float32, len(cells))
	for i, cell := range cells {
		v, err := strconv.ParseFloat(strings.TrimSpace(cell), 32)
		if err != nil {
			return nil, fmt.Errorf("%q in column %q, which is no float32 number", cell, features[i])
		}
		x[i] = float32(v)
	}
	return x, nil
}

// Validate reports the first thing that makes the table unusable: sizes that do
// not fit, a value that is not finite, a label out of range, a class without rows.
func (t Table) Validate() error {
	if len(t.Features) < 1 || len(t.Classes) < 2 {
		return fmt.Errorf("datasets: a table with %d features and %d classes; want at least 1 and 2", len(t.Features), len(t.Classes))
	}
	if len(t.X) != len(t.Y) {
		return fmt.Errorf("datasets: the table has %d rows of inputs and %d labels; want as many", len(t.X), len(t.Y))
	}
	for i, row := range t.X {
		if len(row) != len(t.Features) {
			return fmt.Errorf("datasets: row %d of the table has %d values, want %d (%s)", i, len(row), len(t.Features), strings.Join(t.Features, ", "))
		}
		for j, x := range row {
			if v := float64(x); math.IsNaN(v) || math.IsInf(v, 0) {
				return fmt.Errorf("datasets: row %d of the table has %g in column %q; drop the row or fill the value", i, x, t.Features[j])
			}
		}
		if y := t.Y[i]; y < 0 || int(y) >= len(t.Classes) {
			return fmt.Errorf("datasets: row %d of the table has label %d; want 0..%d", i, y, len(t.Classes)-1)
		}
	}
	for c, rows := range t.byClass() {
		if len(rows) == 0 {
			return fmt.Errorf("datasets: class %q of the table has no rows; drop the class", t.Classes[c])
		}
	}
	return nil
}

// byClass lists the rows of each class.
func (t Table) byClass() [][]int {
	rows := make([][]int, len(t.Classes))
	for i, y := range t.Y {
		rows[y] = append(rows[y], i)
	}
	return rows
}

// Select returns the table of the rows of these classes and the columns of these
// features, in the order given: classes[0] gets label 0.
func (t Table) Select(classes, features []string) (Table, error) {
	if err := t.Validate(); err != nil {
		return Table{}, err
	}
	labels, err := positions("class", classes, t.Classes)
	if err != nil {
		return Table{}, err
	}
	columns, err := positions("feature", features, t.Features)
	if err != nil {
		return Table{}, err
	}
	s := Table{Features: slices.Clone(features), Classes: slices.Clone(classes)}
	for i, row := range t.X {
		y := slices.Index(labels, int(t.Y[i]))
		if y < 0 {
			continue
		}
		x := make([]float32, len(columns))
		for j, column := range columns {
			x[j] = row[column]
		}
		s.X, s.Y = append(s.X, x), append(s.Y, int32(y))
	}
	return s, s.Validate()
}

// positions finds names in known. Each may occur once.
func positions(what string, names, known []string) ([]int, error) {
	var at []int
	for _, name := range names {
		i := slices.Index(known, name)
		if i < 0 {
			return nil, fmt.Errorf("datasets: the table has no %s %q; known: %s", what, name, strings.Join(known, ", "))
		}
		if slices.Contains(at, i) {
			return nil, fmt.Errorf("datasets: %s %q is asked for twice", what, name)
		}
		at = append(at, i)
	}
	return at, nil
}
