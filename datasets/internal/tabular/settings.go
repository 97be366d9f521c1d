// Package tabular decides what the columns of a file mean, and encodes them as inputs and
// labels: the rules of package datasets.
package tabular

import "fmt"

// Settings are the options together.
type Settings struct {
	Delimiter, Decimal byte // 0: recognised
	Missing            bool
	Also               []string // texts that stand for a missing value
	Treat              map[string]Treatment
	RowNames           string // the column
	KeepAll            bool
	UnknownAsZeros     bool
}

// Treatment is what the options say of a column.
type Treatment struct {
	Option string // its name
	Levels []string
}

// Names of the options that say what becomes of a column.
const (
	Categories = "Categories"
	Ordinal    = "Ordinal"
	GroupBy    = "GroupBy"
	Drop       = "Drop"
	RowNames   = "RowNames"
)

// Set notes what becomes of columns.
func (s *Settings) Set(t Treatment, columns ...string) error {
	for _, name := range columns {
		if before, ok := s.Treat[name]; ok {
			return fmt.Errorf("column %.100q is named in %s and in %s; choose one", name, before.Option, t.Option)
		}
		s.Treat[name] = t
	}
	return nil
}
