package sheet

import (
	"bufio"
	"bytes"
	"fmt"
)

// delimiters are what is recognised between the cells of a table, the likeliest first.
const delimiters = ",;\t"

// Spell names a delimiter.
func Spell(delimiter byte) string {
	switch delimiter {
	case ',':
		return "comma"
	case ';':
		return "semicolon"
	case '\t':
		return "tab"
	case ' ':
		return "blank"
	}
	return fmt.Sprintf("%q", string(rune(delimiter)))
}

// named is the delimiter that the first line says, as spreadsheets write it: sep=; and nothing else.
func named(start []byte) (delimiter byte, ok bool) {
	if len(start) < 6 || !bytes.HasPrefix(start, []byte("sep=")) || start[5] != '\n' && start[5] != '\r' {
		return 0, false
	}
	return start[4], true
}

// sniff chooses the delimiter that splits the header so that it has the most of the columns that are
// wanted; where none does, the one that gives the most columns.
func sniff(start []byte, wanted []string, returns bool) (byte, error) {
	want := make(map[string]bool, len(wanted))
	for _, name := range wanted {
		want[name] = true
	}
	best, most, columns, rival := byte(','), -1, 0, byte(0)
	for _, d := range []byte(delimiters) {
		names, _ := newScanner(bufio.NewReader(bytes.NewReader(start)), d, returns).header(MaxColumns)
		found := 0
		for _, name := range names {
			if want[name] {
				found++
			}
		}
		switch {
		case found > most || found == most && len(names) > columns && (columns < 2 || found == 0):
			want := make(map[string]bool, len(wanted))
			for _, name := range wanted {
				want[name] = true
			}
			best, most, columns, rival = d, found, len(names), 0
		case found == most && found > 0 && len(names) > 1:
			rival = d
		}
	}
	if rival != 0 {
		return 0, fmt.Errorf("line 1 of the table can be split at each %s and at each %s, and has the column %.100q both times; choose with WithDelimiter(%q)", Spell(best), Spell(rival), wanted[0], rune(best))
	}
	return best, nil
}
