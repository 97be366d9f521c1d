package notebook

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/png"

	"strings"
	"testing"

	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/figure"
)

var (
	_ Picture = (*figure.Figure)(nil)
	_ Picture = figure.Scene{}
	_ Picture = figure.HeatMap{}
	_ rich    = eval.Table{}
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

var sampleTable = eval.Table{Title: "Accuracy <on> proto", Header: []string{"learner", "proto"}, Rows: [][]string{{"ICL", "0.935"}}}

func TestPrint(t *testing.T) {
	for _, c := range []struct {
		v    any
		want string
	}{
		{"# text", "# text\n"},
		{picture{}, "a grey bar\n"},
		{eval.Table{Header: []string{"a"}, Rows: [][]string{{"1"}}}, "a\n─\n1\n"},
	} {
		var b bytes.Buffer
		if err := printTo(&b, c.v); err != nil || b.String() != c.want {
			t.Errorf("%v printed as %q (%v), want %q", c.v, b.String(), err, c.want)
		}
	}
	for want, v := range map[string]any{
		"no data":          picture{errors.New("no data")},
		"figure: 0 panels": figure.Curves("t", nil),
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
		if _, err := preset(value); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("%q; choose smoke, quick or paper", value)) {
			t.Errorf("preset %q: error %v", value, err)
		}
	}
}

// TestReady: the size holds for the cells that follow, and GOICL_PRESET counts more.
func TestReady(t *testing.T) {
	t.Setenv("GONB_TMP_DIR", t.TempDir())
	t.Setenv("GOICL_PRESET", "")
	if got := Preset(); got != "quick" {
		t.Errorf("before Ready the preset is %q, want quick", got)
	}
	Ready("smoke")
	if got := Preset(); got != "smoke" {
		t.Errorf("after Ready(smoke) the preset is %q", got)
	}
	t.Setenv("GOICL_PRESET", "paper")
	if got := Preset(); got != "paper" {
		t.Errorf("with GOICL_PRESET=paper the preset is %q", got)
	}
}

func ExampleReady() {
	Ready("quick")
	// Output: Ready. This notebook runs in the preset **quick**.
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

func ExampleShow() {
	Show("Accuracy after 49 examples", eval.Table{
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
