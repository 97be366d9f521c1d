package sheet

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
)

// scanAll and readAll are the records up to the end or to an error, of the scanner and of
// encoding/csv.
func scanAll(file []byte) (records [][]string, err error) {
	s := newScanner(bufio.NewReader(bytes.NewReader(file)), ',', false)
	var record []string
	for {
		c, last, err := s.read()
		if err != nil {
			return records, err
		}
		record = append(record, string(c.text))
		if last {
			records, record = append(records, record), nil
		}
	}
}

func readAll(file []byte) (records [][]string, err error) {
	in := csv.NewReader(bytes.NewReader(file))
	in.FieldsPerRecord, in.TrimLeadingSpace = -1, true
	for {
		record, err := in.Read()
		if err != nil {
			return records, err
		}
		records = append(records, record)
	}
}

// parseError reports whether err is an error in the text, and which.
func parseError(err error, p *csv.ParseError) bool {
	var e *csv.ParseError
	if !errors.As(err, &e) {
		return false
	}
	*p = *e
	return true
}

// A line of nothing but blanks is a record of encoding/csv, and a carriage return before a cell a blank.
var blankLine, blankReturn = regexp.MustCompile(`(?m)^[ \t]+\r?$`), regexp.MustCompile(`(^|[,\n\t ])\r([^\n]|$)`)

// unlike reports whether encoding/csv treats the blanks of a file in another way.
func unlike(file []byte) bool {
	other := func(r rune) bool { return unicode.IsSpace(r) && !strings.ContainsRune(" \t\r\n", r) }
	return bytes.ContainsFunc(file, other) || blankLine.Match(file) || blankReturn.Match(file)
}

// FuzzScan compares with encoding/csv.
func FuzzScan(f *testing.F) {
	for _, seed := range []string{"a,b\nc,d", "\r\n\na,\"b\"\"\r\nc\",\r\n", "a\rb\r", "\"a", "\"a\"b", "a\"", ",\n,", "\"\"\n\"\r\n\"", "a,\r", "a , \tb\n  \"c\"\n"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		if len(file) > maxCell || unlike(file) {
			return
		}
		got, gotErr := scanAll(file)
		want, wantErr := readAll(file)
		if !slices.EqualFunc(got, want, slices.Equal) {
			t.Fatalf("%q gives %q, want %q", file, got, want)
		}
		var g, w csv.ParseError
		if errors.Is(wantErr, io.EOF) != errors.Is(gotErr, io.EOF) || parseError(gotErr, &g) != parseError(wantErr, &w) || !errors.Is(g.Err, w.Err) || g.StartLine != w.StartLine {
			t.Fatalf("%q gives error %v, want %v", file, gotErr, wantErr)
		}
	})
}
