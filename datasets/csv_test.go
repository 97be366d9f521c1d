package datasets

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/goicl/goicl/internal/memorytest"
)

// endless is a file of rows without end.
type endless struct{}

func (endless) Read(p []byte) (int, error) {
	return copy(p, "2,a\n"), nil
}

// TestTablesAreBounded: a file without end is an error before memory is.
func TestTablesAreBounded(t *testing.T) {
	defer func(was int64) { maxFile = was }(maxFile)
	maxFile = 1 << 20
	_, err := ReadTable(io.MultiReader(strings.NewReader("x,y\n"), endless{}), "y")
	if err == nil || !strings.Contains(err.Error(), "larger than 1048576 bytes; take fewer rows") {
		t.Errorf("error %v; want one about the size", err)
	}
}

// TestMemory: reading a table takes no more than ten times its size and 100 MB, and one of
// ten columns no more than three times.
func TestMemory(t *testing.T) {
	rows := func(header string, n int, row func(w io.Writer, i int)) func(path string) error {
		return func(path string) error {
			file, err := os.Create(path)
			if err != nil {
				return err
			}
			defer file.Close()
			w := bufio.NewWriter(file)
			fmt.Fprintln(w, header)
			for i := range n {
				row(w, i)
			}
			return w.Flush()
		}
	}
	read := func(path string) error {
		file, err := os.Open(path)
		if err != nil {
			return err
		}
		defer file.Close()
		if strings.Contains(path, "targets") {
			_, err = ReadTargets(file, "y")
			return err
		}
		_, err = ReadTable(file, "y")
		return err
	}
	letters := func(w io.Writer, i int) { io.WriteString(w, "1,"+string(rune('a'+i%26))+"\n") }
	numbers := func(w io.Writer, i int) {
		fmt.Fprintf(w, "%.6f,%.6f,%.6f,%.6f,%.6f,%.6f,%.6f,%.6f,%.6f,%d\n", rowOf(i)...)
	}
	memorytest.Check(t, read,
		memorytest.File{Name: "letters.csv", Write: rows("x,y", 8_000_000, letters)},
		memorytest.File{Name: "targets.csv", Write: rows("x,y", 8_000_000, func(w io.Writer, _ int) { io.WriteString(w, "1,1\n") })},
		memorytest.File{Name: "million.csv", Write: rows("a,b,c,d,e,f,g,h,i,y", 1_000_000, numbers), Times: 3},
		memorytest.File{Name: "classes.csv", Write: rows("x,y", 1_000_000, func(w io.Writer, i int) { fmt.Fprintf(w, "1,%x\n", i) }), Error: "more than 65536 classes"},
		memorytest.File{Name: "wide.csv", Write: rows("", 1, func(w io.Writer, _ int) {
			for i := range 5_000_000 {
				fmt.Fprintf(w, "%x,", i)
			}
		}), Error: "more than 262144 columns"},
		memorytest.File{Name: "quote.csv", Write: rows("x,y", 1, func(w io.Writer, _ int) {
			fmt.Fprintf(w, "1,\"%s", strings.Repeat("a,a\n", 10_000_000))
		}), Error: "close its quote"},
		memorytest.File{Name: "columns.csv", Write: rows("x", 1, func(io.Writer, int) {}), Error: `no column "y"; it has: x`})
}

// rowOf are the numbers of row i.
func rowOf(i int) []any {
	row := make([]any, 10)
	for j := range 9 {
		row[j] = float64((i*31+j*17)%1000) / 7
	}
	row[9] = i % 5
	return row
}

// scanAll and readAll are the records up to the end or to an error, of the scanner and of
// encoding/csv.
func scanAll(file []byte) (records [][]string, err error) {
	s := newScanner(bytes.NewReader(file))
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
	in.FieldsPerRecord = -1
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

// FuzzScan compares with encoding/csv.
func FuzzScan(f *testing.F) {
	for _, seed := range []string{"a,b\nc,d", "\r\n\na,\"b\"\"\r\nc\",\r\n", "a\rb\r", "\"a", "\"a\"b", "a\"", ",\n,", "\"\"\n\"\r\n\"", "a,\r"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		if bytes.HasPrefix(file, []byte("\ufeff")) || len(file) > maxCell {
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
