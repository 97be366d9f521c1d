package datasets

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/goicl/goicl/datasets/internal/tabular"
)

// Table is a table of measurements with a class or a target: row i has the inputs X[i]
// and belongs to class Y[i], or has the target Z[i]. [ReadTable] and [ReadTargets] read
// one from CSV, [Table.Split] cuts it into few-shot tasks, [TableTasks] draws tasks from it,
// [Table.Groups] makes a task of each group of rows.
type Table struct {
	Features []string    // names of the columns of X [D]
	Classes  []string    // names of the labels [C]; none for targets
	X        [][]float32 // measurements [rows][D]
	Y        []int32     // labels [rows], 0..C-1; nil for targets
	Z        []float32   // targets [rows]; nil for classes
	RowNames []string    // names of the rows; nil for none
	Missing  bool        // whether NaN in X is a missing value, which tasks fill from their context

	aside map[string]tabular.Factor // columns of texts beside the inputs, for groups
	fill  []int32                   // for each feature: 0, or the number of the texts' column that it is of
	read  *tabular.Reading          // nil if it was not read from a file
}

// String says in one sentence what the table holds and what was done to read it.
func (t Table) String() string {
	s := fmt.Sprintf("%s of %s", tabular.Count(len(t.X), "row"), tabular.Count(len(t.Features), "input"))
	answer := ""
	if t.read != nil {
		answer = " " + t.read.Label
	}
	switch {
	case t.Z != nil:
		s += " with targets" + answer
	case t.Classes != nil && answer != "":
		s += fmt.Sprintf(" and %d classes of%s (%s)", len(t.Classes), answer, list(t.Classes))
	case t.Classes != nil:
		s += fmt.Sprintf(" and %d classes (%s)", len(t.Classes), list(t.Classes))
	}
	if t.read == nil {
		return s
	}
	return strings.Join(append([]string{s}, t.read.Said...), "; ")
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
	if t.RowNames != nil && len(t.RowNames) != len(t.X) {
		return fmt.Errorf("datasets: the table has %d rows and %d row names; want as many", len(t.X), len(t.RowNames))
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
		if !finite(x) && !(t.Missing && x != x) {
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
	s := t.pick(labels, columns)
	return s, s.Validate()
}

// pick takes some classes and columns. A table with neither labels nor targets keeps its rows.
func (t Table) pick(classes, columns []int) Table {
	label := make(map[int32]int32, len(classes))
	var names []string
	for y, class := range classes {
		label[int32(class)] = int32(y)
		names = append(names, t.Classes[class])
	}
	var rows []int
	for i := range t.X {
		if t.Y == nil {
			rows = append(rows, i)
		} else if _, ok := label[t.Y[i]]; ok {
			rows = append(rows, i)
		}
	}
	s := t.rows(rows)
	for i, row := range s.X {
		s.X[i] = pick(row, columns)
	}
	s.Features, s.Classes, s.fill = make([]string, len(columns)), names, nil
	for i, y := range s.Y {
		s.Y[i] = label[y]
	}
	for j, column := range columns {
		s.Features[j] = t.Features[column]
		if t.fill != nil {
			s.fill = append(s.fill, t.fill[column])
		}
	}
	return s
}

// rows takes some rows, which share memory with t's.
func (t Table) rows(rows []int) Table {
	s := t
	s.X, s.Y, s.Z, s.RowNames, s.aside = nil, nil, nil, nil, nil
	for _, i := range rows {
		s.X = append(s.X, t.X[i])
		if t.Y != nil {
			s.Y = append(s.Y, t.Y[i])
		}
		if t.Z != nil {
			s.Z = append(s.Z, t.Z[i])
		}
		if t.RowNames != nil {
			s.RowNames = append(s.RowNames, t.RowNames[i])
		}
	}
	if t.aside != nil {
		s.aside = map[string]tabular.Factor{}
	}
	for name, f := range t.aside {
		code := make([]int32, len(rows))
		for k, i := range rows {
			code[k] = f.Code[i]
		}
		s.aside[name] = tabular.Factor{Names: f.Names, Code: code}
	}
	return s
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

// sorted are the keys of a map in order.
func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
