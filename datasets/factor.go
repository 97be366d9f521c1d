package datasets

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/goicl/goicl/datasets/internal/tabular"
)

// exactFloats is up to where float32 has every whole number.
const exactFloats = 1 << 24

// factor finds the groups of a column: of texts beside the inputs, or of inputs, which are
// returned, too.
func (t Table) factor(column string) (f tabular.Factor, inputs []int, err error) {
	if f, ok := t.aside[column]; ok {
		return f, t.ofColumn(column, nil), nil
	}
	if t.read != nil {
		switch c, ok := t.read.Column(column); {
		case c.Label:
			return f, nil, fmt.Errorf("column %.100q holds the labels or targets; groups are made by another", column)
		case c.Left != "":
			return f, nil, fmt.Errorf("column %.100q of the table was left out (%s); read it with GroupBy(%.100q)", column, c.Left, column)
		case ok && c.Texts != nil:
			f, err = t.factorOfTexts(column, c)
			return f, t.ofColumn(column, c.Texts), err
		}
	}
	at := slices.Index(t.Features, column)
	if at < 0 {
		return f, nil, fmt.Errorf("the table has no column %.100q to make groups by; known: %s", column, list(append(sorted(t.aside), t.Features...)))
	}
	f, err = t.factorOfNumbers(at)
	return f, t.ofColumn(column, nil), err
}

// ofColumn lists the features that are a column, or were made of it for these texts.
func (t Table) ofColumn(column string, texts []string) (features []int) {
	for j, name := range t.Features {
		own := name == column || name == column+"=missing"
		for _, text := range texts {
			own = own || name == column+"="+text
		}
		if own {
			features = append(features, j)
		}
	}
	return features
}

// factorOfTexts undoes the encoding of a column of texts.
func (t Table) factorOfTexts(column string, c tabular.Kept) (tabular.Factor, error) {
	f := tabular.Factor{Names: c.Texts, Code: make([]int32, len(t.X))}
	at := make([]int, len(c.Names))
	for k, name := range c.Names {
		if at[k] = slices.Index(t.Features, name); at[k] < 0 {
			return f, fmt.Errorf("the input %.100q of column %.100q was not selected; make the groups before Select, or read the column with GroupBy(%.100q)", name, column, column)
		}
	}
	for i, row := range t.X {
		f.Code[i] = -1
		if v := row[at[0]]; len(at) == 1 {
			if v == v {
				f.Code[i] = int32(v) % int32(len(f.Names)) // one text alone has the input 1
			}
			continue
		}
		for k, j := range at {
			if row[j] == 1 {
				f.Code[i] = int32(k)
			}
		}
	}
	return f, nil
}

// factorOfNumbers has a group for each number.
func (t Table) factorOfNumbers(j int) (tabular.Factor, error) {
	f := tabular.Factor{Code: make([]int32, len(t.X))}
	var values []float32
	for i, row := range t.X {
		switch v := row[j]; {
		case math.Abs(float64(v)) >= exactFloats:
			return f, fmt.Errorf("row %s of the table has %.0f in column %.100q, and numbers of more than %d are kept roughly; read the column with GroupBy(%.100q)", t.row(i), v, t.Features[j], exactFloats, t.Features[j])
		case v == v:
			values = append(values, v)
		}
	}
	slices.Sort(values)
	values = slices.Compact(values)
	for _, v := range values {
		f.Names = append(f.Names, strconv.FormatFloat(float64(v), 'g', -1, 32))
	}
	for i, row := range t.X {
		f.Code[i] = -1
		if at, ok := slices.BinarySearch(values, row[j]); ok && row[j] == row[j] {
			f.Code[i] = int32(at)
		}
	}
	return f, nil
}
