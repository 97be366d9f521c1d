package datasets

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/goicl/goicl/datasets/internal/tabular"
	"github.com/goicl/goicl/internal/usercode"
)

// ReadTable reads a table from CSV with a header line. The column called label holds the
// classes. They are numbered in the order of their names, or, where all are numbers, as
// numbers: 2 comes before 10, and 0 and 0.0 are one class. What is done with
// the other columns is said in the package's rules and by the table's [Table.String].
//
// A file has at most 1 GiB, 2²⁸ values, 2¹⁸ columns and 2¹⁶ classes, a cell 64 KiB. Reading
// one takes at most ten times its size and 100 MB of memory, and far less where a row has
// several numbers.
func ReadTable(r io.Reader, label string, opts ...TableOption) (Table, error) {
	t, err := read(r, label, false, opts)
	return t, inFile("", err)
}

// ReadTargets reads a table from CSV with a header line. The column called target holds
// real targets. The rest is as in [ReadTable].
func ReadTargets(r io.Reader, target string, opts ...TableOption) (Table, error) {
	t, err := read(r, target, true, opts)
	return t, inFile("", err)
}

// OpenTable is [ReadTable] for a file. Errors name it.
func OpenTable(path, label string, opts ...TableOption) (Table, error) {
	return open(path, func(r io.Reader) (Table, error) { return ReadTable(r, label, opts...) })
}

// OpenTargets is [ReadTargets] for a file. Errors name it.
func OpenTargets(path, target string, opts ...TableOption) (Table, error) {
	return open(path, func(r io.Reader) (Table, error) { return ReadTargets(r, target, opts...) })
}

func open(path string, read func(io.Reader) (Table, error)) (Table, error) {
	file, err := os.Open(path)
	if err != nil {
		return Table{}, fmt.Errorf("datasets: cannot open the table: %w", err)
	}
	defer file.Close()
	t, err := read(file)
	return t, inFile(path, err)
}

// fileError is an error of this package that may name a file.
type fileError struct {
	text string
	error
}

func (e fileError) Error() string { return e.text }
func (e fileError) Unwrap() error { return e.error }

func inFile(path string, err error) error {
	if err == nil {
		return nil
	}
	if path != "" {
		path += ": "
	}
	return fileError{"datasets: " + path + strings.TrimPrefix(err.Error(), "datasets: "), err}
}

func read(r io.Reader, label string, targets bool, opts []TableOption) (Table, error) {
	if err := usercode.Want("reader of the table", r); err != nil {
		return Table{}, fmt.Errorf("datasets: %w", err)
	}
	s, err := newSettings(opts)
	if err != nil {
		return Table{}, err
	}
	data, how, err := tabular.Read(r, label, targets, s)
	if err != nil {
		return Table{}, err
	}
	t := tableOf(data, how)
	return t, t.Validate()
}

func tableOf(d tabular.Data, how *tabular.Reading) Table {
	return Table{
		Features: d.Features, Classes: d.Classes, X: d.X, Y: d.Y, Z: d.Z,
		RowNames: d.RowNames, Missing: d.Missing, aside: d.Aside, fill: d.Fill, read: how,
	}
}

// Like reads a file as t was read: the same columns, in any order, become the same inputs in t's order, and
// the same labels the same classes. The column of the label or target may be absent, and
// then Y and Z are nil; so may columns that are no inputs of t. Other columns, texts and labels that t
// has not are errors; [UnknownAsZeros] allows texts. [WithDelimiter] and [WithDecimal] are the other options.
func (t Table) Like(r io.Reader, opts ...TableOption) (Table, error) {
	like, err := t.like(r, opts)
	return like, inFile("", err)
}

// OpenLike is [Table.Like] for a file. Errors name it.
func (t Table) OpenLike(path string, opts ...TableOption) (Table, error) {
	return open(path, func(r io.Reader) (Table, error) { return t.Like(r, opts...) })
}

func (t Table) like(file io.Reader, opts []TableOption) (Table, error) {
	if err := usercode.Want("reader of the table", file); err != nil {
		return Table{}, fmt.Errorf("datasets: %w", err)
	}
	if t.read == nil {
		return Table{}, errors.New("the table was not read from a file, so that none can be read like it; read it with ReadTable or ReadTargets")
	}
	s, err := newSettings(opts)
	if err != nil {
		return Table{}, err
	}
	data, err := t.read.Like(file, s)
	if err != nil {
		return Table{}, err
	}
	return tableOf(data, t.read).restrict(t)
}

// restrict takes the classes and features of another table, which are some of t's.
func (t Table) restrict(to Table) (Table, error) {
	if slices.Equal(t.Features, to.Features) && slices.Equal(t.Classes, to.Classes) {
		return t, nil
	}
	columns, err := positions("feature", to.Features, t.Features)
	if err != nil {
		return Table{}, err
	}
	labels, err := positions("class", to.Classes, t.Classes)
	if err != nil {
		return Table{}, err
	}
	return t.pick(labels, columns), nil
}

// list names the first few of many, on one line.
func list(names []string) string { return tabular.List(names) }
