package datasets_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/goicl/goicl/datasets"
)

func ExampleReadTable() {
	file := `leaf,length,width
oak,9.5,5.1
birch,4.4,3.0
oak,8.7,4.9
`
	t, err := datasets.ReadTable(strings.NewReader(file), "leaf")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(t.Classes, t.Y)
	fmt.Println(t.Features, t.X)
	// Output:
	// [birch oak] [1 0 1]
	// [length width] [[9.5 5.1] [4.4 3] [8.7 4.9]]
}

func ExampleReadTargets() {
	file := `length,width,mass
9.5,5.1,2.2
4.4,3.0,0.7
`
	t, err := datasets.ReadTargets(strings.NewReader(file), "mass")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(t.Features, t.X, t.Z)
	_, err = datasets.ReadTargets(strings.NewReader(file+"8.7,NA,1.9\n"), "mass")
	fmt.Println(err)
	// Output:
	// [length width] [[9.5 5.1] [4.4 3]] [2.2 0.7]
	// datasets: line 4 of the table has no value in column "width" ("NA"); allow that with WithMissing(), leave the column out with Drop("width"), or drop the row
}

func TestReadTableErrors(t *testing.T) {
	for want, file := range map[string]string{
		"the table is empty; its first line":                                                            "",
		`no column "y"; it has: a, b`:                                                                   "a,b\n1,2\n",
		`two columns of the table are called "x"`:                                                       "x,y,x\n1,a,2\n",
		`the table has no column but "y"; want at least one with inputs`:                                "y\n0\n1\n",
		`column "y" of the table has one label alone, "a"; want at least 2`:                             "x,y\n1,a\n",
		`the table has no rows with a value in column "y", only a header`:                               "x,y\n",
		`line 3 of the table has no value in column "x" ("NA")`:                                         "x,y\n1,a\nNA,b\n",
		`line 2 of the table has no value in column "x2" ("")`:                                          "x1,x2,y\n1,,b\n",
		`line 3 of the table has no value in column "x" ("nan")`:                                        "x,y\n1,a\n nan,b\n",
		`line 4 of the table has "1 5" in column "x", which has numbers b`:                              "x,y\n1,\"a\nb\"\n\"1 5\",b\n",
		`line 2 of the table has "1e99" in column "x", which is no`:                                     "x,y\n1e99,b\n",
		`line 2 of the table has "-inf" in column "x", which is no`:                                     "x,y\n-inf,a\n1,b\n",
		`line 3 of the table has no value in column "y" ("?"), the one of the labels or targets; leave`: "x,y\n1,a\n2,?\n",
		`line 3 of the table ends after 1 of 2 cells, without column "y"; co`:                           "x,y\n1,a\n2\n",
		"line 2 of the table has more than 2 cells, as many as there are col":                           "x,y\n1,a,3\n",
		"cannot read the table: parse error on line 2, column 5: extraneou":                             "x,y\n1,\"a\"b\n",
		"record on line 2; parse error on line 3, column 2: extraneous or":                              "x,y\n1,\"a\nb",
		"parse error on line 2, column 2: bare \" in non-quoted-field":                                  "x,y\n1\",a\n",
		"line 2 of the table has a cell of more than 65536 bytes; close its":                            "x,y\n1,\"" + strings.Repeat("a\n", 1<<15) + "a",
		"the table has more than 262144 columns; take fewer":                                            columns(1<<18 + 1),
		`no column "y"; it has: c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, `:                               columns(100_000),
		"c19, and 99980 more":              columns(100_000),
		`no column "y"; it has: "a\nb", c`: "\"a\nb\",c\n",
		`column "y" of the table has more than 65536 classes; for numbers use ReadTargets`: "x,y\n" + strings.ReplaceAll(strings.ReplaceAll(columns(1<<16+1), "c", "1,c"), ",1", "\n1"),
	} {
		_, err := datasets.ReadTable(strings.NewReader(file), "y")
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q gives error %v, want one with %q", file, err, want)
		}
	}
	for want, file := range map[string]string{
		`line 3 of the table has "high" in column "y", which is no`: "x,y\n1,2\n1,high\n",
		`line 2 of the table has no value in column "y"`:            "x,y\n1,\n",
		`the table has no rows with a value in column "y"`:          "x,y\n",
		`the table has no column but "y"`:                           "y\n1\n",
	} {
		_, err := datasets.ReadTargets(strings.NewReader(file), "y")
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q gives error %v, want one with %q", file, err, want)
		}
	}
}

// columns is a header of that many columns.
func columns(n int) string {
	var header strings.Builder
	for i := range n {
		fmt.Fprintf(&header, ",c%d", i)
	}
	return header.String()[1:] + "\n"
}

// TestReadTableForgives: what spreadsheets put around numbers does no harm.
func TestReadTableForgives(t *testing.T) {
	table, err := datasets.ReadTable(strings.NewReader("\ufeffx,y\r\n 1.5 ,a\r\n\"2\",b\r\n"), "y")
	if err != nil || table.X[0][0] != 1.5 || table.X[1][0] != 2 || table.Features[0] != "x" {
		t.Errorf("%+v, error %v", table, err)
	}
}

// small is a table of 5, 4 and 6 rows of three classes; the value of feature j
// in row i is 10i + j.
func small() datasets.Table {
	t := datasets.Table{Features: []string{"a", "b", "c"}, Classes: []string{"u", "v", "w"}}
	for i := range 15 {
		y := int32(0)
		if i >= 5 {
			y = 1
		}
		if i >= 9 {
			y = 2
		}
		t.X = append(t.X, []float32{float32(10 * i), float32(10*i + 1), float32(10*i + 2)})
		t.Y = append(t.Y, y)
	}
	return t
}

func TestTableErrors(t *testing.T) {
	for want, spoil := range map[string]func(*datasets.Table){
		"15 rows of inputs and 14 labels or":                  func(t *datasets.Table) { t.Y = t.Y[1:] },
		"row 3 of the table has 2 values, want 3 (a, b, c)":   func(t *datasets.Table) { t.X[3] = t.X[3][:2] },
		`row 7 of the table has NaN in column "b"; drop`:      func(t *datasets.Table) { t.X[7][1] = float32(math.NaN()) },
		`row 0 of the table has +Inf in column "c"; drop`:     func(t *datasets.Table) { t.X[0][2] = float32(math.Inf(1)) },
		"row 2 of the table has label 3; want 0..2":           func(t *datasets.Table) { t.Y[2] = 3 },
		"row 4 of the table has label -1; want 0..2":          func(t *datasets.Table) { t.Y[4] = -1 },
		`class "x" of the table has no rows; drop the class`:  func(t *datasets.Table) { t.Classes = append(t.Classes, "x") },
		"3 features and 1 classes; want at least 1 and 2":     func(t *datasets.Table) { t.Classes = t.Classes[:1] },
		"a table with 0 features and 3 classes; want at leas": func(t *datasets.Table) { t.Features = nil },
	} {
		table := small()
		spoil(&table)
		for name, err := range map[string]error{
			"Validate": table.Validate(),
			"Select":   second(table.Select([]string{"u", "v"}, []string{"a"})),
			"Split":    second(table.Split(datasets.Rand(1, "test"), 1, 2, 2)),
		} {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: got error %v, want one with %q", name, err, want)
			}
		}
	}
}

func second[T any](_ T, err error) error { return err }

func TestSelect(t *testing.T) {
	table := small()
	got, err := table.Select([]string{"w", "u"}, []string{"c", "a"})
	if err != nil {
		t.Fatal(err)
	}
	if len(got.X) != 11 || got.Y[0] != 1 || got.Y[5] != 0 {
		t.Errorf("%d rows, labels %v; want 11, first five 1s, then 0s", len(got.X), got.Y)
	}
	if want := []float32{92, 90}; !slices.Equal(got.X[5], want) {
		t.Errorf("row 5 is %v, want %v", got.X[5], want)
	}
	got.X[0][0], got.Classes[0], got.Features[0] = -1, "-", "-"
	if table.X[0][2] != 2 || table.Classes[2] != "w" || table.Features[2] != "c" {
		t.Error("a selection shares memory with its table")
	}
	for want, err := range map[string]error{
		`no class "z"; known: u, v, w`:    second(table.Select([]string{"u", "z"}, []string{"a"})),
		`no feature "z"; known: a, b, c`:  second(table.Select([]string{"u", "v"}, []string{"z"})),
		`feature "a" is asked for twice`:  second(table.Select([]string{"u", "v"}, []string{"a", "a"})),
		"with 1 features and 1 classes":   second(table.Select([]string{"u"}, []string{"a"})),
		"with 0 features and 2 classes; ": second(table.Select([]string{"u", "v"}, nil)),
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got error %v, want one with %q", err, want)
		}
	}
}
