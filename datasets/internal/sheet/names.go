package sheet

import (
	"fmt"
	"hash/maphash"
	"slices"
	"unicode/utf8"
)

// names keeps the names of rows, many in one string.
type names struct {
	list []string
	text []byte // of the last names
	ends []int
}

func (n *names) add(c cell) error {
	if !utf8.Valid(c.text) {
		return fmt.Errorf("line %d of the table has the row name %.100q, which is no UTF-8; save the file as UTF-8", c.line, c.text)
	}
	if len(n.text)+len(c.text) > maxCell {
		n.flush()
	}
	n.text = append(n.text, c.text...)
	n.ends = append(n.ends, len(n.text))
	return nil
}

func (n *names) flush() {
	text, start := string(n.text), 0
	for _, end := range n.ends {
		n.list = append(n.list, text[start:end])
		start = end
	}
	n.text, n.ends = n.text[:0], n.ends[:0]
}

func (n *names) done() []string {
	n.flush()
	return n.list
}

// Twice returns the places of a name that occurs twice, one that is not empty if there is one.
func Twice(names []string) (first, second int, twice bool) {
	seed := maphash.MakeSeed()
	hashes := make([]uint64, len(names))
	for i, name := range names {
		hashes[i] = maphash.String(seed, name)
	}
	slices.Sort(hashes)
	doubtful := map[uint64]bool{}
	for i := 1; i < len(hashes); i++ {
		if hashes[i] == hashes[i-1] && len(doubtful) < 1<<10 {
			doubtful[hashes[i]] = true
		}
	}
	if len(doubtful) == 0 {
		return 0, 0, false
	}
	seen := map[string]int{}
	for i, name := range names {
		if !doubtful[maphash.String(seed, name)] {
			continue
		}
		if at, ok := seen[name]; ok {
			if name != "" {
				return at, i, true
			}
			first, second, twice = at, i, true
			continue
		}
		seen[name] = i
	}
	return first, second, twice
}
