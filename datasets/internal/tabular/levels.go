package tabular

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/goicl/goicl/datasets/internal/sheet"
)

// levels are the texts of a column, in order: as numbers where all are numbers, else by name.
// Equal numbers are one level, whose name is the shortest.
type levels struct {
	names []string
	index map[string]int32 // the level of each spelling
	comma bool
	merge []string // spellings that are not their level's name
}

// find is the level of a text.
func (l levels) find(text string) (int32, bool) {
	if i, ok := l.index[text]; ok {
		return i, true
	}
	if number, ok := sheet.Canonical(text, l.comma); ok {
		i, ok := l.index[number]
		return i, ok
	}
	return 0, false
}

// newLevels orders the texts of a column, each named once.
func newLevels(texts []string, comma bool, column string, line func(text string) int) (levels, error) {
	number, same := make(map[string]string, len(texts)), map[string]string{}
	var name string // a text that is no number
	numeric := true
	texts = slices.Clone(texts)
	slices.SortFunc(texts, func(a, b string) int { return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b)) })
	for _, text := range texts {
		canonical, ok := sheet.Canonical(text, comma)
		if !ok {
			name, numeric = text, false
			continue
		}
		number[text] = canonical
	}
	for _, text := range texts {
		canonical, ok := number[text]
		first, twice := same[canonical]
		switch {
		case !ok:
		case !twice:
			same[canonical] = text
		case !numeric:
			return levels{}, fmt.Errorf("column %.100q of the table has %.100q (line %d) and %.100q (line %d), which are one number, beside %.100q (line %d), which is none; write them alike", column, first, line(first), text, line(text), name, line(name))
		}
	}
	if !numeric {
		slices.Sort(texts)
		return indexed(texts, nil, nil, comma), nil
	}
	var names []string
	for _, first := range same {
		names = append(names, first)
	}
	slices.SortFunc(names, byNumber(number, comma))
	return indexed(names, texts, number, comma), nil
}

// byNumber compares texts as the numbers that they are.
func byNumber(number map[string]string, comma bool) func(a, b string) int {
	value := make(map[string]float64, len(number))
	for text := range number {
		plain := text
		if comma {
			plain = strings.Replace(text, ",", ".", 1)
		}
		value[text], _ = strconv.ParseFloat(plain, 64)
	}
	return func(a, b string) int {
		return cmp.Or(cmp.Compare(value[a], value[b]), cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
	}
}

// indexed finds the level of each spelling of a number; number is nil for names.
func indexed(names, texts []string, number map[string]string, comma bool) levels {
	l := levels{names: names, index: make(map[string]int32, len(names)), comma: comma}
	for i, name := range names {
		l.index[name] = int32(i)
		if number != nil {
			l.index[number[name]] = int32(i)
		}
	}
	for _, text := range texts {
		if i := l.index[number[text]]; names[i] != text {
			l.index[text] = i
			l.merge = append(l.merge, text)
		}
	}
	return l
}

// alike returns two names that differ in upper and lower case alone.
func alike(names []string) (a, b string, found bool) {
	seen := make(map[string]string, len(names))
	for _, name := range names {
		lower := strings.ToLower(name)
		if other, ok := seen[lower]; ok {
			return other, name, true
		}
		seen[lower] = name
	}
	return "", "", false
}
