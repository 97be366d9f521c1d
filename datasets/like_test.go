package datasets_test

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/goicl/goicl/datasets"
)

// A second file is read as the first: its columns stand in another order, and its labels are not known.
func ExampleTable_Like() {
	train := "leaf,length,edge\noak,9.5,lobed\nbirch,4.4,serrate\noak,8.7,lobed\nbeech,7,entire\n"
	t, err := datasets.ReadTable(strings.NewReader(train), "leaf")
	if err != nil {
		fmt.Println(err)
		return
	}
	q, err := t.Like(strings.NewReader("edge,length\nentire,6.5\n"))
	fmt.Println(q.Features, q.X, err)
	b, err := t.Query(q)
	fmt.Printf("%d task, its query is at %.1f %v\n", b.T, b.Point(0, 4), err)
	_, err = t.Like(strings.NewReader("length,edge\n6.5,wavy\n"))
	fmt.Println(err)
	// Output:
	// [length edge=entire edge=lobed edge=serrate] [[6.5 1 0 0]] <nil>
	// 1 task, its query is at [-0.5 1.7 -1.0 -0.6] <nil>
	// datasets: line 2 of the table has "wavy" in column "edge", which the table that it is read like has not: entire, lobed, serrate; correct it, or allow it with UnknownAsZeros()
}

const ships = `rownames;class;sex;age;deck;note;survived
A;1;male;41,5;B2;x1;yes
B;3;female;22;C1;x2;no
C;2;male;-;B2;x3;no
D;1;female;30;C1;x4;yes
E;3;male;19;D7;x5;no
`

func readShips(t *testing.T) datasets.Table {
	table, err := datasets.ReadTable(strings.NewReader(ships), "survived", datasets.WithMissing("-"),
		datasets.Categories("class"), datasets.GroupBy("deck"))
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// TestLike: the same inputs and classes come from a file with the columns in another order, without those that
// are no inputs, with or without labels, in another form.
func TestLike(t *testing.T) {
	table := readShips(t)
	for form, file := range map[string]string{
		"same":         "class,sex,age,survived\n3,male,\"30,25\",yes\n1.0,female,-,no\n",
		"moved":        "survived;age;sex;class\nyes;30,25;male;3\nno;NA;female;1\n",
		"with others":  "deck\tnote\trownames\tsurvived\tage\tsex\tclass\nZ9\tq\tU\tyes\t30,25\tmale\t3\nZ8\tq\tV\tno\t\tfemale\t1\n",
		"without":      "age;sex;class\n30,25;male;3\n;female;1\n",
		"nameless":     ";age;sex;class\nU;30,25;male;3\nV;;female;1\n",
		"other number": "survived;age;sex;class\nyes;3,025e1;male;3.0\nno;NA;female;01\n",
	} {
		q, err := table.Like(strings.NewReader(strings.ReplaceAll(file, "3.0\n", "3,0\n")))
		if form == "same" {
			q, err = table.Like(strings.NewReader(strings.Replace(file, "1.0", "1", 1)))
		}
		if err != nil {
			t.Errorf("%s: %v", form, err)
			continue
		}
		nan := float32(math.NaN())
		for i, want := range [][]float32{{0, 0, 1, 1, 30.25, 0}, {1, 0, 0, 0, nan, 1}} {
			if fmt.Sprint(q.X[i]) != fmt.Sprint(want) {
				t.Errorf("%s: row %d is %v, want %v of %v", form, i, q.X[i], want, q.Features)
			}
		}
		if labels := []int32{1, 0}; strings.Contains(file, "survived") && !slices.Equal(q.Y, labels) || !strings.Contains(file, "survived") && q.Y != nil {
			t.Errorf("%s: labels %v", form, q.Y)
		}
		if strings.Contains(file, "U") && !slices.Equal(q.RowNames, []string{"U", "V"}) {
			t.Errorf("%s: rows are named %v", form, q.RowNames)
		}
	}
}

// TestLikeASelection: a file that is read like a selection has its features and classes.
func TestLikeASelection(t *testing.T) {
	table := readShips(t)
	some, err := table.Select([]string{"yes", "no"}, []string{"age", "class=3"})
	if err != nil {
		t.Fatal(err)
	}
	q, err := some.Like(strings.NewReader(ships))
	if err != nil || fmt.Sprint(q.X) != fmt.Sprint(some.X) || !slices.Equal(q.Y, some.Y) || !slices.Equal(q.Features, some.Features) {
		t.Errorf("%+v, error %v", q, err)
	}
}

func TestLikeErrors(t *testing.T) {
	table := readShips(t)
	with := func(old, new string) string { return strings.Replace(ships, old, new, 1) }
	for _, c := range []struct {
		want, file string
		opts       []datasets.TableOption
	}{
		{`the table has no column "age", which the one that it is read like has; it has: class, sex`, "class;sex\n1;male\n", nil},
		{`column "fare" is not in the table that this one is read like, which has: age, class, deck, note, sex, survived; take it out`, "class;sex;age;fare\n1;male;3;4\n", nil},
		{`line 3 of the table has "4" in column "class", which the table that it is read like has not: 1, 2, 3; correct it, or allow it with UnknownAsZeros()`, with("B;3", "B;4"), nil},
		{`line 6 of the table has the label "maybe", which the table that it is read like has not: no, yes`, with("x5;no", "x5;maybe"), nil},
		{`line 3 of the table has "old" in column "age", which is no number; correct the cell`, with("22", "old"), nil},
		{`the table has no rows, only a header`, "class;sex;age\n", nil},
		{`the others are the table's own`, ships, []datasets.TableOption{datasets.Drop("age")}},
	} {
		if _, err := table.Like(strings.NewReader(c.file), c.opts...); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q gives error %v,\nwant %s", c.file[:min(len(c.file), 60)], err, c.want)
		}
	}
	q, err := table.Like(strings.NewReader(with("B;3", "B;4")), datasets.UnknownAsZeros())
	if err != nil || !slices.Equal(q.X[1][:3], []float32{0, 0, 0}) || !slices.Equal(q.X[0][:3], []float32{1, 0, 0}) {
		t.Errorf("%v, error %v", q.X, err)
	}
	sizes, err := datasets.ReadTargets(strings.NewReader("x;s;y\n1,5;low;1\n2;high;2\n"), "y", datasets.Ordinal("s", "low", "high"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sizes.Like(strings.NewReader("x;s\n1;mid\n"), datasets.UnknownAsZeros()); err == nil || !strings.Contains(err.Error(), `line 2 of the table has "mid" in column "s"`) {
		t.Errorf("a text without a place in the order gives error %v", err)
	}
	if q, err := sizes.Like(strings.NewReader("x;s\n1,234;low\n")); err != nil || q.X[0][0] != 1.234 {
		t.Errorf("decimal commas of the first table: %v, error %v", q.X, err)
	}
	if _, err := small().Like(strings.NewReader(ships)); err == nil || !strings.Contains(err.Error(), "was not read from a file") {
		t.Errorf("error %v", err)
	}
	full, err := datasets.ReadTable(strings.NewReader("x,y\n1,a\n2,b\n"), "y")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "test.csv")
	if err := os.WriteFile(path, []byte("x\n1\n\"\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := full.OpenLike(path); err == nil || !strings.HasPrefix(err.Error(), "datasets: "+path+`: line 3 of the table has no value in column "x"`) {
		t.Errorf("error %v", err)
	}
}

// TestQuery: the context is the table, standardised and filled by itself, whatever is asked.
func TestQuery(t *testing.T) {
	table := readShips(t)
	q, err := table.Like(strings.NewReader("class;sex;age\n3;male;1000\n2;female;\n"))
	if err != nil {
		t.Fatal(err)
	}
	b, err := table.Query(q)
	if err != nil || b.Validate() != nil || b.T != 2 || b.N != 6 || b.Y[5] != 0 {
		t.Fatalf("%+v, error %v", b, err)
	}
	n := 5 * b.D
	if !slices.Equal(b.X[:n], b.X[n+b.D:2*n+b.D]) || !slices.Equal(b.Y[:5], table.Y) || !slices.Equal(b.Y[6:11], table.Y) {
		t.Errorf("contexts %v and labels %v", b.X, b.Y)
	}
	age := slices.Index(table.Features, "age")
	if b.Point(0, 5)[age] != 3 || b.Point(1, 5)[age] != 0 || b.Point(1, 2)[age] != 0 {
		t.Errorf("ages %v; want 3 for a great one, and the context's mean 0 for a missing one", b.X)
	}
	targets := measured(true)
	if b, err := targets.Query(targets); err != nil || b.WantTargets() != nil || math.Abs(float64(b.Z[60]-b.Z[0])) > 1e-6 {
		t.Errorf("error %v", err)
	}
	if _, err := table.Query(small()); err == nil || !strings.Contains(err.Error(), "read them with Table.Like") {
		t.Errorf("error %v", err)
	}
	q.X[0][age] = float32(math.Inf(1))
	if _, err := table.Query(q); err == nil || !strings.Contains(err.Error(), `row 0 of the queries has +Inf in column "age"`) {
		t.Errorf("error %v", err)
	}
}
