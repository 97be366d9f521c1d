package datasets

import (
	"fmt"
	"io"
	"slices"
	"strings"

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
func ReadTable(r io.Reader, label string) (Table, error) {
	if err := usercode.Want("reader of the table", r); err != nil {
		return Table{}, fmt.Errorf("datasets: %w", err)
	}
	t, answers, err := readColumns(r, label)
	if err != nil {
		return Table{}, err
	}
	for _, a := range answers {
		if err := a.missing(label); err != nil {
			return Table{}, err
		}
		t.Classes = append(t.Classes, a.text)
	}
	slices.Sort(t.Classes)
	t.Classes = slices.Compact(t.Classes)
	for _, a := range answers {
		y, _ := slices.BinarySearch(t.Classes, a.text)
		t.Y = append(t.Y, int32(y))
	}
	return t, t.Validate()
}

// ReadTargets reads a table from CSV with a header line. The column called target holds
// real targets; like every other column it must hold numbers. It is an error if a value
// is missing.
func ReadTargets(r io.Reader, target string) (Table, error) {
	if err := usercode.Want("reader of the table", r); err != nil {
		return Table{}, fmt.Errorf("datasets: %w", err)
	}
	t, answers, err := readColumns(r, target)
	if err != nil {
		return Table{}, err
	}
	t.Z = make([]float32, len(answers))
	for i, a := range answers {
		if t.Z[i], err = a.number(target); err != nil {
			return Table{}, err
		}
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
	for c, rows := range t.byClass() {
		if len(rows) == 0 {
			return fmt.Errorf("datasets: class %q of the table has no rows; drop the class", t.Classes[c])
		}
	}
	return nil
}

func (t Table) checkRow(i int, row []float32) error {
	if len(row) != len(t.Features) {
		return fmt.Errorf("datasets: row %d of the table has %d values, want %d (%s)", i, len(row), len(t.Features), strings.Join(t.Features, ", "))
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
	for i, row := range t.X {
		if t.Z != nil {
			s.X, s.Z = append(s.X, pick(row, columns)), append(s.Z, t.Z[i])
			continue
		}
		if y := slices.Index(labels, int(t.Y[i])); y >= 0 {
			s.X, s.Y = append(s.X, pick(row, columns)), append(s.Y, int32(y))
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
