package tabular

import (
	"fmt"
	"math"

	"github.com/goicl/goicl/datasets/internal/sheet"
)

var nan = float32(math.NaN())

// names are those of the inputs that a column becomes.
func (c column) names() (names []string) {
	switch {
	case c.left != "":
		return nil
	case c.kind == twoTexts:
		names = append(names, c.name+"="+c.levels.names[len(c.levels.names)-1])
	case c.kind == oneHot:
		for _, level := range c.levels.names {
			names = append(names, c.name+"="+level)
		}
	default:
		names = append(names, c.name)
	}
	if c.missing > 0 {
		names = append(names, c.name+"=missing")
	}
	return names
}

// append appends the inputs of a cell.
func (c *column) append(x []float32, v float32) []float32 {
	text, isText := sheet.Unbox(v)
	missing := isText && text == sheet.Missing
	switch {
	case c.kind == oneHot:
		start := len(x)
		for range c.levels.names {
			if x = append(x, 0); missing {
				x[len(x)-1] = nan
			}
		}
		if level, ok := c.code[text]; ok && isText {
			x[start+int(level)] = 1
		}
	case missing:
		x = append(x, nan)
	case c.kind == numeric:
		x = append(x, v)
	case c.kind == twoTexts && len(c.levels.names) == 1:
		x = append(x, 1)
	default:
		x = append(x, float32(c.code[text]))
	}
	if c.missing > 0 {
		x = append(x, btoi(missing))
	}
	return x
}

func btoi(b bool) float32 {
	if b {
		return 1
	}
	return 0
}

// nameFeatures names the inputs and says how each is filled where it is missing.
func (r *reader) nameFeatures(t *Data) error {
	for j, c := range r.columns {
		names := c.names()
		for i, name := range names {
			switch t.Features = append(t.Features, name); {
			case c.kind == numeric, i == len(names)-1 && c.missing > 0:
				t.Fill = append(t.Fill, 0)
			default:
				t.Fill = append(t.Fill, int32(j+1))
			}
		}
		t.Missing = t.Missing || c.left == "" && c.missing > 0
	}
	if first, _, twice := sheet.Twice(t.Features); twice {
		return fmt.Errorf("two inputs of the table would be called %.100q, one of them made of a column of texts or for missing values; give the other another name", t.Features[first])
	}
	r.Features, r.Fill = t.Features, t.Fill
	return nil
}

// Memory that a table may take, for each byte of its file and beside it.
const (
	timesFile   = 9
	besidesFile = 60_000_000
	perRow      = 28 // for the row and its label
)

// encode names the inputs and fills them in.
func (r *reader) encode(t *Data) error {
	if err := r.nameFeatures(t); err != nil {
		return err
	}
	return r.fillRows(t)
}

// fillRows fills in the inputs of all rows.
func (r *reader) fillRows(t *Data) error {
	d, width, rows := len(t.Features), len(r.sheet.Columns), r.sheet.Rows
	inPlace := d <= width && width <= 2*d
	need := float64(rows) * float64(perRow+4*width)
	if !inPlace {
		need += 4 * float64(rows) * float64(d)
	}
	if most := timesFile*float64(r.sheet.Bytes) + besidesFile; need > most || float64(rows)*float64(d) > sheet.MaxValues {
		return fmt.Errorf("%d rows of %d inputs would take %.0f MB, and a file of %.0f MB may take %.0f; take fewer rows, or leave out columns with Drop", rows, d, need/1e6, float64(r.sheet.Bytes)/1e6, most/1e6)
	}
	t.X = make([][]float32, 0, rows)
	row := make([]float32, width) // a copy, since its inputs may be written where it lies
	for i, chunk := range r.sheet.Chunks {
		out := chunk[:0]
		if !inPlace {
			out = make([]float32, 0, len(chunk)/width*d)
		}
		for at := 0; at < len(chunk); at += width {
			start := len(out)
			copy(row, chunk[at:])
			out = r.appendRow(out, row)
			t.X = append(t.X, out[start:len(out):len(out)])
		}
		r.sheet.Chunks[i] = nil
	}
	t.RowNames = r.sheet.Names
	return nil
}

// appendRow appends a row's inputs.
func (r *reader) appendRow(out, row []float32) []float32 {
	for j := range r.columns {
		if c := &r.columns[j]; c.left == "" {
			out = c.append(out, row[r.places[j]])
		}
	}
	return out
}
