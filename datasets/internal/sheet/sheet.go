// Package sheet reads a CSV file as it comes, and keeps each cell in four bytes: a number as
// a float32, a text as a NaN that has the number of the text in it. What the columns mean is
// decided by package datasets.
package sheet

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"unicode/utf8"
)

// Limits of a table that is read.
const (
	MaxColumns = 1 << 18
	MaxTexts   = 1 << 16 // of a column
	allTexts   = 1 << 18 // of a table
	MaxValues  = 1 << 28
)

// MaxFile is the largest file that is read, in bytes. Only tests change it.
var MaxFile int64 = 1 << 30

// Mode is how a column is read.
type Mode uint8

// Auto reads numbers as numbers and texts as texts, Number reads numbers alone, Text reads
// every cell as a text, Name keeps it beside the values, Skip does not look at it.
const (
	Auto Mode = iota
	Number
	Text
	Name
	Skip
)

// Options say how a file is read.
type Options struct {
	Delimiter byte     // 0: it is recognised
	Decimal   byte     // '.' or ','; 0: it is recognised
	Missing   bool     // cells without a value are allowed
	Also      []string // texts that stand for a missing value, beside those that always do
	Answer    string   // the column of the labels or targets
	Wanted    []string // columns by which the delimiter is recognised
	// Plan says how each column of the header is read.
	Plan func(header []string) ([]Mode, error)
}

// Column is a column that is kept.
type Column struct {
	Name        string
	Lines       map[uint32]int // of a column in mode Text: the line that each text is first on
	TextLine    int32          // the line of its first text; 0 for none
	FirstText   uint32
	NumberLine  int32 // the line of its first number
	FirstNumber float32
	fresh       int32 // texts that it had first
	mode        Mode
}

// Sheet is a file that has been read.
type Sheet struct {
	Header    []string
	Columns   []Column    // those kept
	Chunks    [][]float32 // values, row after row; no row is cut
	Rows      int
	Texts     []string // by number, from 1
	Names     []string // of the rows; nil for none
	Delimiter byte
	Decimal   byte // ',' or '.'
	Encoding  string
	Bytes     int64

	options Options
	modes   []Mode
	keep    []int // the place among Columns of each column of the file
	known   map[string]uint32
	names   names
	decimal decimals
}

// Other stands for a text of a column that has more than [MaxTexts], and Missing for no value.
const (
	Other   uint32 = 1<<22 - 1
	Missing uint32 = 0
)

const boxed = 0x7fc00000 // the bits of a NaN with room for 22 more

// Box makes a value of the number of a text.
func Box(text uint32) float32 { return math.Float32frombits(boxed | text) }

// Unbox reports whether a value is a text, or missing, and its number.
func Unbox(v float32) (text uint32, ok bool) {
	bits := math.Float32bits(v)
	return bits &^ boxed, bits&boxed == boxed
}

// chunkSize is how many values a chunk has, unless a row has more.
const chunkSize = 1 << 14

// Read reads a file. Errors do not name the package.
func Read(r io.Reader, o Options) (*Sheet, error) {
	limited := &io.LimitedReader{R: r, N: MaxFile + 1}
	in, encoding := decode(limited)
	s := &Sheet{Encoding: encoding, options: o, known: map[string]uint32{}, Texts: []string{""}}
	err := s.read(in)
	s.Bytes = MaxFile + 1 - limited.N
	switch {
	case limited.N == 0:
		return nil, fmt.Errorf("the table is larger than %d bytes; take fewer rows", MaxFile)
	case err != nil:
		return nil, err
	}
	s.Decimal, err = s.decimal.decide(o.Decimal)
	s.Names, s.known = s.names.done(), nil
	return s, err
}

func (s *Sheet) read(in *bufio.Reader) (err error) {
	start, _ := in.Peek(bufferSize)
	returns := !bytes.Contains(start, []byte("\n")) // old spreadsheets end lines so
	if d, ok := named(start); ok {
		s.Delimiter = d
		_, _ = in.Discard(len("sep=;"))
	} else if s.Delimiter, err = sniff(start, s.options.Wanted, returns); err != nil && s.options.Delimiter == 0 {
		return err
	}
	if s.options.Delimiter != 0 {
		s.Delimiter = s.options.Delimiter
	}
	scan := newScanner(in, s.Delimiter, returns)
	if err := s.readHeader(scan); err != nil {
		return err
	}
	width := len(s.Columns)
	size := width * max(1, chunkSize/max(1, width))
	var chunk []float32
	for {
		if (s.Rows+1)*width > MaxValues {
			return fmt.Errorf("the table has more than %d values; take fewer rows", MaxValues)
		}
		if len(chunk) == cap(chunk) && size > 0 {
			s.put(chunk)
			chunk = make([]float32, 0, size)
		}
		err := s.readRow(scan, &chunk)
		if err != nil {
			s.put(chunk[:len(chunk)-len(chunk)%max(1, width)])
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
		s.Rows++
	}
}

func (s *Sheet) put(chunk []float32) {
	if len(chunk) > 0 {
		s.Chunks = append(s.Chunks, chunk)
	}
}

func (s *Sheet) readHeader(scan *scanner) error {
	header, err := scan.header(MaxColumns)
	if errors.Is(err, io.EOF) {
		return errors.New("the table is empty; its first line must name the columns")
	}
	if err != nil {
		return err
	}
	if first, _, twice := Twice(header); twice && header[first] != "" {
		return fmt.Errorf("two columns of the table are called %.100q; give each its own name", header[first])
	}
	for _, name := range header {
		if !utf8.ValidString(name) {
			return fmt.Errorf("line 1 of the table has the column %.100q, which is no UTF-8; save the file as UTF-8", name)
		}
	}
	s.Header = header
	if s.modes, err = s.options.Plan(header); err != nil {
		return err
	}
	s.keep = make([]int, len(header))
	kept := 0
	for _, mode := range s.modes {
		if mode != Skip && mode != Name {
			kept++
		}
	}
	s.Columns = make([]Column, 0, kept)
	for i, mode := range s.modes {
		if mode == Skip || mode == Name {
			continue
		}
		s.keep[i] = len(s.Columns)
		c := Column{Name: header[i], mode: mode}
		if mode == Text {
			c.Lines = map[uint32]int{}
		}
		s.Columns = append(s.Columns, c)
	}
	return nil
}

func (s *Sheet) readRow(scan *scanner, row *[]float32) error {
	last := false
	for i := 0; !last; i++ {
		var c cell
		var err error
		if c, last, err = scan.read(); err != nil {
			return err
		}
		if (i+1 == len(s.Header)) != last {
			return s.ragged(scan.record, i, last)
		}
		if s.modes[i] == Skip {
			continue
		}
		c.text = bytes.TrimSpace(c.text)
		if s.modes[i] == Name {
			if err = s.names.add(c); err != nil {
				return fmt.Errorf("%w in column %.100q", err, s.Header[i])
			}
			continue
		}
		v, err := s.value(c, &s.Columns[s.keep[i]])
		if err != nil {
			return err
		}
		*row = append(*row, v)
	}
	return nil
}

// ragged is the error for a record that ends at cell i, or does not end at the last.
func (s *Sheet) ragged(line, i int, ends bool) error {
	if !ends {
		return fmt.Errorf("line %d of the table has more than %d cells, as many as there are columns; put cells that hold a %s in quotes", line, len(s.Header), Spell(s.Delimiter))
	}
	return fmt.Errorf("line %d of the table ends after %d of %d cells, without column %.100q; complete it, and put cells that hold a line break in quotes", line, i+1, len(s.Header), s.Header[i+1])
}

// Each calls f with each row, in order.
func (s *Sheet) Each(f func(row []float32)) {
	width := len(s.Columns)
	for _, chunk := range s.Chunks {
		for at := 0; at+width <= len(chunk); at += width {
			f(chunk[at : at+width])
		}
	}
}

// DropMissing drops the rows without a value in a column that is kept, and counts them.
func (s *Sheet) DropMissing(column int) (dropped int) {
	width, row := len(s.Columns), 0
	names := s.Names[:0]
	for i, chunk := range s.Chunks {
		left := chunk[:0]
		for at := 0; at < len(chunk); at, row = at+width, row+1 {
			if id, ok := Unbox(chunk[at+column]); ok && id == Missing {
				dropped++
				continue
			}
			left = append(left, chunk[at:at+width]...)
			if s.Names != nil {
				names = append(names, s.Names[row])
			}
		}
		s.Chunks[i] = left
	}
	s.Rows, s.Names = s.Rows-dropped, names
	return dropped
}
