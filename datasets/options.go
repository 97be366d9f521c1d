package datasets

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/goicl/goicl/datasets/internal/tabular"
)

// TableOption changes how [ReadTable] and [ReadTargets] read a file.
type TableOption struct {
	apply func(*tabular.Settings) error
}

func newSettings(opts []TableOption) (tabular.Settings, error) {
	s := tabular.Settings{Treat: map[string]tabular.Treatment{}}
	for _, o := range opts {
		if o.apply == nil {
			return s, errors.New("an option of the table is empty; leave it out")
		}
		if err := o.apply(&s); err != nil {
			return s, err
		}
	}
	return s, nil
}

func forColumns(option string, columns []string) TableOption {
	return TableOption{func(s *tabular.Settings) error { return s.Set(tabular.Treatment{Option: option}, columns...) }}
}

// WithDelimiter says what separates the cells of a row. Without it, the comma, semicolon or tab
// is taken that splits the first line so that the label's column is there.
func WithDelimiter(delimiter rune) TableOption {
	return TableOption{func(s *tabular.Settings) error {
		if delimiter < 1 || delimiter > 126 || strings.ContainsRune("\"\r\n+-.", delimiter) || unicode.IsLetter(delimiter) || unicode.IsDigit(delimiter) {
			return fmt.Errorf("the delimiter %q cannot separate cells; want an ASCII character such as ',', ';', '|' or '\\t'", delimiter)
		}
		s.Delimiter = byte(delimiter)
		return nil
	}}
}

// WithDecimal says whether ',' or '.' is the decimal sign. Without it, 1,5 is read as 1.5 if the
// file has no number with a point, and 1,234 is refused if every comma could mark thousands.
func WithDecimal(sign rune) TableOption {
	return TableOption{func(s *tabular.Settings) error {
		if sign != ',' && sign != '.' {
			return fmt.Errorf("the decimal sign %q; want ',' or '.'", sign)
		}
		s.Decimal = byte(sign)
		return nil
	}}
}

// WithMissing allows missing values: empty cells, NA, N/A, NaN, null, ?, and the texts that are
// named. They are NaN in X and are filled in each task from its context alone, with the mean
// of numbers and the most frequent text; a column "age=missing" of zeros and ones says where.
// Rows without a label or target are left out.
func WithMissing(also ...string) TableOption {
	return TableOption{func(s *tabular.Settings) error {
		s.Missing = true
		for _, text := range also {
			s.Also = append(s.Also, strings.TrimSpace(text))
		}
		return nil
	}}
}

// Categories reads columns as texts, numbers too, and makes an input of zeros and ones for each
// text, of which a column may have 256.
func Categories(columns ...string) TableOption { return forColumns(tabular.Categories, columns) }

// Ordinal reads a column as texts with an order, and makes them the numbers 0, 1, 2. The levels
// are named from least to greatest; without any they are ordered by name.
func Ordinal(column string, levels ...string) TableOption {
	return TableOption{func(s *tabular.Settings) error {
		return s.Set(tabular.Treatment{Option: tabular.Ordinal, Levels: slices.Clone(levels)}, column)
	}}
}

// GroupBy keeps columns beside the inputs, as texts: [Table.Groups] makes tasks of their groups.
func GroupBy(columns ...string) TableOption { return forColumns(tabular.GroupBy, columns) }

// Drop leaves columns out. Nothing in them is looked at.
func Drop(columns ...string) TableOption { return forColumns(tabular.Drop, columns) }

// RowNames says which column names the rows.
func RowNames(column string) TableOption {
	return TableOption{func(s *tabular.Settings) error {
		if s.RowNames != "" {
			return fmt.Errorf("the row names are in %.100q and in %.100q; choose one column", s.RowNames, column)
		}
		s.RowNames = column
		return s.Set(tabular.Treatment{Option: tabular.RowNames}, column)
	}}
}

// KeepAll makes an input of every column that is not named in Drop, GroupBy or RowNames: of one value, of
// row numbers, and of up to 256 texts.
func KeepAll() TableOption {
	return TableOption{func(s *tabular.Settings) error {
		s.KeepAll = true
		return nil
	}}
}

// UnknownAsZeros lets [Table.Like] read texts that the table has not: all columns of that text's
// column are 0.
func UnknownAsZeros() TableOption {
	return TableOption{func(s *tabular.Settings) error {
		s.UnknownAsZeros = true
		return nil
	}}
}
