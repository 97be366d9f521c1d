package outline

import (
	"bytes"
	"compress/zlib"
	"io"
	"regexp"
	"testing"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// page is the content of a page with a text on it, decompressed.
func page(t *testing.T, text string) (content, file []byte) {
	t.Helper()
	style := plot.New().Title.TextStyle
	file, err := PDF(100, 50, func(c draw.Canvas) { c.FillText(style, vg.Point{X: 10, Y: 10}, text) })
	if err != nil {
		t.Fatal(err)
	}
	stream := regexp.MustCompile(`(?s)stream\r?\n(.*?)\r?\nendstream`).FindSubmatch(file)
	if !bytes.HasPrefix(file, []byte("%PDF-")) || stream == nil {
		t.Fatalf("no page in %q", file[:min(len(file), 200)])
	}
	r, err := zlib.NewReader(bytes.NewReader(stream[1]))
	if err != nil {
		t.Fatal(err)
	}
	if content, err = io.ReadAll(r); err != nil {
		t.Fatal(err)
	}
	return content, file
}

// TestPDF: letters that are none of Western Europe's are drawn, as outlines, each its own; the
// same page has the same bytes, and the file holds no font.
func TestPDF(t *testing.T) {
	empty, _ := page(t, " ")
	seen := map[string]string{}
	for _, letter := range []string{"A", "σ", "−", "λ", "₀", "%"} {
		content, file := page(t, letter)
		if again, twice := page(t, letter); !bytes.Equal(file, twice) || !bytes.Equal(content, again) {
			t.Errorf("%s: another file the second time", letter)
		}
		if len(content) < len(empty)+20 || bytes.Contains(file, []byte("/FontFile")) || bytes.Contains(content, []byte(" Tj")) {
			t.Errorf("%s is not drawn as an outline: %q", letter, content)
		}
		if other := seen[string(content)]; other != "" {
			t.Errorf("%s looks like %s", letter, other)
		}
		seen[string(content)] = letter
	}
}
