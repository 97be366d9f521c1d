package datasets

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/goicl/goicl/datasets/internal/sheet"
	"github.com/goicl/goicl/internal/memorytest"
)

// endless is a file of rows without end.
type endless struct{}

func (endless) Read(p []byte) (int, error) {
	return copy(p, "2,a\n"), nil
}

// TestTablesAreBounded: a file without end is an error before memory is.
func TestTablesAreBounded(t *testing.T) {
	defer func(was int64) { sheet.MaxFile = was }(sheet.MaxFile)
	sheet.MaxFile = 1 << 20
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
		var opts []TableOption
		if strings.Contains(path, "missing") {
			opts = append(opts, WithMissing())
		}
		_, err = ReadTable(file, "y", opts...)
		return err
	}
	letters := func(w io.Writer, i int) { io.WriteString(w, string(rune('0'+i%2))+","+string(rune('a'+i%26))+"\n") }
	ones := func(w io.Writer, i int) { io.WriteString(w, string(rune('0'+i%2))+",1\n") }
	numbers := func(w io.Writer, i int) {
		fmt.Fprintf(w, "%.6f,%.6f,%.6f,%.6f,%.6f,%.6f,%.6f,%.6f,%.6f,%d\n", rowOf(i)...)
	}
	wide := func(row string) func(w io.Writer, i int) {
		return func(w io.Writer, i int) {
			io.WriteString(w, strings.Repeat(string(row[i])+",", 1<<18-1)+string(row[i])+"\n")
		}
	}
	memorytest.Check(t, read,
		memorytest.File{Name: "letters.csv", Write: rows("x,y", 8_000_000, letters)},
		memorytest.File{Name: "targets.csv", Write: rows("x,y", 8_000_000, ones)},
		memorytest.File{Name: "million.csv", Write: rows("a,b,c,d,e,f,g,h,i,y", 1_000_000, numbers), Times: 3},
		memorytest.File{Name: "named.csv", Write: rows("rownames,x,y", 3_000_000, func(w io.Writer, i int) { fmt.Fprintf(w, "%x,", i); letters(w, i) })},
		memorytest.File{Name: "onehot.csv", Write: rows("x,y", 4_000_000, func(w io.Writer, i int) { io.WriteString(w, string(rune('a'+i%10))+","+string(rune('a'+i%2))+"\n") }), Error: "take fewer rows, or leave out columns with Drop"},
		memorytest.File{Name: "missing.csv", Write: rows("x,y", 8_000_000, func(w io.Writer, i int) {
			io.WriteString(w, []string{"0,a\n", "1,b\n", ",a\n", ",b\n"}[min(i, 2+i%2)])
		}), Error: "take fewer rows"},
		memorytest.File{Name: "texts.csv", Write: rows("a,b,c,d,e,f,y", 1_000_000, func(w io.Writer, i int) { fmt.Fprintf(w, "a%x,b%x,c%x,d%x,e%x,f%x,%d\n", i, i, i, i, i, i, i%2) }), Error: "more than 262144 different texts"},
		memorytest.File{Name: "widenumbers.csv", Write: rows(wideHeader(), 2, wide("01"))},
		memorytest.File{Name: "widetexts.csv", Write: rows(wideHeader(), 8, wide("abababab")), Error: "more than 4096 columns of the table have texts"},
		memorytest.File{Name: "classes.csv", Write: rows("x,y", 1_000_000, func(w io.Writer, i int) { fmt.Fprintf(w, "1,%x\n", i) }), Error: "more than 65536 classes"},
		memorytest.File{Name: "wide.csv", Write: rows("", 1, func(w io.Writer, _ int) {
			for i := range 5_000_000 {
				fmt.Fprintf(w, "%x,", i)
			}
		}), Error: "more than 262144 columns"},
		memorytest.File{Name: "quote.csv", Write: rows("x,y", 1, func(w io.Writer, _ int) {
			fmt.Fprintf(w, "1,\"%s", strings.Repeat("a,a\n", 10_000_000))
		}), Error: "close its quote"},
		memorytest.File{Name: "columns.csv", Write: rows("x,z", 1, func(io.Writer, int) {}), Error: `no column "y"; it has: x, z`})
}

// wideHeader names as many columns as there may be, the last of them y.
func wideHeader() string {
	var header strings.Builder
	for i := range 1<<18 - 1 {
		fmt.Fprintf(&header, "%x_,", i)
	}
	return header.String() + "y"
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
