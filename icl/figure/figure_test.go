package figure

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"image/png"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/eval"
	"gonum.org/v1/plot"
	"pgregory.net/rapid"
)

func TestPNGIsWideAndSmall(t *testing.T) {
	for name, f := range samples() {
		data, err := f.PNG()
		if err != nil {
			t.Fatal(name, err)
		}
		conf, err := png.DecodeConfig(bytes.NewReader(data))
		if err != nil {
			t.Fatal(name, err)
		}
		if len(data) > pngBudget*5/4 || conf.Width != 1800 && conf.Width != 1350 {
			t.Errorf("%s: %d bytes, %d pixels wide", name, len(data), conf.Width)
		}
	}
}

func TestSameDataSameBytes(t *testing.T) {
	a, b := samples(), samples()
	for name := range a {
		for _, encode := range []func(*Figure) ([]byte, error){
			func(f *Figure) ([]byte, error) { return f.png(goldenDPI, png.BestCompression) }, (*Figure).SVG,
		} {
			x, errX := encode(a[name])
			again, _ := encode(a[name])
			y, errY := encode(b[name])
			if errX != nil || errY != nil || !bytes.Equal(x, y) || !bytes.Equal(x, again) {
				t.Errorf("%s: not the same bytes (%v, %v)", name, errX, errY)
			}
		}
	}
}

func TestSave(t *testing.T) {
	f := samples()["table"]
	dir := t.TempDir()
	for _, name := range []string{"a.png", "a.svg", "b.PNG", "a.pdf"} {
		path := filepath.Join(dir, name)
		if err := f.Save(path); err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(path)
		if err != nil || !bytes.Contains(data[:min(len(data), 300)], []byte(strings.ToLower(name[2:])[:2])) &&
			!bytes.HasPrefix(data, []byte("\x89PNG")) && !bytes.HasPrefix(data, []byte("%PDF-")) {
			t.Errorf("%s: not an image of its kind (%v)", name, err)
		}
	}
	wantError(t, f.Save(filepath.Join(dir, "a.eps")), `unknown extension ".eps"; use .png, .svg or .pdf`)
	wantError(t, f.Save(filepath.Join(dir, "none", "a.png")), "cannot save")
	wantError(t, Curves("x", nil).Save(filepath.Join(dir, "bad.svg")), "0 panels")
	entries, _ := os.ReadDir(dir)
	if len(entries) != 4 {
		t.Errorf("%d files, want 4: a failed Save left something", len(entries))
	}
}

func wantError(t *testing.T, err error, part string) {
	t.Helper()
	switch {
	case err == nil:
		t.Errorf("no error, want one with %q", part)
	case !strings.HasPrefix(err.Error(), "figure: ") || !strings.Contains(err.Error(), part) || strings.Contains(err.Error(), "\n"):
		t.Errorf("error %q, want one line with %q", err, part)
	}
}

func TestBadCurves(t *testing.T) {
	good := func() eval.Curve {
		return eval.Curve{Learner: "ICL", N: []int{1, 2}, Mean: []float64{.5, .6}, Lo: []float64{.4, .5}, Hi: []float64{.6, .7}}
	}
	for want, spoil := range map[string]func(c *eval.Curve){
		"no points":                         func(c *eval.Curve) { *c = eval.Curve{Learner: "ICL"} },
		"2 values of N, 1 of Mean":          func(c *eval.Curve) { c.Mean = c.Mean[:1] },
		"2 of Lo, 0 of Hi":                  func(c *eval.Curve) { c.Hi = nil },
		"n goes from 2 to 1":                func(c *eval.Curve) { c.N[0], c.N[1] = 2, 1 },
		"at n = 2 there is NaN":             func(c *eval.Curve) { c.Mean[1] = math.NaN() },
		"at n = 1 there is +Inf":            func(c *eval.Curve) { c.Hi[0] = math.Inf(1) },
		"at n = 1 there is 1e+300":          func(c *eval.Curve) { c.Lo[0] = 1e300 },
		"the interval goes from 0.9 to 0.7": func(c *eval.Curve) { c.Lo[1] = .9 },
	} {
		c := good()
		spoil(&c)
		_, err := Curves("t", []Panel{{Title: "p", Curves: []eval.Curve{c}}}).SVG()
		wantError(t, err, want)
	}
	c := good()
	for want, p := range map[string]Panel{
		"no curves":                   {},
		"two curves of \"ICL\"":       {Curves: []eval.Curve{c, c}},
		"the y axis goes from 1 to 0": {YMin: 1, Curves: []eval.Curve{c}},
		"the y axis goes from 1 to 1": {YMin: 1, YMax: 1, Curves: []eval.Curve{c}},
		"an end of the y axis is NaN": {YMax: math.NaN(), Curves: []eval.Curve{c}},
	} {
		_, err := Curves("t", []Panel{p}).PNG()
		wantError(t, err, want)
	}
	_, err := Curves("t", make([]Panel, 13)).PNG()
	wantError(t, err, "13 panels")
	_, err = Rows("t", Panel{}, Panel{Curves: []eval.Curve{good()}}, Panel{}).PNG()
	if err != nil {
		t.Errorf("a row without curves: %v", err)
	}
	_, err = Rows("t", Panel{}).PNG()
	wantError(t, err, "0 panels")
}

func TestBadRunsTablesDots(t *testing.T) {
	nan := eval.Estimate{Mean: math.NaN(), Hi: 1}
	one := []string{"a"}
	for want, f := range map[string]*Figure{
		"no runs":                    Loss("t"),
		"2 steps and 1 losses":       Loss("t", eval.Curve{N: []int{1, 2}, Mean: []float64{1}}),
		"the loss at step 2 is NaN":  Loss("t", eval.Curve{N: []int{1, 2}, Mean: []float64{1, math.NaN()}}),
		"steps go from 2 to 2":       Loss("t", eval.Curve{N: []int{2, 2}, Mean: []float64{1, 1}}),
		"two curves of":              Loss("t", sampleRun(seeded(), "a", 1), sampleRun(seeded(), "a", 1)),
		"0 rows and 1 columns":       Table("t", eval.Table{Header: []string{"", "a"}}),
		"1 rows and 0 columns":       Table("t", eval.Table{Rows: [][]string{{"a"}}}),
		"row 0 has 1 cells":          Table("t", eval.Table{Header: []string{"", "a"}, Rows: [][]string{{"a"}}}),
		"2 rows of tints for 1 rows": Table("t", eval.Table{Header: []string{"", "a"}, Rows: [][]string{{"a", "1"}}, Tints: [][]float64{{1}, {2}}}),
		"and 2 tints for a header":   Table("t", eval.Table{Header: []string{"", "a"}, Rows: [][]string{{"a", "1"}}, Tints: [][]float64{{1, 2}}}),
		"tint 0 is NaN":              Table("t", eval.Table{Header: []string{"", "a"}, Rows: [][]string{{"a", "1"}}, Tints: [][]float64{{math.NaN()}}}),
		"0 groups and 1 series":      Dots("t", "y", nil, []eval.Curve{{}}),
		"has 0 means, 0 lower and 0 upper ends for 1 groups": Dots("t", "y", one, []eval.Curve{{Learner: "x"}}),
		"group \"a\": NaN":    Dots("t", "y", one, []eval.Curve{seriesOf("x", nan)}),
		"want Lo ≤ Hi":        Dots("t", "y", one, []eval.Curve{seriesOf("x", eval.Estimate{Lo: 1})}),
		"two series of \"x\"": Dots("t", "y", one, []eval.Curve{series("x", 1), series("x", 1)}),
		"0 rows in \"t\"":     Forest("t", "x", 0),
		"row \"a\": NaN":      Forest("t", "x", 0, Row{Name: "a", Mean: nan}),
		"row \"b\": +Inf":     Forest("t", "x", 0, Row{Name: "b", Seeds: []float64{math.Inf(1)}}),
		"a margin of -1":      Forest("t", "x", -1, Row{Name: "a"}),
	} {
		_, err := f.PNG()
		wantError(t, err, want)
		if f.Alt() != err.Error() {
			t.Errorf("Alt of a failed figure is %q, want its error", f.Alt())
		}
	}
}

func TestBadScenes(t *testing.T) {
	b := datasets.NewBatch(2, 5, 2, 2)
	broken := datasets.NewBatch(1, 5, 2, 2)
	broken.X = broken.X[1:]
	for want, s := range map[string]Scene{
		"the batch is nil":           {},
		"X has 9 values":             {Batch: broken},
		"1 names for 2 classes":      {Batch: b, Classes: []string{"a"}},
		"only 2 can be drawn":        {Batch: datasets.NewBatch(1, 5, 3, 2)},
		"20 classes":                 {Batch: datasets.NewBatch(1, 5, 2, 20)},
		"task 2; the batch has 0..1": {Batch: b, Task: 2},
		"5 in-context examples":      {Batch: b, N: 5},
		"7 probabilities":            {Batch: b, Probs: make([]float32, 7)},
		"0 probabilities":            {Batch: b, Probs: []float32{}},
		"probability NaN of class 1": {Batch: b, Probs: []float32{0, float32(math.NaN()), 0, 0, 0, 0, 0, 0}},
		"probability 2 of class 0":   {Batch: b, Probs: []float32{2, 0, 0, 0, 0, 0, 0, 0}},
	} {
		_, err := Tasks("t", s).PNG()
		wantError(t, err, want)
	}
	_, err := Tasks("t").PNG()
	wantError(t, err, "0 scenes")
	_, err = Grid(b, 0, 0, 1)
	wantError(t, err, "a grid of 1×1; want 2 to 512")
	_, err = Grid(b, -1, 0, 8)
	wantError(t, err, "task -1")
}

func TestGrid(t *testing.T) {
	b, _ := sampleScenes(seeded())
	const n, g = 7, 5
	grid, err := Grid(b, 0, n, g)
	if err != nil {
		t.Fatal(err)
	}
	if err := grid.Validate(); err != nil || grid.T != g*g || grid.N != b.N {
		t.Fatalf("T %d, N %d, %v", grid.T, grid.N, err)
	}
	box := boxOf(b, 0)
	for i := range grid.T {
		if !slices.Equal(grid.X[i*b.N*2:][:n*2], b.X[:n*2]) || !slices.Equal(grid.Y[i*b.N:][:n], b.Y[:n]) {
			t.Fatalf("task %d has another context", i)
		}
		wantX := box.x + box.side*float64(i%g)/(g-1)
		wantY := box.y + box.side*float64(i/g)/(g-1)
		if x := grid.Point(i, n); math.Abs(float64(x[0])-wantX) > 1e-5 || math.Abs(float64(x[1])-wantY) > 1e-5 {
			t.Fatalf("grid point %d at %v, want (%g, %g)", i, x, wantX, wantY)
		}
	}
	for p := range b.N {
		x := b.Point(0, p)
		if float64(x[0]) < box.x || float64(x[0]) > box.x+box.side || float64(x[1]) < box.y || float64(x[1]) > box.y+box.side {
			t.Errorf("point %d at %v lies outside the drawn square", p, x)
		}
	}
}

// Whatever the numbers, a figure is drawn or an error returned, and what is
// drawn is well-formed.
func TestNoPanics(t *testing.T) {
	number := rapid.OneOf(rapid.Float64(), rapid.Float64Range(0, 1), rapid.SampledFrom([]float64{0, 1e12, -1e12, 1e-300, math.NaN()}))
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 4).Draw(t, "n")
		some := func(name string) []float64 { return rapid.SliceOfN(number, n, n).Draw(t, name) }
		c := eval.Curve{Learner: rapid.String().Draw(t, "name"), Mean: some("mean"), Lo: some("lo"), Hi: some("hi")}
		for i := range c.Lo {
			c.N = append(c.N, i*rapid.IntRange(1, 1<<40).Draw(t, "N"))
			c.Lo[i], c.Hi[i] = min(c.Lo[i], c.Hi[i]), max(c.Lo[i], c.Hi[i])
		}
		title := rapid.String().Draw(t, "title")
		figures := []*Figure{
			Curves(title, []Panel{{Title: title, YMin: number.Draw(t, "ymin"), YMax: number.Draw(t, "ymax"), Curves: []eval.Curve{c}}}),
			Curves(title, []Panel{{Curves: []eval.Curve{c}}}),
			Loss(title, eval.Curve{Learner: c.Learner, N: c.N, Mean: c.Mean}),
		}
		if n > 0 {
			v := eval.Estimate{Mean: c.Mean[0], Lo: c.Lo[0], Hi: c.Hi[0]}
			figures = append(figures, Dots(title, title, []string{title}, []eval.Curve{seriesOf(title, v)}),
				Table(title, eval.Table{Header: []string{title, title}, Rows: [][]string{{title, "±"}}, Tints: [][]float64{{v.Mean}}}), Forest(title, title, max(0, c.Lo[0]), Row{title, v, c.Mean}))
		}
		for i, f := range figures {
			svg, err := f.SVG()
			if err == nil {
				err = wellFormed(svg)
			}
			if err != nil && (!strings.HasPrefix(err.Error(), "figure: ") || strings.Contains(err.Error(), "cannot draw")) {
				t.Fatalf("figure %d: %v", i, err)
			}
		}
	})
}

func wellFormed(svg []byte) error {
	if bytes.Contains(svg, []byte("NaN")) || bytes.Contains(svg, []byte("Inf")) {
		return fmt.Errorf("a coordinate is not a number")
	}
	for d := xml.NewDecoder(bytes.NewReader(svg)); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

func seeded() *rand.Rand { return rand.New(rand.NewPCG(3, 4)) }

func labels(ticks []plot.Tick) string {
	var out []string
	for _, t := range ticks {
		out = append(out, t.Label)
	}
	return strings.Join(out, " ")
}

func TestTicks(t *testing.T) {
	for _, c := range []struct {
		lo, hi float64
		want   string
	}{
		{0, 49, "0 10 20 30 40"},
		{.5, 1, "0.5 0.6 0.7 0.8 0.9 1.0"},
		{.48, 1, "0.5 0.6 0.7 0.8 0.9 1.0"},
		{0, 12000, "0 2k 4k 6k 8k 10k 12k"},
		{0, 1e6, "0 200k 400k 600k 800k 1000k"},
		{-2.3, 2.1, "-2 -1 0 1 2"},
		{1, 1, ""},
	} {
		if got := labels(ticks(6).Ticks(c.lo, c.hi)); got != c.want {
			t.Errorf("ticks from %g to %g: %s, want %s", c.lo, c.hi, got, c.want)
		}
	}
	if got := labels(logTicks{}.Ticks(.08, .7)); got != "0.1 0.2 0.5" {
		t.Errorf("logarithmic ticks: %s", got)
	}
}

func TestStylesAreStable(t *testing.T) {
	few := stylesFor([]string{"CNP-64", "ICL"})
	all := stylesFor([]string{"k-NN", "Bayes", "ICL", "MatchNet", "ProtoNet", "CNP", "CNP-64", "ICL (mix)", "ICLER", "a", "b", "c", "d", "e"})
	for name, s := range few {
		if all[name].color != s.color || *all[name].marker != *s.marker {
			t.Errorf("%s looks different beside other learners", name)
		}
	}
	if all["ICLER"].color == all["ICL"].color {
		t.Error("ICLER passes for a variant of ICL")
	}
	if !all["CNP-64"].marker.hollow || all["CNP-64"].marker.corners != all["CNP"].marker.corners {
		t.Error("a variant should have its base's marker, hollow")
	}
	seen := map[string]string{}
	for name, s := range all {
		key := fmt.Sprint(s.color, s.dashes, s.marker)
		if s.marker != nil {
			key = fmt.Sprint(s.color, s.dashes, *s.marker)
		}
		if other, ok := seen[key]; ok {
			t.Errorf("%s and %s look the same", name, other)
		}
		seen[key] = name
	}
}

func TestAltTellsTheNumbers(t *testing.T) {
	for name, want := range map[string]string{
		"fig2":   "proto, trained on mix, accuracy: ICL 0.9",
		"loss":   "ICL from 0.6",
		"task":   "10 labelled points, 6 of Adelie",
		"table":  "Trained on pair: proto 0.725 ±0.004; pair 0.913 ±0.008; amort 0.863 ±0.012.",
		"dots":   "ICL (mix): proto 0.927 ±0.004, pair",
		"forest": "Shown: accuracy less that of 8 layers (higher is better). 4 layers -0.006 ±0.005.",
	} {
		if alt := samples()[name].Alt(); !strings.Contains(alt, want) {
			t.Errorf("alt of %s is %q, want it to contain %q", name, alt, want)
		}
	}
}

func TestWrapAndClean(t *testing.T) {
	style := plain(labelSize)
	lines := strings.Split(wrap("several words that do not fit on one line", style, 100), "\n")
	if len(lines) < 2 {
		t.Error("not wrapped")
	}
	for _, l := range lines {
		if style.Width(l) > 100 {
			t.Errorf("line %q is too wide", l)
		}
	}
	if got := clean(" a\x00b\n\tc\xff "); got != "a b c?" {
		t.Errorf("clean: %q", got)
	}
}

func BenchmarkPNG(b *testing.B) {
	f := samples()["fig2"]
	for b.Loop() {
		if _, err := f.PNG(); err != nil {
			b.Fatal(err)
		}
	}
}

func ExampleCurves() {
	f := Curves("Two learners", []Panel{{Title: "proto", Curves: []eval.Curve{
		{Learner: "ICL", N: []int{1, 10, 49}, Mean: []float64{.55, .87, .94}},
		{Learner: "ProtoNet", N: []int{1, 10, 49}, Mean: []float64{.56, .85, .91}},
	}}})
	fmt.Println(f.Alt()) // f.PNG(), f.SVG() or f.Save("proto.svg") draw it
	// Output: Two learners. proto, accuracy: ICL 0.940 at n = 49; ProtoNet 0.910 at n = 49.
}
