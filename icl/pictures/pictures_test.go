package pictures

import (
	"bytes"
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/study"
)

// TestSmoke runs the study on the drawings that ship: the learner of prototypes is ahead of
// chance, and the table has all learners and settings.
func TestSmoke(t *testing.T) {
	s, err := Registry().New("omniglot", "smoke")
	if err != nil {
		t.Fatal(err)
	}
	r, err := study.Run(t.Context(), s, study.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	if r.Headline.Estimate < .3 {
		t.Errorf("an accuracy of %.2f; chance has .2", r.Headline.Estimate)
	}
	table := r.Tables[0]
	if len(table.Rows) != 6 || len(table.Header) != 2 || !strings.Contains(table.Rows[1][1], "(98.8)") {
		t.Errorf("table %v", table)
	}
	t.Log(r)
}

// TestDomainsSmoke runs the study across domains on the drawings that ship.
func TestDomainsSmoke(t *testing.T) {
	s, err := Registry().New("domains", "smoke")
	if err != nil {
		t.Fatal(err)
	}
	r, err := study.Run(t.Context(), s, study.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	table := r.Tables[0]
	if len(r.Checks) != 1 || len(table.Rows) != 8 || len(table.Rows[0]) != 3 {
		t.Errorf("%d checks, table %v", len(r.Checks), table)
	}
	t.Log(r)
}

func TestUnknownPreset(t *testing.T) {
	if _, err := newOmniglot("none"); err == nil || !strings.Contains(err.Error(), "smoke") {
		t.Errorf("error %v, want one that lists presets", err)
	}
}

// TestNearest: the class of the example that looks most like the query, and no query is an example.
func TestNearest(t *testing.T) {
	b := datasets.NewBatch(1, 4, 3, 2)
	copy(b.X, []float32{1, 0, 0, 0, 1, 1, 0, 2, 3, 0, 4, 6})
	copy(b.Y, []int32{0, 1, 0, 0})
	got, err := eval.Predict(t.Context(), nearest{2}, b, []int{2, 3})
	if err != nil || got[1] != 1 || got[3] != 1 {
		t.Errorf("probabilities %v, %v; want class 1 for both", got, err)
	}
	if got, err = eval.Predict(t.Context(), nearest{3}, b, []int{3}); err != nil || got[0] != 1 {
		t.Errorf("probabilities %v, %v; want class 0, that of the third point", got, err)
	}
}

// TestSheet: ink is dark where it is to be, in each place of the sheet.
func TestSheet(t *testing.T) {
	s := Sheet{Title: "two", Height: 2, Width: 2, Rows: []Row{{Images: [][]float32{{1, 0, 0, 0}, {0, 0, 0, 1}}}}}
	data, err := s.PNG()
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	for i, ink := range []int{0, 3} {
		for p := range 4 {
			gray, _, _, _ := img.At(margin+i*tile+tileInk/4+p%2*tileInk/2, 2+tileInk/4+p/2*tileInk/2).RGBA()
			if dark := gray < 1<<15; dark != (p == ink) {
				t.Errorf("image %d, pixel %d: dark is %t", i, p, dark)
			}
		}
	}
}

// TestMistakes: a task whose query is taken for another class is shown with both examples.
func TestMistakes(t *testing.T) {
	b := datasets.NewBatch(2, 3, 1, 2)
	copy(b.X, []float32{.1, .2, .3, .4, .5, .6})
	copy(b.Y, []int32{0, 1, 1, 0, 1, 1})
	s, err := Mistakes(b, []float32{.2, .8, .9, .1}, 2, 5) // the second is wrong
	if err != nil || len(s.Rows) != 1 || s.Rows[0].Name != "task 1, sure to 0.90" {
		t.Fatalf("%+v, %v", s, err)
	}
	for i, want := range []float32{.6, .4, .5} {
		if got := s.Rows[0].Images[i][0]; got != want {
			t.Errorf("image %d is %g, want %g", i, got, want)
		}
	}
	if _, err := Mistakes(b, nil, 2, 5); err == nil {
		t.Error("no error without probabilities")
	}
}

// TestNeighbours: examples by their cosine with the query, and whether the nearest is right.
func TestNeighbours(t *testing.T) {
	b := datasets.NewBatch(2, 3, 4, 2)
	copy(b.X, []float32{1, 0, 0, 0, 0, 1, 0, 0, 1, 2, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0})
	copy(b.Y, []int32{0, 1, 0, 0, 1, 1})
	s, err := Neighbours(b, 2, 5)
	if err != nil || len(s.Rows) != 2 || s.Rows[0].Name != "task 0: wrong" || s.Rows[1].Name != "task 1: right" {
		t.Fatalf("%+v, %v", s, err)
	}
	if got := strings.Join(s.Rows[0].Notes, ", "); got != "query, 0.89, 0.45 own" {
		t.Errorf("notes %s", got)
	}
	if got := s.Rows[0].Images[1]; got[1] != 1 {
		t.Errorf("the nearest example is %v", got)
	}
	if _, err := Neighbours(b, 2, 0); err == nil {
		t.Error("no error for no tasks")
	}
}

// TestCosts: what a study is said to take is what it took when its verdict in README was made.
func TestCosts(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range Registry() {
		found := regexp.MustCompile(fmt.Sprintf(`\| \*\*%s: .*\| (\d+) \|`, d.Name)).FindSubmatch(page)
		if found == nil || string(found[1]) != fmt.Sprint(d.CoreMinutes) {
			t.Errorf("%s: %g core-minutes; README has %q", d.Name, d.CoreMinutes, found)
		}
	}
}
