package sheet

import (
	"bytes"
	"fmt"
	"strconv"
	"unicode/utf8"
)

// value reads a cell of a column.
func (s *Sheet) value(c cell, column *Column) (float32, error) {
	f := formOf(c.text)
	if f == word && isMissing(c.text, s.options.Also) || len(s.options.Also) > 0 && isMissing(c.text, s.options.Also) {
		switch {
		case s.options.Missing:
			return Box(Missing), nil
		case column.Name == s.options.Answer:
			return 0, fmt.Errorf("line %d of the table has no value in column %.100q (%q), the one of the labels or targets; leave out such rows with WithMissing(), or fill in the value", c.line, column.Name, c.text)
		default:
			return 0, fmt.Errorf("line %d of the table has no value in column %.100q (%q); allow that with WithMissing(), leave the column out with Drop(%.100q), or drop the row", c.line, column.Name, c.text, column.Name)
		}
	}
	switch {
	case column.mode == Text:
		return s.text(c, column)
	case f == infinite:
		return 0, fmt.Errorf("line %d of the table has %.100q in column %.100q, which is no finite number; correct the cell, or count it as missing with WithMissing(%.100q)", c.line, c.text, column.Name, c.text)
	case f == point && s.options.Decimal != ',', f == comma && s.options.Decimal != '.', f == whole:
		return s.number(c, f, column)
	case column.mode == Number:
		return 0, fmt.Errorf("line %d of the table has %.100q in column %.100q, which is no number; correct the cell, or count it as missing with WithMissing(%.100q)", c.line, c.text, column.Name, c.text)
	}
	return s.text(c, column)
}

func (s *Sheet) number(c cell, f form, column *Column) (float32, error) {
	if f == comma || f == point {
		if err := s.decimal.see(c, f, column.Name, s.options.Decimal); err != nil {
			return 0, err
		}
	}
	if f == comma {
		c.text[bytes.IndexByte(c.text, ',')] = '.'
	}
	v, err := strconv.ParseFloat(string(c.text), 32)
	if err != nil {
		return 0, fmt.Errorf("line %d of the table has %.100q in column %.100q, which is no float32 number (the greatest is 3.4e38); rescale the column", c.line, c.text, column.Name)
	}
	if column.NumberLine == 0 {
		column.NumberLine, column.FirstNumber = int32(c.line), float32(v)
	}
	return float32(v), nil
}

// text keeps a text, once for all its cells.
func (s *Sheet) text(c cell, column *Column) (float32, error) {
	id, ok := s.known[string(c.text)]
	switch {
	case ok:
	case column.fresh == MaxTexts:
		return Box(Other), nil
	case !utf8.Valid(c.text):
		return 0, fmt.Errorf("line %d of the table has %.100q in column %.100q, which is no UTF-8; save the file as UTF-8", c.line, c.text, column.Name)
	case len(s.Texts) > allTexts:
		return 0, fmt.Errorf("the table has more than %d different texts, the next in column %.100q on line %d; leave out columns of names with Drop", allTexts, column.Name, c.line)
	default:
		id = uint32(len(s.Texts))
		text := string(c.text)
		s.Texts, s.known[text] = append(s.Texts, text), id
		column.fresh++
	}
	if column.TextLine == 0 {
		column.TextLine, column.FirstText = int32(c.line), id
	}
	if column.Lines != nil {
		if _, ok := column.Lines[id]; !ok {
			column.Lines[id] = c.line
		}
	}
	return Box(id), nil
}

// place is a cell of the file.
type place struct {
	line         int // from 1; 0 for no cell
	text, column string
}

// decimals is what the cells say about the decimal sign.
type decimals struct {
	point, comma place
	sure         bool // that a comma is no mark of thousands
}

// see looks at a number with a point or a comma. Unless the sign is given, both may not occur.
func (d *decimals) see(c cell, f form, column string, given byte) error {
	if f == point && d.point.line == 0 {
		d.point = place{c.line, string(c.text), column}
	}
	if f == comma {
		if d.comma.line == 0 {
			d.comma = place{c.line, string(c.text), column}
		}
		d.sure = d.sure || !thousands(c.text)
	}
	if given == 0 && d.point.line > 0 && d.comma.line > 0 {
		return fmt.Errorf("line %d of the table has %.100q in column %.100q and line %d has %.100q in column %.100q; choose the decimal sign with WithDecimal('.') or WithDecimal(',')",
			d.comma.line, d.comma.text, d.comma.column, d.point.line, d.point.text, d.point.column)
	}
	return nil
}

// decide is the decimal sign of the file.
func (d *decimals) decide(given byte) (byte, error) {
	switch {
	case given != 0:
		return given, nil
	case d.comma.line == 0:
		return '.', nil
	case !d.sure:
		return 0, fmt.Errorf("line %d of the table has %.100q in column %.100q: a decimal comma, or thousands? Choose WithDecimal(','), or write the number without the comma", d.comma.line, d.comma.text, d.comma.column)
	}
	return ',', nil
}
