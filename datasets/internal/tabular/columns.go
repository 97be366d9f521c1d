package tabular

import (
	"fmt"
	"maps"
	"regexp"
	"slices"

	"github.com/goicl/goicl/datasets/internal/sheet"
)

// What the rules for columns count.
const (
	maxOneHot   = 10      // texts of a column that is encoded by itself
	maxNamed    = 256     // texts of a column that is named in Categories
	maxOfTexts  = 1 << 12 // columns that have texts
	leastCount  = 10      // rows, below which 1, 2, 3 … does not count them
	exactFloats = 1 << 24
)

// kind is how a column becomes inputs.
type kind uint8

const (
	numeric  kind = iota
	twoTexts      // one input, 0 or 1
	oneHot        // an input for each text
	ordinal       // the place of a text in an order
)

// column is a column of the file and what became of it.
type column struct {
	name    string
	kind    kind
	aside   bool             // kept beside the inputs
	levels  *levels          // of texts
	code    map[uint32]int32 // the level of each text of the file
	left    string           // why it is no input; "" for an input
	missing int              // cells without a value
}

// stat is what a column's cells are like.
type stat struct {
	numbers, texts, missing int
	first, last             float32
	varies, counts          bool
	falters                 bool // it does not rise from row to row in whole numbers
}

// measureColumns looks at all cells.
func (r *reader) measureColumns() []stat {
	stats, i := make([]stat, len(r.sheet.Columns)), 0
	r.sheet.Each(func(row []float32) {
		for j, v := range row {
			s := &stats[j]
			text, boxed := sheet.Unbox(v)
			switch {
			case boxed && text == sheet.Missing:
				s.missing++
				continue
			case boxed:
				s.texts++
			default:
				s.numbers++
			}
			if s.numbers+s.texts == 1 {
				s.first, s.last, s.counts, s.falters = v, v, i == 0 && (v == 0 || v == 1), boxed || i > 0
				continue
			}
			s.falters = s.falters || !(v > s.last && v == float32(int32(v)))
			s.last = v
			first, _ := sheet.Unbox(s.first)
			s.varies = s.varies || (boxed && text != first) || (!boxed && v != s.first)
			s.counts = s.counts && v == s.first+float32(i)
		}
		i++
	})
	return stats
}

// decide says what becomes of each column.
func (r *reader) decide(t *Data) error {
	stats := r.measureColumns()
	r.columns = make([]column, len(stats))
	inputs, counting, ofTexts := 0, -1, 0
	for j, s := range stats {
		c := &r.columns[j]
		c.name, c.missing = r.sheet.Columns[j].Name, s.missing
		if r.places = append(r.places, j); j == r.answer {
			c.left = theAnswer
			continue
		}
		if ofTexts += int(btoi(s.texts > 0)); ofTexts > maxOfTexts {
			return fmt.Errorf("more than %d columns of the table have texts, the next %.100q; leave some out with Drop", maxOfTexts, c.name)
		}
		if err := r.decideOne(t, j, s); err != nil {
			return err
		}
		switch {
		case c.left == "":
			if inputs++; !s.falters && s.missing == 0 && r.sheet.Rows >= leastCount {
				r.rising = append(r.rising, shown(c.name))
			}
		case c.left == rowNumbers && counting < 0:
			counting = j
		}
	}
	if inputs == 0 && counting >= 0 {
		r.columns[counting].left, inputs = "", 1
	}
	if inputs == 0 {
		return fmt.Errorf("no column of the table is left as an input; left out: %s; KeepAll() keeps those of one value, Categories(\"…\") those of texts", join(r.leftOut()))
	}
	return nil
}

// Why a column is left out.
const (
	noValues   = "no values"
	oneValue   = "one value"
	rowNumbers = "the row numbers"
	identifier = "no text twice"
	theAnswer  = "the label"
	forGroups  = "for groups"
)

func (r *reader) decideOne(t *Data, j int, s stat) error {
	c, of := &r.columns[j], &r.sheet.Columns[j]
	treatment := r.Treat[c.name]
	switch {
	case of.NumberLine > 0 && of.TextLine > 0: // in a row that was left out, too
		return r.mixed(of, s)
	case s.numbers+s.texts == 0:
		c.left = noValues
	case treatment.Option == GroupBy:
		c.left, c.aside = forGroups, true
		return r.keepAside(t, j, c.name)
	case !s.varies && !r.KeepAll:
		c.left = oneValue
	case s.texts > 0:
		return r.decideTexts(t, j, s.texts, treatment)
	case s.counts && !r.KeepAll && s.missing == 0 && r.sheet.Rows >= leastCount && r.sheet.Rows < exactFloats:
		c.left = rowNumbers
	}
	return nil
}

// mixed is the error for a column of numbers and texts.
func (r *reader) mixed(c *sheet.Column, s stat) error {
	if s.numbers >= s.texts {
		text := r.sheet.Texts[c.FirstText]
		return fmt.Errorf("line %d of the table has %.100q in column %.100q, which has numbers beside it; correct the cell, count it as missing with WithMissing(%.100q), or read the column as texts with Categories(%.100q)", c.TextLine, text, c.Name, text, c.Name)
	}
	return fmt.Errorf("line %d of the table has the number %g in column %.100q, which has texts beside it; correct the cell, or read the column as texts with Categories(%.100q)", c.NumberLine, c.FirstNumber, c.Name, c.Name)
}

// marked is a number with a currency, a percent sign or marks of thousands.
var marked = regexp.MustCompile(`^[$€£¥]? ?[+-]?(\d{1,3}([.,' ]\d{3})+([.,]\d+)?|\d*[.,]?\d+) ?[%$€£¥]?$`)

// checkMarks refuses a column of texts that are all numbers but for marks that are not read.
func (r *reader) checkMarks(j int, texts []uint32) error {
	for _, text := range texts {
		if text == sheet.Other || !marked.MatchString(r.sheet.Texts[text]) {
			return nil
		}
	}
	c := r.sheet.Columns[j]
	return fmt.Errorf("line %d of the table has %.100q in column %.100q, a number with marks that are not read; write it without, or read the column as texts with Categories(%.100q)", c.TextLine, r.sheet.Texts[c.FirstText], c.Name, c.Name)
}

// decideTexts says what becomes of a column with so many cells of texts.
func (r *reader) decideTexts(t *Data, j, cells int, of Treatment) error {
	c, texts := &r.columns[j], r.texts(j)
	n := len(texts)
	named := of.Option == Categories || of.Option == Ordinal
	if err := r.checkMarks(j, texts); err != nil && !named {
		return err
	}
	switch {
	case slices.Contains(texts, sheet.Other):
		c.left = fmt.Sprintf("more than %d texts", sheet.MaxTexts)
	case !named && !r.KeepAll && n == cells:
		c.left = identifier
	case !named && !r.KeepAll && n > maxOneHot:
		c.left, c.aside = fmt.Sprintf("%d texts", n), true
		return r.keepAside(t, j, c.name)
	case n > maxNamed:
		return fmt.Errorf("column %.100q of the table has %d texts; at most %d can be inputs. Leave it out with Drop(%.100q), or keep it beside the inputs with GroupBy(%.100q)", c.name, n, maxNamed, c.name, c.name)
	}
	if c.left != "" {
		if named || r.KeepAll {
			return fmt.Errorf("column %.100q of the table has %s; at most %d can be inputs. Leave it out with Drop(%.100q)", c.name, c.left, maxNamed, c.name)
		}
		return nil
	}
	levels, code, err := r.levels(j, texts)
	if err != nil {
		return err
	}
	c.levels, c.code = &levels, code
	switch n := len(c.levels.names); {
	case of.Option == Ordinal:
		c.kind = ordinal
		if len(of.Levels) > 0 {
			return r.order(j, of.Levels)
		}
	case n == 1 && !r.KeepAll:
		c.left = oneValue
	case n <= 2:
		c.kind = twoTexts
	default:
		c.kind = oneHot
	}
	return nil
}

// order gives a column the levels that the reader names.
func (r *reader) order(j int, names []string) error {
	c, index := &r.columns[j], map[string]int32{}
	for i, name := range names {
		if _, twice := index[name]; twice {
			return fmt.Errorf("level %.100q of column %.100q is named twice in Ordinal; name it once", name, c.name)
		}
		index[name] = int32(i)
	}
	levels := indexed(names, nil, nil, r.comma)
	c.levels = &levels
	for i, name := range names {
		if canonical, ok := sheet.Canonical(name, r.comma); ok {
			c.levels.index[canonical] = int32(i)
		}
	}
	for _, text := range slices.Sorted(maps.Keys(c.code)) {
		level, ok := c.levels.find(r.sheet.Texts[text])
		if !ok {
			return fmt.Errorf("line %d of the table has %.100q in column %.100q, which is none of the levels of Ordinal: %s", r.sheet.Columns[j].Lines[text], r.sheet.Texts[text], c.name, List(names))
		}
		c.code[text] = level
	}
	return nil
}

// keepAside keeps the texts of a column that is no input, for groups.
func (r *reader) keepAside(t *Data, at int, name string) error {
	texts := r.texts(at)
	if slices.Contains(texts, sheet.Other) {
		return fmt.Errorf("column %.100q of the table has more than %d texts, too many groups; leave it out with Drop(%.100q)", name, sheet.MaxTexts, name)
	}
	levels, code, err := r.levels(at, texts)
	if err != nil {
		return err
	}
	f := Factor{Names: levels.names, Code: make([]int32, 0, r.sheet.Rows)}
	r.sheet.Each(func(row []float32) {
		level, ok := code[textOf(row[at])]
		if !ok {
			level = -1
		}
		f.Code = append(f.Code, level)
	})
	if t.Aside == nil {
		t.Aside = map[string]Factor{}
	}
	t.Aside[name] = f
	return nil
}

func textOf(v float32) uint32 {
	text, _ := sheet.Unbox(v)
	return text
}

// texts are the texts of a column, once each, in the order of the file.
func (r *reader) texts(j int) (texts []uint32) {
	if r.seen == nil {
		r.seen = make([]int32, len(r.sheet.Texts))
	}
	other := false
	r.sheet.Each(func(row []float32) {
		switch text, ok := sheet.Unbox(row[j]); {
		case !ok || text == sheet.Missing:
		case text == sheet.Other:
			other = true
		case r.seen[text] != int32(j+1):
			r.seen[text] = int32(j + 1)
			texts = append(texts, text)
		}
	})
	if other {
		texts = append(texts, sheet.Other)
	}
	for _, text := range texts {
		if text != sheet.Other {
			r.seen[text] = 0
		}
	}
	return texts
}

// levels orders the texts of a column, and says which level each is.
func (r *reader) levels(j int, texts []uint32) (levels, map[uint32]int32, error) {
	names, lines := make([]string, len(texts)), map[string]int{}
	for i, text := range texts {
		names[i] = r.sheet.Texts[text]
		lines[names[i]] = r.sheet.Columns[j].Lines[text]
	}
	l, err := newLevels(names, r.comma, r.sheet.Columns[j].Name, func(text string) int { return lines[text] })
	if err != nil {
		return l, nil, err
	}
	code := make(map[uint32]int32, len(texts))
	for _, text := range texts {
		code[text], _ = l.find(r.sheet.Texts[text])
	}
	return l, code, nil
}
