package datasets_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/goicl/goicl/datasets"
)

// A table as it comes out of a spreadsheet: the options say what cannot be known.
func ExampleTableOption() {
	file := `name;sex;size;weight;note
Ada;f;small;31,5;
Bo;m;large;44,25;x
Cy;m;middle;-;
Di;f;large;40,1;
`
	t, err := datasets.ReadTargets(strings.NewReader(file), "weight",
		datasets.RowNames("name"), datasets.Ordinal("size", "small", "middle", "large"), datasets.Drop("note"), datasets.WithMissing("-"))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(t)
	fmt.Println(t.Features, t.X, t.Z, t.RowNames)
	// Output:
	// 3 rows of 2 inputs with targets weight; read as UTF-8 with a semicolon between cells and decimal commas; 1 row without weight left out; rows are named by name; 0 or 1: sex=m; ordered: size (small < middle < large)
	// [sex=m size] [[0 0] [1 2] [0 2]] [31.5 44.25 40.1] [Ada Bo Di]
}

// What the reader did stands in one sentence.
func ExampleTable_String() {
	file := "rownames,bloom,leaves,garden,note\n"
	for i, kind := range []string{"rose", "lily", "iris", "rose", "iris", "lily", "rose", "iris", "lily", "rose"} {
		file += fmt.Sprintf("p%d,%s,%d,north,seen on day %d\n", i, kind, 5-len(kind)+i%2+3*strings.Index("rli", kind[:1]), i)
	}
	t, err := datasets.ReadTable(strings.NewReader(file), "bloom")
	fmt.Println(t, err)
	// Output:
	// 10 rows of 1 input and 3 classes of bloom (iris, lily, rose); rows are named by rownames; left out: garden (one value), note (no text twice); note: leaves gives the label: in its order the classes follow one another <nil>
}

// TestForms: one table, in the forms that programs write.
func TestForms(t *testing.T) {
	plain := "rownames,x,kind,y\nA,1.5,u,10\nB,-2,v,9\nC,0.25,u,10\n"
	semicolons := strings.NewReplacer(",", ";", ".", ",").Replace(plain)
	for form, file := range map[string]string{
		"plain":          plain,
		"returns":        strings.ReplaceAll(plain, "\n", "\r"),
		"sep":            "sep=|\r\n" + strings.ReplaceAll(plain, ",", "|"),
		"windows":        strings.ReplaceAll(plain, "\n", "\r\n"),
		"mark":           "\ufeff" + plain,
		"mark, quotes":   "\ufeff\"rownames\",\"x\",\"kind\",\"y\"" + plain[len("rownames,x,kind,y"):],
		"blanks":         strings.ReplaceAll(plain, ",", " , "),
		"blanks, quotes": strings.ReplaceAll(plain, ",u,", ", \"u \", "),
		"blank lines":    strings.ReplaceAll(plain, "\n", "\n \n\n"),
		"no end":         strings.TrimSuffix(plain, "\n"),
		"tabs":           strings.ReplaceAll(plain, ",", "\t"),
		"semicolons":     strings.ReplaceAll(plain, ",", ";"),
		"commas":         semicolons,
		"comma in tabs":  strings.ReplaceAll(semicolons, ";", "\t"),
		"quoted commas":  "rownames,x,kind,y\nA,\"1,5\",u,10\nB,-2,v,9\nC,\"0,25\",u,10\n",
		"nameless":       strings.Replace(plain, "rownames", "", 1),
		"columns moved":  "rownames,y,kind,x\nA,10,u,1.5\nB,9,v,-2\nC,10,u,.25\n",
		"UTF-16":         asUTF16("\ufeff"+plain, false),
		"UTF-16 back":    asUTF16("\ufeff"+plain, true),
		"UTF-16 bare":    asUTF16(plain, false),
		"UTF-16 back b":  asUTF16(plain, true),
	} {
		table, err := datasets.ReadTable(strings.NewReader(file), "y")
		if err != nil {
			t.Errorf("%s: %v", form, err)
			continue
		}
		x, kind := slices.Index(table.Features, "x"), slices.Index(table.Features, "kind=v")
		if !slices.Equal(table.Classes, []string{"9", "10"}) || !slices.Equal(table.Y, []int32{1, 0, 1}) || !slices.Equal(table.RowNames, []string{"A", "B", "C"}) || len(table.Features) != 2 || x < 0 || kind < 0 {
			t.Errorf("%s: %+v", form, table)
			continue
		}
		for i, want := range [][]float32{{1.5, 0}, {-2, 1}, {.25, 0}} {
			if table.X[i][x] != want[0] || table.X[i][kind] != want[1] {
				t.Errorf("%s: row %d is %v", form, i, table.X[i])
			}
		}
	}
}

// asUTF16 encodes a text as UTF-16.
func asUTF16(text string, bigEndian bool) string {
	var b []byte
	for _, unit := range utf16.Encode([]rune(text)) {
		low, high := byte(unit), byte(unit>>8)
		if bigEndian {
			low, high = high, low
		}
		b = append(b, low, high)
	}
	return string(b)
}

// TestLabels: labels that are numbers are numbers, those that are names are trimmed and ordered by name.
func TestLabels(t *testing.T) {
	for labels, want := range map[string]string{
		"10 2 1":                              "[1 2 10] [2 1 0]",
		"0 0.0 1 1.0":                         "[0 1] [0 0 1 1]",
		"1.0 0.0 1.0":                         "[0.0 1.0] [1 0 1]",
		"01 1 2e0 2":                          "[1 2] [0 0 1 1]",
		"-1 1 +1 -1.00":                       "[-1 1] [0 1 1 0]",
		"b a b":                               "[a b] [1 0 1]",
		"p p\u00a0 q \tp":                     "[p q] [0 0 1 0]",
		"9007199254740993 9007199254740992 1": "[1 9007199254740992 9007199254740993] [2 1 0]",
		"1e400 1e399 1e400":                   "[1e399 1e400] [1 0 1]",
		"10a 2 10a":                           "[10a 2] [0 1 0]",
		"yes Yes no":                          "[Yes no yes] [2 0 1]",
	} {
		file := "x,y\n"
		for i, label := range strings.Split(labels, " ") {
			file += fmt.Sprintf("%d,%s\n", i*i, strings.ReplaceAll(label, "\u00a0", " "))
		}
		table, err := datasets.ReadTable(strings.NewReader(file), "y")
		if got := fmt.Sprint(table.Classes, " ", table.Y); err != nil || got != want {
			t.Errorf("labels %q give %s, want %s, error %v", labels, got, want, err)
		}
	}
	table, err := datasets.ReadTable(strings.NewReader("x,y\n1,yes\n2,Yes\n3,0\n"), "y")
	if err != nil || !strings.Contains(table.String(), `labels "Yes" and "yes" differ in upper and lower case alone`) {
		t.Errorf("%v, error %v", table, err)
	}
	table, err = datasets.ReadTable(strings.NewReader("x,y\n1,0\n2,0.0\n3,1\n"), "y")
	if err != nil || !strings.Contains(table.String(), "labels read as numbers: 0.0") {
		t.Errorf("%v, error %v", table, err)
	}
}

// fileOf is a file of a header and rows of that many, of which cell gives each.
func fileOf(header string, rows int, cell func(i int) string) string {
	file := header + "\n"
	for i := range rows {
		file += cell(i) + "\n"
	}
	return file
}

// TestColumns: what becomes of a column, with the options that change it.
func TestColumns(t *testing.T) {
	letters := fileOf("x,s,y", 22, func(i int) string { return fmt.Sprintf("%d,%c,%d", i*i%7, 'a'+i%11, i%2) })
	ids := fileOf("x,s,y", 12, func(i int) string { return fmt.Sprintf("%d,id%d,%d", i*i%7, i, i%2) })
	counts := fileOf("n,x,y", 10, func(i int) string { return fmt.Sprintf("%d,%d,%d", i+1, i*i%7, i%2) })
	for _, c := range []struct {
		file, features, says string
		opts                 []datasets.TableOption
	}{
		{"s,x,y\nmale,1,0\nfemale,2,1\nmale,3,0\n", "s=male x", "0 or 1: s=male", nil},
		{"s,x,y\nb,1,0\na,2,1\nc,3,0\nb,4,1\n", "s=a s=b s=c x", "an input for each text: s (3)", nil},
		{"s,x,y\n3,1,0\n2,2,1\n10,3,0\n2,4,1\n", "s=2 s=3 s=10 x", "an input for each text: s (3)", []datasets.TableOption{datasets.Categories("s")}},
		{"s,x,y\n3,1,0\n2.0,2,1\n2,3,0\n3,4,1\n", "s=3 x", "0 or 1: s=3", []datasets.TableOption{datasets.Categories("s")}},
		{"s,x,y\nlow,1,0\nhigh,2,1\nlow,3,0\n", "s x", "ordered: s (low < high)", []datasets.TableOption{datasets.Ordinal("s", "low", "high")}},
		{"s,x,y\nb,1,0\na,2,1\nb,3,0\n", "s x", "ordered: s (a < b)", []datasets.TableOption{datasets.Ordinal("s")}},
		{letters, "x", "left out: s (11 texts)", nil},
		{letters, "x s=a s=b s=c s=d s=e s=f s=g s=h s=i s=j s=k", "an input for each text: s (11)", []datasets.TableOption{datasets.Categories("s")}},
		{letters, "x", "left out: s (for groups)", []datasets.TableOption{datasets.GroupBy("s")}},
		{letters, "x", "22 rows of 1 input", []datasets.TableOption{datasets.Drop("s")}},
		{ids, "x", "left out: s (no text twice)", nil},
		{ids, "x", "rows are named by s", []datasets.TableOption{datasets.RowNames("s")}},
		{counts, "x", "left out: n (the row numbers)", nil},
		{counts, "n x", "2 inputs", []datasets.TableOption{datasets.KeepAll()}},
		{counts, "n", "1 input", []datasets.TableOption{datasets.Drop("x")}},
		{"d,x,y\n1.1.20,1,0\n2.1.20,2,1\n1.1.20,3,0\n", "d=2.1.20 x", "0 or 1", nil},
		{"s,x,y\nyes,1,0\nno,2,1\nYes,3,0\nno,3,1\n", "s=Yes s=no s=yes x", `texts "Yes" and "yes" of s differ in upper and lower case alone`, nil},
		{"c,x,y\n7,1,0\n7,2,1\n7.0,3,0\n", "x", "left out: c (one value)", nil},
		{"c,x,y\nq,1,0\nq,2,1\nq,3,0\n", "c=q x", "0 or 1: c=q", []datasets.TableOption{datasets.KeepAll()}},
		{"c,x,y\n,1,0\n,2,1\nNA,3,0\n", "x", "left out: c (no values)", []datasets.TableOption{datasets.WithMissing()}},
		{"a,x,y\n5,1,0\n,2,1\n6,3,0\n", "a a=missing x", "missing values, to be filled from a task's context: a (1)", []datasets.TableOption{datasets.WithMissing()}},
		{"a|x|y\n5|1|0\n4|2|1\n", "a x", "with a \"|\" between cells", []datasets.TableOption{datasets.WithDelimiter('|')}},
		{"a;x;y\n5,125;1;0\n4,250;2;1\n", "a x", "decimal commas", []datasets.TableOption{datasets.WithDecimal(',')}},
		{"a;b,y;y\n5;1,5;0\n4;2;1\n", "a b,y", "semicolon", nil},
	} {
		table, err := datasets.ReadTable(strings.NewReader(c.file), "y", c.opts...)
		if err != nil || strings.Join(table.Features, " ") != c.features || !strings.Contains(table.String(), c.says) {
			t.Errorf("%q has inputs %q, want %q; it says %q, want %q; error %v", c.file, table.Features, c.features, table, c.says, err)
		}
	}
	table, err := datasets.ReadTable(strings.NewReader("s,x,y\nlow,1,0\nhigh,2,1\nmid,3,0\n"), "y", datasets.Ordinal("s", "low", "mid", "high"))
	if err != nil || table.X[0][0] != 0 || table.X[1][0] != 2 || table.X[2][0] != 1 {
		t.Errorf("%v, error %v", table.X, err)
	}
}

// TestRefused: what is wrong or ambiguous is named with its line and with what to do.
func TestRefused(t *testing.T) {
	texts := fileOf("x,s,y", 600, func(i int) string { return fmt.Sprintf("%d,s%d,%d", i%5, i%300, i%2) })
	for _, c := range []struct {
		want, file string
		opts       []datasets.TableOption
	}{
		{`line 3 of the table has "high" in column "x", which has numbers beside it; correct the cell, count it as missing with WithMissing("high"), or read the column as texts with Categories("x")`, "x,y\n1,a\nhigh,b\n2,a\n", nil},
		{`line 4 of the table has the number 5 in column "x", which has texts beside it`, "x,y\nlow,a\nhigh,b\n5,a\n", nil},
		{`line 2 of the table has "1,5" in column "x" and line 3 has "1.5" in column "x"; choose the decimal sign with WithDecimal`, "x;y\n1,5;a\n1.5;b\n", nil},
		{`line 2 of the table has "1,234" in column "x": a decimal comma, or thousands? Choose WithDecimal(',')`, "x;y\n1,234;a\n2,345;b\n", nil},
		{`line 2 of the table has "1,5" in column "x", which has numbers beside it`, "x;y\n1,5;a\n2;b\n", []datasets.TableOption{datasets.WithDecimal('.')}},
		{`column "y" of the table has "1" (line 2) and "1.0" (line 4), which are one number, beside "b" (line 3), which is none; write them alike`, "x,y\n1,1\n2,b\n3,1.0\n", nil},
		{`line 3 of the table has "6%" in column "x", a number with marks that are not read; write it without, or read the column as texts with Categories("x")`, "x,y\nNA,a\n6%,a\n5%,b\n6%,a\n", []datasets.TableOption{datasets.WithMissing()}},
		{`line 2 of the table has "1.234,5" in column "x", a number with marks`, "x;y\n1.234,5;a\n12.345,5;b\n1.234,5;a\n", nil},
		{`line 2 of the table has "$ 5.50" in column "x", a number with marks`, "x;y\n$ 5.50;a\n$6;b\n$6;a\n", nil},
		{`line 2 of the table has "1 234" in column "x", a number with marks`, "x;y\n1 234;a\n1 234 567;b\n1'234;a\n", nil},
		{`put a cell that has a quote in quotes, and write each quote in it twice`, "x,y\n1,a\"b\n2,b\n", nil},
		{`column 2 of the table has no name; name it in line 1`, "x,,y\n1,2,a\n2,3,b\n", nil},
		{`column 3 of the table has no name`, "x,y,\n1,a,\n2,b,\n", nil},
		{`column 1 of the table has no name, and "A" in rows 1 and 3, so that it does not name the rows`, ",x,y\nA,1,a\nB,2,b\nA,3,a\n", nil},
		{`column "rownames" of the table names the rows, and has "A" in rows 1 and 2; leave it out with Drop("rownames")`, "rownames,x,y\nA,1,a\nA,2,b\n", nil},
		{`no column of the table is left as an input; left out: x (one value), n (no text twice)`, "x,n,y\n1,p,a\n1,q,b\n", nil},
		{`column "s" of the table has 300 texts; at most 256 can be inputs`, texts, []datasets.TableOption{datasets.Categories("s")}},
		{`column "s" of the table has 300 texts; at most 256 can be inputs`, texts, []datasets.TableOption{datasets.KeepAll()}},
		{`line 3 of the table has "mid" in column "s", which is none of the levels of Ordinal: low, high`, "s,x,y\nlow,1,0\nmid,2,1\n", []datasets.TableOption{datasets.Ordinal("s", "low", "high")}},
		{`level "low" of column "s" is named twice in Ordinal`, "s,x,y\nlow,1,0\nhigh,2,1\n", []datasets.TableOption{datasets.Ordinal("s", "low", "low")}},
		{`Drop names column "z"; the table has: x, y`, "x,y\n1,a\n", []datasets.TableOption{datasets.Drop("z")}},
		{`column "x" is named in Drop and in GroupBy; choose one`, "x,y\n1,a\n", []datasets.TableOption{datasets.Drop("x"), datasets.GroupBy("x")}},
		{`column "y" holds the labels or targets and is named in Drop, too`, "x,y\n1,a\n", []datasets.TableOption{datasets.Drop("y")}},
		{`the row names are in "a" and in "b"`, "x,y\n1,a\n", []datasets.TableOption{datasets.RowNames("a"), datasets.RowNames("b")}},
		{`the delimiter 'x' cannot separate cells`, "x,y\n1,a\n", []datasets.TableOption{datasets.WithDelimiter('x')}},
		{`the decimal sign ';'; want ',' or '.'`, "x,y\n1,a\n", []datasets.TableOption{datasets.WithDecimal(';')}},
		{`an option of the table is empty`, "x,y\n1,a\n", []datasets.TableOption{{}}},
		{`UnknownAsZeros is an option of Table.Like`, "x,y\n1,a\n", []datasets.TableOption{datasets.UnknownAsZeros()}},
		{`two inputs of the table would be called "s=b"`, "s,s=b,y\na,1,0\nb,2,1\na,3,0\n", nil},
		{`line 1 of the table can be split at each comma and at each semicolon, and has the column "y" both times; choose with WithDelimiter(',')`, "y,a;y\n1,2\n", nil},
		{`the table has no column "y"; it has: a|y; say what separates the cells with WithDelimiter`, "a|y\n1|2\n", nil},
		{`line 2 of the table has "\xff" in column "s", which is no UTF-8`, "s,x,y\n\xff,1,0\nb,2,1\n", nil},
		{`line 1 of the table has the column "\xff", which is no UTF-8`, "\xff,x,y\na,1,0\nb,2,1\n", nil},
		{`it begins as UTF-16 and ends within a character`, asUTF16("x,y\n1,a\n", false) + "1", nil},
		{`it begins as UTF-16 and has half a character`, asUTF16("x,y\n", false) + "\x00\xd8\x00\x00", nil},
		{`the column of the labels or targets has no name`, "x,y\n1,a\n", nil},
	} {
		label := "y"
		if strings.HasPrefix(c.want, "the column of the labels") {
			label = " "
		}
		_, err := datasets.ReadTable(strings.NewReader(c.file), label, c.opts...)
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "datasets: ") {
			t.Errorf("%q gives error %v,\nwant %s", c.file[:min(len(c.file), 60)], err, c.want)
		}
	}
}

// TestLeaks: a column that gives the answer is pointed out, one that does not is not.
func TestLeaks(t *testing.T) {
	file := fileOf("a,b,c,d,y", 20, func(i int) string {
		missing := ""
		if i%2 == 0 {
			missing = "5"
		}
		return fmt.Sprintf("%d,%s,%s,%d,%d", i%2*100+i*7%11, []string{"u", "v"}[i%2], missing, i%3, i%2)
	})
	table, err := datasets.ReadTable(strings.NewReader(file), "y", datasets.WithMissing())
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"a gives the label: in its order", "b gives the label: each of its texts has one"} {
		if !strings.Contains(table.String(), want) {
			t.Errorf("%q does not have %q", table, want)
		}
	}
	if strings.Contains(table.String(), "d gives") {
		t.Errorf("%q", table)
	}
	file = fileOf("a,b,c,d,y", 20, func(i int) string { return fmt.Sprintf("%d,%d,%d,%d,%d", -i*i, i*i%11, i/2, i*7%20, i*i) })
	if table, err = datasets.ReadTargets(strings.NewReader(file), "y"); err != nil || !strings.Contains(table.String(), "a gives the target: in its order the targets only rise, or only fall") || strings.Count(table.String(), "gives") != 1 {
		t.Errorf("%q, error %v", table, err)
	}
	file = fileOf("x,c,y", 20, func(i int) string { return fmt.Sprintf("%d,%s,%d", i*i%11, []string{fmt.Sprint(i), "NA"}[i%2], i%2) })
	if table, err = datasets.ReadTable(strings.NewReader(file), "y", datasets.WithMissing()); err != nil || !strings.Contains(table.String(), "where c is missing gives the label") {
		t.Errorf("%q, error %v", table, err)
	}
}

// broken is a disk that fails behind some bytes.
type broken struct{ rest io.Reader }

func (b broken) Read(p []byte) (int, error) {
	n, err := b.rest.Read(p)
	if err != nil {
		err = errors.New("the disk is broken")
	}
	return n, err
}

// TestFailingReader: what cannot be read is no end of the table.
func TestFailingReader(t *testing.T) {
	for _, file := range []string{"", "x,y\n", "x,y\n1,a\n2,b\n", asUTF16("x,y\n1,a\n2,b\n", false)} {
		_, err := datasets.ReadTable(broken{strings.NewReader(file)}, "y")
		if err == nil || !strings.Contains(err.Error(), "cannot read the table: the disk is broken") {
			t.Errorf("%q gives error %v", file, err)
		}
	}
}

// TestOpenNamesTheFile: errors of a file have its name, and where in it.
func TestOpenNamesTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "birds.csv")
	if _, err := datasets.OpenTable(path, "y"); err == nil || !strings.Contains(err.Error(), "datasets: cannot open the table: open "+path) {
		t.Errorf("error %v", err)
	}
	if err := os.WriteFile(path, []byte("x,y\n1,2\n?,3\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, one := datasets.OpenTable(path, "y")
	_, two := datasets.OpenTargets(path, "y")
	for _, err := range []error{one, two} {
		if err == nil || !strings.HasPrefix(err.Error(), "datasets: "+path+`: line 3 of the table has no value in column "x"`) {
			t.Errorf("error %v", err)
		}
	}
}

// BenchmarkReadTable reads a million rows of ten columns.
func BenchmarkReadTable(b *testing.B) {
	var file strings.Builder
	file.WriteString("a,b,c,d,e,f,g,h,i,y\n")
	for i := range 1_000_000 {
		for j := range 9 {
			fmt.Fprintf(&file, "%.6f,", float64((i*31+j*17)%1000)/7)
		}
		fmt.Fprintln(&file, i%5)
	}
	b.ReportAllocs()
	b.SetBytes(int64(file.Len()))
	for b.Loop() {
		if _, err := datasets.ReadTable(strings.NewReader(file.String()), "y"); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s/million-rows")
}
