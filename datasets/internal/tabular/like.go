package tabular

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/goicl/goicl/datasets/internal/sheet"
)

// Like reads a file as another was read. Only the delimiter, the decimal sign and UnknownAsZeros may be set.
func (how *Reading) Like(file io.Reader, set Settings) (t Data, err error) {
	if len(set.Treat) > 0 || set.KeepAll || set.Missing {
		return t, errors.New("the options WithDelimiter, WithDecimal and UnknownAsZeros are those of a file that is read like another; the others are the table's own")
	}
	own := *how
	own.columns, own.rowsOut = slices.Clone(own.columns), 0
	r := reader{Settings: set, Reading: &own, answer: -1}
	if r.Missing, r.Also = own.allowed, own.tokens; own.comma && r.Decimal == 0 {
		r.Decimal = ','
	}
	r.sheet, err = sheet.Read(file, r.options(r.Label, r.inputColumns(), r.planLike))
	if err != nil {
		return t, err
	}
	t.Features, t.Fill = own.Features, own.Fill
	err = r.fillLike(&t)
	return t, err
}

// inputColumns are the columns that the file must have.
func (r *reader) inputColumns() (names []string) {
	for _, c := range r.columns {
		if c.left == "" {
			names = append(names, c.name)
		}
	}
	return names
}

// planLike says how each column is read.
func (r *reader) planLike(header []string) ([]sheet.Mode, error) {
	there := make(map[string]bool, len(header))
	for _, name := range header {
		there[name] = true
	}
	for _, name := range r.inputColumns() {
		if !there[name] {
			return nil, fmt.Errorf("the table has no column %.100q, which the one that it is read like has; it has: %s", name, List(header))
		}
	}
	known := make(map[string]*column, len(r.columns))
	for j := range r.columns {
		known[r.columns[j].name] = &r.columns[j]
	}
	modes := make([]sheet.Mode, len(header))
	for i, name := range header {
		switch c, ok := known[name]; {
		case r.named && name == r.namesIn, !ok && i == 0 && (name == "" || name == "rownames"):
			modes[i] = sheet.Name
		case !ok && !slices.Contains(r.dropped, name):
			return nil, fmt.Errorf("column %.100q is not in the table that this one is read like, which has: %s; take it out of the file", name, List(slices.Sorted(maps.Keys(known))))
		case !ok:
			modes[i] = sheet.Skip
		case name == r.Label && !r.targets, c.aside, c.left == "" && c.kind != numeric:
			modes[i] = sheet.Text
		case name == r.Label, c.left == "":
			modes[i] = sheet.Number
		default:
			modes[i] = sheet.Skip
		}
	}
	return modes, nil
}

// fillLike fills in the table.
func (r *reader) fillLike(t *Data) error {
	places := make(map[string]int, len(r.sheet.Columns))
	for j, c := range r.sheet.Columns {
		places[c.Name] = j
	}
	if at, ok := places[r.Label]; ok {
		r.answer = at
		r.sheet.DropMissing(at)
	}
	if r.sheet.Rows == 0 {
		return errors.New("the table has no rows, only a header")
	}
	if err := r.answersLike(t); err != nil {
		return err
	}
	r.places = make([]int, len(r.columns))
	for j := range r.columns {
		c := &r.columns[j]
		at, ok := places[c.name]
		if r.places[j] = at; !ok || c.left == "" && c.kind == numeric {
			continue
		}
		if c.aside {
			if err := r.keepAside(t, at, c.name); err != nil {
				return err
			}
			continue
		}
		if c.left == "" {
			if err := r.translate(c, at); err != nil {
				return err
			}
		}
	}
	t.Missing = r.allowed
	return r.fillRows(t)
}

// translate finds the levels of the texts of this file.
func (r *reader) translate(c *column, at int) error {
	c.code = map[uint32]int32{}
	for _, text := range r.texts(at) {
		if text == sheet.Other {
			return fmt.Errorf("column %.100q has more than %d texts, and the table that this one is read like has %d", c.name, sheet.MaxTexts, len(c.levels.names))
		}
		level, ok := c.levels.find(r.sheet.Texts[text])
		switch {
		case ok:
			c.code[text] = level
		case !r.UnknownAsZeros || c.kind == ordinal:
			return fmt.Errorf("line %d of the table has %.100q in column %.100q, which the table that it is read like has not: %s; correct it, or allow it with UnknownAsZeros()", r.sheet.Columns[at].Lines[text], r.sheet.Texts[text], c.name, List(c.levels.names))
		}
	}
	return nil
}

// answersLike fills in the labels or targets, if the file has them.
func (r *reader) answersLike(t *Data) error {
	if t.Classes = r.classes.names; r.answer < 0 {
		return nil
	}
	if r.targets {
		return r.answers(t)
	}
	code := map[uint32]int32{}
	for _, text := range r.texts(r.answer) {
		if text == sheet.Other {
			return fmt.Errorf("column %.100q has more than %d labels, and the table that this one is read like has %d", r.Label, sheet.MaxTexts, len(t.Classes))
		}
		level, ok := r.classes.find(r.sheet.Texts[text])
		if !ok {
			return fmt.Errorf("line %d of the table has the label %.100q, which the table that it is read like has not: %s", r.sheet.Columns[r.answer].Lines[text], r.sheet.Texts[text], List(t.Classes))
		}
		code[text] = level
	}
	t.Y = make([]int32, 0, r.sheet.Rows)
	r.sheet.Each(func(row []float32) { t.Y = append(t.Y, code[textOf(row[r.answer])]) })
	return nil
}
