package notebooks

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goicl/goicl/icl/figure"
)

var _ Picture = (*figure.Figure)(nil)

// picture is an image 1800 pixels wide, or the error of drawing it.
type picture struct{ err error }

func (p picture) PNG() ([]byte, error) {
	var b bytes.Buffer
	_ = png.Encode(&b, image.NewGray(image.Rect(0, 0, 1800, 2)))
	return b.Bytes(), p.err
}

func (picture) Alt() string { return "a grey bar" }

var sampleTable = Table{
	Caption: "Accuracy <on> proto & co",
	Header:  []string{"learner", "proto", "change", "note"},
	Rows: [][]string{
		{"ICL", "0.935 ±0.004", "+1.2 %", "<b>bold</b>"},
		{"ProtoNet über", "0.91", "−12 %"},
		{"\"CNP\"", "", "0", "two\nlines"},
	},
}

func TestTableText(t *testing.T) {
	golden, err := os.ReadFile(filepath.Join("testdata", "table.txt"))
	if err != nil {
		t.Fatal(err)
	}
	if got := sampleTable.String() + "\n"; got != string(golden) {
		t.Errorf("got\n%swant\n%s", got, golden)
	}
}

func TestTableHTML(t *testing.T) {
	got := sampleTable.HTML()
	for _, want := range []string{
		"<caption>Accuracy &lt;on&gt; proto &amp; co</caption>",
		`<th style="text-align:right">proto</th>`,
		`<td style="text-align:left">&lt;b&gt;bold&lt;/b&gt;</td>`,
		`<td style="text-align:left">&#34;CNP&#34;</td>`,
		`<td style="text-align:right">−12 %</td><td style="text-align:left"></td></tr>`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in\n%s", want, got)
		}
	}
	if strings.Contains(got, "<b>") || strings.Count(got, "<tr>") != 4 || strings.Count(got, "<td") != 12 {
		t.Errorf("not the table's cells, escaped:\n%s", got)
	}
}

func TestEmptyTable(t *testing.T) {
	for _, table := range []Table{{}, {Rows: [][]string{{}, nil}}, {Header: []string{""}}} {
		if text, html := table.String(), table.HTML(); strings.Contains(text, "─") || !strings.HasPrefix(html, "<table>") {
			t.Errorf("%#v: %q, %q", table, text, html)
		}
	}
}

func TestPrint(t *testing.T) {
	for _, c := range []struct {
		v    any
		want string
	}{
		{"# text", "# text\n"},
		{picture{}, "a grey bar\n"},
		{Table{Header: []string{"a"}, Rows: [][]string{{"1"}}}, "a\n─\n1\n"},
	} {
		var b bytes.Buffer
		if err := printTo(&b, c.v); err != nil || b.String() != c.want {
			t.Errorf("%v printed as %q (%v), want %q", c.v, b.String(), err, c.want)
		}
	}
	for want, v := range map[string]any{
		"notebooks: cannot show a int; pass a figure, a Table or a string": 3,
		"notebooks: cannot show a <nil>":                                   nil,
		"no data":                                                          picture{errors.New("no data")},
		"figure: 0 panels":                                                 figure.Curves("t", nil),
	} {
		var b bytes.Buffer
		if err := printTo(&b, v); err == nil || !strings.HasPrefix(err.Error(), want) || b.Len() > 0 {
			t.Errorf("%v: error %v after %q, want %q", v, err, b.String(), want)
		}
	}
}

func TestPreset(t *testing.T) {
	for value, want := range map[string]string{"": "quick", "smoke": "smoke", "quick": "quick", "paper": "paper"} {
		if got, err := preset(value); got != want || err != nil {
			t.Errorf("preset %q: %q, %v", value, got, err)
		}
	}
	for _, value := range []string{"fast", "Quick", " "} {
		if _, err := preset(value); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("%q; set it to smoke, quick or paper", value)) {
			t.Errorf("preset %q: error %v", value, err)
		}
	}
}

func TestSteps(t *testing.T) {
	for _, c := range []struct {
		preset      string
		quick, want int
	}{{"smoke", 2000, 40}, {"smoke", 300, 20}, {"quick", 2000, 2000}, {"paper", 2000, 20000}} {
		if got := steps(c.preset, c.quick); got != c.want {
			t.Errorf("%d steps in %s: %d, want %d", c.quick, c.preset, got, c.want)
		}
	}
}

func TestProgressEscapesHTML(t *testing.T) {
	got := (&Progress{title: "a <b>"}).html(3, 0, "loss < .5 & falling")
	if want := `a &lt;b&gt; <progress value="3" max="1"></progress> 3 / 0 loss &lt; .5 &amp; falling`; got != want {
		t.Errorf("got %s", got)
	}
}

func TestProgressElsewhereIsSilent(*testing.T) {
	p := NewProgress("training") // standard error of a test is no terminal
	p.Update(1, 0, "")
	p.Done()
	p.Update(2, -1, "after the end")
	p.Done()
}

func ExampleShow() {
	Show("Accuracy after 49 examples", Table{
		Header: []string{"learner", "accuracy"},
		Rows:   [][]string{{"ICL", "0.94"}, {"ProtoNet", "0.9"}},
	})
	// Output:
	// Accuracy after 49 examples
	// learner   accuracy
	// ────────  ────────
	// ICL           0.94
	// ProtoNet       0.9
}
