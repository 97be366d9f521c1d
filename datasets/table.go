package datasets

import (
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/goicl/goicl/internal/usercode"
)

// Table is a table of measurements with a class or a target: row i has the inputs X[i]
// and belongs to class Y[i], or has the target Z[i]. [ReadTable] and [ReadTargets] read
// one from CSV, [Table.Split] cuts it into few-shot tasks, [TableTasks] draws tasks from it.
type Table struct {
	Features []string    // names of the columns of X [D]
	Classes  []string    // names of the labels [C]; none for targets
	X        [][]float32 // measurements [rows][D]
	Y        []int32     // labels [rows], 0..C-1; nil for targets
	Z        []float32   // targets [rows]; nil for classes
}

// ReadTable reads a table from CSV with a header line. The column called label
// holds the classes, which are numbered in the order of their names; every other
// column must hold numbers. It is an error if a value is missing.
//
// A file has at most 1 GiB, 2²⁸ values, 2¹⁸ columns and 2¹⁶ classes, a cell 64 KiB. Reading
// one takes at most ten times its size and 100 MB of memory, and far less where a row has
// several numbers.
func ReadTable(r io.Reader, label string) (Table, error) {
	if err := usercode.Want("reader of the table", r); err != nil {
		return Table{}, fmt.Errorf("datasets: %w", err)
	}
	known, labels := map[string]int32{}, chunks[int32]{size: chunkSize}
	t, err := readColumns(r, label, func(c cell) error {
		y, ok := known[string(c.text)]
		if !ok {
			if err := c.missing(label); err != nil {
				return err
			}
			if y = int32(len(known)); y == maxClasses {
				return fmt.Errorf("datasets: column %.100q of the table has more than %d classes; for numbers use ReadTargets", label, maxClasses)
			}
			known[string(c.text)] = y
		}
		labels.add(y)
		return nil
	})
	if err != nil {
		return Table{}, err
	}
	t.Classes = slices.Sorted(maps.Keys(known))
	sorted := make([]int32, len(known)) // the number of a class by the order in the file
	for y, class := range t.Classes {
		sorted[known[class]] = int32(y)
	}
	t.Y = make([]int32, 0, len(t.X))
	for _, part := range labels.parts {
		for _, y := range part {
			t.Y = append(t.Y, sorted[y])
		}
	}
	return t, t.Validate()
}

// ReadTargets reads a table from CSV with a header line. The column called target holds
// real targets; like every other column it must hold numbers. It is an error if a value
// is missing. The limits are those of [ReadTable].
func ReadTargets(r io.Reader, target string) (Table, error) {
	if err := usercode.Want("reader of the table", r); err != nil {
		return Table{}, fmt.Errorf("datasets: %w", err)
	}
	targets := chunks[float32]{size: chunkSize}
	t, err := readColumns(r, target, func(c cell) error { return addNumber(c, target, targets.add) })
	if err != nil {
		return Table{}, err
	}
	t.Z = slices.Concat(targets.parts...)
	if t.Z == nil {
		t.Z = []float32{}
	}
	return t, t.Validate()
}

// Validate reports the first thing that makes the table unusable: sizes that do
// not fit, a value that is not finite, a label out of range, a class without rows,
// labels and targets in one table.
func (t Table) Validate() error {
	switch {
	case t.Z != nil && len(t.Y)+len(t.Classes) > 0:
		return fmt.Errorf("datasets: a table with targets has %d labels of %d classes; want one or the other", len(t.Y), len(t.Classes))
	case t.Z != nil && (len(t.Features) < 1 || len(t.X) < 1):
		return fmt.Errorf("datasets: a table with %d features and %d rows; want at least 1 of each", len(t.Features), len(t.X))
	case t.Z == nil && (len(t.Features) < 1 || len(t.Classes) < 2):
		return fmt.Errorf("datasets: a table with %d features and %d classes; want at least 1 and 2", len(t.Features), len(t.Classes))
	case len(t.X) != len(t.Y)+len(t.Z):
		return fmt.Errorf("datasets: the table has %d rows of inputs and %d labels or targets; want as many", len(t.X), len(t.Y)+len(t.Z))
	}
	for i, row := range t.X {
		if err := t.checkRow(i, row); err != nil {
			return err
		}
	}
	rows := make([]int, len(t.Classes))
	for _, y := range t.Y {
		rows[y]++
	}
	for c, n := range rows {
		if n == 0 {
			return fmt.Errorf("datasets: class %q of the table has no rows; drop the class", t.Classes[c])
		}
	}
	return nil
}

func (t Table) checkRow(i int, row []float32) error {
	if len(row) != len(t.Features) {
		return fmt.Errorf("datasets: row %d of the table has %d values, want %d (%s)", i, len(row), len(t.Features), list(t.Features))
	}
	for j, x := range row {
		if !finite(x) {
			return fmt.Errorf("datasets: row %d of the table has %g in column %q; drop the row or fill the value", i, x, t.Features[j])
		}
	}
	if t.Z != nil {
		if !finite(t.Z[i]) {
			return fmt.Errorf("datasets: row %d of the table has the target %g; drop the row or fill the value", i, t.Z[i])
		}
		return nil
	}
	if y := t.Y[i]; y < 0 || int(y) >= len(t.Classes) {
		return fmt.Errorf("datasets: row %d of the table has label %d; want 0..%d", i, y, len(t.Classes)-1)
	}
	return nil
}

// byClass lists the rows of each class; with targets there is one list of all.
func (t Table) byClass() [][]int {
	if t.Z != nil {
		return [][]int{all(len(t.Z))}
	}
	rows := make([][]int, len(t.Classes))
	for i, y := range t.Y {
		rows[y] = append(rows[y], i)
	}
	return rows
}

// Select returns the table of the rows of these classes and the columns of these
// features, in the order given: classes[0] gets label 0. A table with targets has no
// classes to select, and keeps all rows.
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
	label := make([]int, len(t.Classes)) // one more than that in s, 0 for none
	for y, class := range labels {
		label[class] = y + 1
	}
	for i, row := range t.X {
		if t.Z != nil {
			s.X, s.Z = append(s.X, pick(row, columns)), append(s.Z, t.Z[i])
			continue
		}
		if y := label[t.Y[i]]; y > 0 {
			s.X, s.Y = append(s.X, pick(row, columns)), append(s.Y, int32(y-1))
		}
	}
	return s, s.Validate()
}

// pick returns some columns of a row.
func pick(row []float32, columns []int) []float32 {
	x := make([]float32, len(columns))
	for j, column := range columns {
		x[j] = row[column]
	}
	return x
}

// all is 0..n-1.
func all(n int) []int {
	rows := make([]int, n)
	for i := range rows {
		rows[i] = i
	}
	return rows
}

// positions finds names in known. Each may occur once.
func positions(what string, names, known []string) ([]int, error) {
	index := make(map[string]int, len(known))
	for i, name := range known {
		if _, twice := index[name]; !twice {
			index[name] = i
		}
	}
	at, seen := make([]int, 0, len(names)), make(map[int]bool, len(names))
	for _, name := range names {
		i, ok := index[name]
		if !ok {
			return nil, fmt.Errorf("datasets: the table has no %s %.100q; known: %s", what, name, list(known))
		}
		if seen[i] {
			return nil, fmt.Errorf("datasets: %s %.100q is asked for twice", what, name)
		}
		at, seen[i] = append(at, i), true
	}
	return at, nil
}
