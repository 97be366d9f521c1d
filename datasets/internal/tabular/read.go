package tabular

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/goicl/goicl/datasets/internal/sheet"
)

// maxClasses is the greatest number of classes of a table that is read.
const maxClasses = sheet.MaxTexts

// reader turns a file into a table.
type reader struct {
	Settings
	*Reading
	sheet  *sheet.Sheet
	answer int     // the label's or target's place in the sheet; -1 for none
	places []int   // the place of each column in the sheet
	seen   []int32 // of each text of the sheet, the last column that it was in
}

// Read reads a file. The column called label holds labels, or targets. Errors do not name the package.
func Read(file io.Reader, label string, targets bool, s Settings) (t Data, how *Reading, err error) {
	r := reader{Settings: s, Reading: &Reading{Label: strings.TrimSpace(label), targets: targets}}
	if r.UnknownAsZeros {
		return t, nil, errors.New("UnknownAsZeros is an option of Table.Like; leave it out")
	}
	mode := sheet.Text
	if targets {
		mode = sheet.Number
	}
	r.sheet, err = sheet.Read(file, r.options(r.Label, []string{r.Label}, func(header []string) ([]sheet.Mode, error) {
		return r.plan(header, mode)
	}))
	if err != nil {
		return t, nil, err
	}
	r.comma, r.allowed, r.tokens = r.sheet.Decimal == ',', r.Missing, r.Also
	if err := r.checkNames(); err != nil {
		return t, nil, err
	}
	r.answer = slices.IndexFunc(r.sheet.Columns, func(c sheet.Column) bool { return c.Name == r.Label })
	if r.Missing {
		r.rowsOut = r.sheet.DropMissing(r.answer)
	}
	if r.sheet.Rows == 0 {
		return t, nil, fmt.Errorf("the table has no rows with a value in column %.100q, only a header", r.Label)
	}
	if err := r.answers(&t); err != nil {
		return t, nil, err
	}
	if err := r.decide(&t); err != nil {
		return t, nil, err
	}
	r.findLeaks(t)
	if err := r.encode(&t); err != nil {
		return t, nil, err
	}
	r.say(t)
	return t, r.Reading, nil
}

func (s Settings) options(answer string, wanted []string, plan func([]string) ([]sheet.Mode, error)) sheet.Options {
	return sheet.Options{Delimiter: s.Delimiter, Decimal: s.Decimal, Missing: s.Missing, Also: s.Also, Answer: answer, Wanted: wanted, Plan: plan}
}

// plan says how each column is read.
func (r *reader) plan(header []string, answer sheet.Mode) ([]sheet.Mode, error) {
	if err := r.checkHeader(header); err != nil {
		return nil, err
	}
	modes := make([]sheet.Mode, len(header))
	for i, name := range header {
		switch t, ok := r.Treat[name]; {
		case name == r.Label:
			modes[i] = answer
		case ok && t.Option == RowNames, r.RowNames == "" && i == 0 && (name == "" || name == "rownames" && !ok):
			modes[i], r.namesIn, r.named = sheet.Name, name, true
		case ok && t.Option == Drop:
			modes[i], r.dropped = sheet.Skip, append(r.dropped, name)
		case ok:
			modes[i] = sheet.Text
		case name == "":
			return nil, fmt.Errorf("column %d of the table has no name; name it in line 1", i+1)
		}
	}
	return modes, nil
}

// checkHeader reports columns that are asked for and not there.
func (r *reader) checkHeader(header []string) error {
	if r.Label == "" {
		return errors.New("the column of the labels or targets has no name; name it")
	}
	if !slices.Contains(header, r.Label) {
		hint := ""
		if len(header) == 1 {
			hint = "; say what separates the cells with WithDelimiter"
		}
		return fmt.Errorf("the table has no column %.100q; it has: %s%s", r.Label, List(header), hint)
	}
	if len(header) == 1 {
		return fmt.Errorf("the table has no column but %.100q; want at least one with inputs", r.Label)
	}
	for _, name := range sorted(r.Treat) {
		option := r.Treat[name].Option
		switch {
		case name == r.Label:
			return fmt.Errorf("column %.100q holds the labels or targets and is named in %s, too; leave it out there", name, option)
		case !slices.Contains(header, name):
			return fmt.Errorf("%s names column %.100q; the table has: %s", option, name, List(header))
		}
	}
	return nil
}

// checkNames reports a row name that occurs twice.
func (r *reader) checkNames() error {
	first, second, twice := sheet.Twice(r.sheet.Names)
	if !twice {
		return nil
	}
	if r.namesIn == "" {
		return fmt.Errorf("column 1 of the table has no name, and %.100q in rows %d and %d, so that it does not name the rows; name it in line 1", r.sheet.Names[first], first+1, second+1)
	}
	return fmt.Errorf("column %.100q of the table names the rows, and has %.100q in rows %d and %d; leave it out with Drop(%.100q), or give the column another name", r.namesIn, r.sheet.Names[first], first+1, second+1, r.namesIn)
}

// answers fills in the labels or the targets.
func (r *reader) answers(t *Data) error {
	if r.targets {
		t.Z = make([]float32, 0, r.sheet.Rows)
		r.sheet.Each(func(row []float32) { t.Z = append(t.Z, row[r.answer]) })
		return nil
	}
	texts := r.texts(r.answer)
	if len(texts) > maxClasses || slices.Contains(texts, sheet.Other) {
		return fmt.Errorf("column %.100q of the table has more than %d classes; for numbers use ReadTargets", r.Label, maxClasses)
	}
	levels, code, err := r.levels(r.answer, texts)
	if err != nil {
		return err
	}
	if len(levels.names) < 2 {
		return fmt.Errorf("column %.100q of the table has one label alone, %.100q; want at least 2 classes", r.Label, levels.names[0])
	}
	r.classes, t.Classes = levels, levels.names
	t.Y = make([]int32, 0, r.sheet.Rows)
	r.sheet.Each(func(row []float32) {
		text, _ := sheet.Unbox(row[r.answer])
		t.Y = append(t.Y, code[text])
	})
	return nil
}

// sorted are the keys of a map in order.
func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// List names the first few of many, on one line.
func List(names []string) string {
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
