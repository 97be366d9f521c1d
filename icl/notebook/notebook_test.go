package notebook

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goicl/goicl/icl/claim"
	"github.com/goicl/goicl/icl/figure"
)

var (
	_ Picture = (*figure.Figure)(nil)
	_ Picture = figure.Scene{}
	_ Picture = figure.HeatMap{}
	_ Picture = figure.Run{}
	_ Verdict = (*claim.Result)(nil)
)

// picture is an image 1800 pixels wide, or the error of drawing it.
type picture struct{ err error }

func (p picture) PNG() ([]byte, error) { return grey(1800), p.err }

func grey(width int) []byte {
	var b bytes.Buffer
	_ = png.Encode(&b, image.NewGray(image.Rect(0, 0, width, 2)))
	return b.Bytes()
}

func (picture) Alt() string { return "a grey bar" }

// drawing is a picture that has an SVG of that many bytes, and a draft 600 pixels wide.
type drawing struct{ size int }

func (drawing) PNG() ([]byte, error)   { return grey(1800), nil }
func (drawing) Draft() ([]byte, error) { return grey(600), nil }
func (drawing) Alt() string            { return "a drawing" }
func (d drawing) SVG() ([]byte, error) {
	return append([]byte(`<svg width="675pt" height="99.5pt" viewBox="0 0 675 99.5">`), make([]byte, d.size)...), nil
}

// judged is the outcome of an experiment.
type judged struct{}

func (judged) Sentence() string { return "Claim 0: mixed" }
func (judged) CheckTable() (header []string, rows [][]string) {
	return []string{"check", "estimate"}, [][]string{{"gap", "+0.5"}}
}

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
		{judged{}, "Claim 0: mixed\ncheck  estimate\n─────  ────────\ngap        +0.5\n"},
	} {
		var b bytes.Buffer
		if err := printTo(&b, c.v); err != nil || b.String() != c.want {
			t.Errorf("%v printed as %q (%v), want %q", c.v, b.String(), err, c.want)
		}
	}
	for want, v := range map[string]any{
		"notebook: cannot show a int; pass a figure, a figure.Scene, a Table, a verdict or a string": 3,
		"notebook: cannot show a <nil>": nil,
		"no data":                       picture{errors.New("no data")},
		"figure: 0 panels":              figure.Curves("t", nil),
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
	got := (&Progress{title: "a <b>"}).html(state{3, 0, .4, "stage < 5 & falling"})
	want := `<div>a &lt;b&gt; <progress value="3" max="1" aria-label="a &lt;b&gt;"></progress> 3 / 0 loss 0.400, stage &lt; 5 &amp; falling</div>`
	if got != want {
		t.Errorf("got %s", got)
	}
}

func TestProgressElsewhere(*testing.T) {
	p := NewProgress("training") // standard error of a test is no terminal
	p.Update(1, 0, 0, "")
	p.Done()
	p.Update(2, -1, .5, "after the end")
	p.Done()
}

func TestBar(t *testing.T) {
	for want, s := range map[string]state{"░░░░": {0, 8, 0, ""}, "██░░": {5, 8, 0, ""}, "████": {9, 8, 0, ""}, "░░░░░": {-1, -1, 0, ""}} {
		if got := bar(s, len([]rune(want))); got != want {
			t.Errorf("%d of %d: %s, want %s", s.done, s.total, got, want)
		}
	}
}

func TestLossCurve(t *testing.T) {
	var c lossCurve
	for _, none := range []float64{0, math.NaN(), math.Inf(1)} {
		c.add(1, 4, none)
	}
	c.add(5, 4, 9)
	c.add(0, 4, 3)
	if got := c.svg(); got != "" {
		t.Errorf("a curve of one point: %s", got)
	}
	c.add(2, 4, 1)
	c.add(4, 4, .5)
	c.add(4, 4, 1.5) // the last stretch has the mean 1
	if got := c.svg(); !strings.Contains(got, `points="0,2.0 120,46.0 240,46.0"`) || !strings.Contains(got, "loss between 1.000 and 3.000") {
		t.Errorf("curve %s", got)
	}
	c.add(1, 10, 2)
	if got := c.svg(); got != "" {
		t.Errorf("a new total goes on with the old curve: %s", got)
	}
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
