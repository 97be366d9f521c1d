package sheet

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
)

// maxCell is the longest cell of a table, in bytes. Longer ones have lost a quote.
const maxCell = 1 << 16

// cell is a cell of a CSV file and the line that it begins on. Its text is valid until the
// next one is read.
type cell struct {
	text []byte
	line int
}

// scanner splits CSV into cells as RFC 4180 and encoding/csv have it, one at a time and
// in one buffer: whatever the file holds, no line of it is in memory. Blanks before a cell
// and lines of nothing but blanks are skipped.
type scanner struct {
	r         *bufio.Reader
	delimiter int
	returns   bool // whether a carriage return ends a line by itself
	next      int  // the byte that comes next, with \r\n as \n; -1 at the end
	line      int  // that next lies on, from 1
	column    int  // of next, from 1
	record    int  // line that the record begins on
	inside    bool
	buffer    []byte
	err       error // why there is nothing next; nil at the end of the file
}

func newScanner(r *bufio.Reader, delimiter byte, returns bool) *scanner {
	s := &scanner{r: r, line: 1, delimiter: int(delimiter), returns: returns}
	s.advance()
	return s
}

// advance reads the next byte.
func (s *scanner) advance() {
	if s.next == '\n' {
		s.line, s.column = s.line+1, 0
	}
	c, err := s.r.ReadByte()
	s.column++
	if err == nil && c == '\r' {
		var after []byte
		if after, err = s.r.Peek(1); err == nil && after[0] == '\n' {
			c, err = s.r.ReadByte()
		} else if s.returns {
			c, err = '\n', nil
		}
	}
	s.next = int(c)
	if err != nil {
		s.next = -1
		if !errors.Is(err, io.EOF) {
			s.err = err
		}
	}
}

// read returns the next cell, and whether it ends its record. The error is io.EOF behind
// the last record.
func (s *scanner) read() (c cell, last bool, err error) {
	if !s.inside {
		for s.skipBlanks(); s.next == '\n'; s.skipBlanks() { // an empty line
			s.advance()
		}
		if s.next < 0 {
			return c, true, s.end(io.EOF)
		}
		s.record, s.inside = s.line, true
	}
	s.skipBlanks()
	s.buffer = s.buffer[:0]
	start := s.line
	if s.next == '"' {
		err = s.quoted()
	} else {
		err = s.plain()
	}
	if err != nil {
		return c, true, err
	}
	last = s.next != s.delimiter
	s.inside = !last
	if s.next >= 0 {
		s.advance()
	}
	return cell{s.buffer, start}, last, s.end(nil)
}

func (s *scanner) skipBlanks() {
	for (s.next == ' ' || s.next == '\t') && s.next != s.delimiter {
		s.advance()
	}
}

// end is the error that ended the file, else err.
func (s *scanner) end(err error) error {
	if s.err != nil {
		return fmt.Errorf("cannot read the table: %w", s.err)
	}
	return err
}

// plain reads a cell without quotes, up to what ends it.
func (s *scanner) plain() error {
	for s.next >= 0 && s.next != s.delimiter && s.next != '\n' {
		if s.next == '"' {
			return s.parseError(csv.ErrBareQuote)
		}
		if err := s.keep(); err != nil {
			return err
		}
	}
	return nil
}

// quoted reads a cell in quotes, up to what ends it.
func (s *scanner) quoted() error {
	s.advance()
	for {
		switch s.next {
		case -1:
			return s.end(s.parseError(csv.ErrQuote))
		case '"':
			quote := *s
			s.advance()
			if s.next == s.delimiter || s.next == '\n' || s.next < 0 {
				return nil
			}
			if s.next != '"' {
				return quote.parseError(csv.ErrQuote)
			}
		}
		if err := s.keep(); err != nil {
			return err
		}
	}
}

// keep takes the next byte into the cell.
func (s *scanner) keep() error {
	if len(s.buffer) == maxCell {
		return fmt.Errorf("line %d of the table has a cell of more than %d bytes; close its quote, or shorten it", s.record, maxCell)
	}
	s.buffer = append(s.buffer, byte(s.next))
	s.advance()
	return nil
}

// parseError is an error of encoding/csv at the next byte.
func (s *scanner) parseError(err error) error {
	return fmt.Errorf("cannot read the table: %w; put a cell that has a quote in quotes, and write each quote in it twice",
		&csv.ParseError{StartLine: s.record, Line: s.line, Column: s.column, Err: err})
}

// header reads the first record, without blanks around its cells.
func (s *scanner) header(most int) (names []string, err error) {
	for last := false; !last; {
		var c cell
		if c, last, err = s.read(); err != nil {
			return names, err
		}
		if len(names) == most {
			return names, fmt.Errorf("the table has more than %d columns; take fewer", most)
		}
		names = append(names, string(bytes.TrimSpace(c.text)))
	}
	return names, nil
}
