package figure

import (
	"cmp"
	"fmt"
	"image/color"
	"math"
	"strings"

	"github.com/goicl/goicl/datasets"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Scene is one task in the plane as a learner sees it: N labelled points of
// context, and point N as the query.
type Scene struct {
	Title string
	Batch *datasets.Batch // of two-dimensional inputs
	Task  int             // index in the batch
	N     int             // number of in-context examples, 0 ≤ N < Batch.N
	// Classes names the classes; empty: "class 0", "class 1", …
	Classes        []string
	XLabel, YLabel string
	// Probs, where present, is a predictor's answer at every point of the square:
	// class probabilities [G·G, C], as predicted for the batch of [Grid].
	Probs []float32
}

// classes is the look of the classes 0, 1, …
var classes = []style{
	{color: color.NRGBA{0x1f, 0x66, 0xb0, 0xff}, marker: &marker{}},
	{color: color.NRGBA{0xd5, 0x5e, 0x00, 0xff}, marker: &marker{corners: 4, turn: math.Pi / 4}},
	{color: color.NRGBA{0x00, 0x8f, 0x68, 0xff}, marker: &marker{corners: 3}},
	{color: color.NRGBA{0xb0, 0x4a, 0x96, 0xff}, marker: &marker{corners: 4}},
	{color: color.NRGBA{0x70, 0x70, 0x70, 0xff}, marker: &marker{corners: 6}},
}

var query = style{color: color.NRGBA{0, 0, 0, 0xff}, marker: &marker{corners: 5, star: true, hollow: true}}

// Tasks draws tasks side by side with equal axes: context points shaped and
// coloured by class, the query as a star. Behind a scene with Probs lies the
// predictor's decision map: the tint of the likeliest class, stronger where the
// predictor is more certain, and a line where two classes are equally likely.
func Tasks(title string, scenes ...Scene) *Figure {
	if len(scenes) == 0 || len(scenes) > maxPanels {
		return failed("%d scenes in %q; want 1 to %d", len(scenes), title, maxPanels)
	}
	plots := make([]*plot.Plot, len(scenes))
	alt := sentence(title)
	richest, mapped := scenes[0], false
	for i, s := range scenes {
		if err := s.check(); err != nil {
			return failed("scene %d (%q): %w", i, s.Title, err)
		}
		plots[i] = s.plot()
		alt += " " + s.alt()
		mapped = mapped || s.Probs != nil
		if s.Batch.C > richest.Batch.C {
			richest = s
		}
	}
	f := &Figure{title: clean(title), alt: alt, panels: grid(plots, columns(len(plots))), widest: 320, aspect: 1, legend: taskLegend(richest, mapped)}
	wrapTitles(f.panels, min(f.widest, pageWidth/vg.Length(len(f.panels[0])))*.85)
	return f
}

func (s Scene) check() error {
	if err := s.Batch.WantClasses(); err != nil {
		return err
	}
	switch b := s.Batch; {
	case b.D != 2:
		return fmt.Errorf("the inputs have %d dimensions; only 2 can be drawn", b.D)
	case b.C > len(classes):
		return fmt.Errorf("%d classes; at most %d can be told apart", b.C, len(classes))
	case len(s.Classes) > 0 && len(s.Classes) != b.C:
		return fmt.Errorf("%d names for %d classes", len(s.Classes), b.C)
	case s.Task < 0 || s.Task >= b.T:
		return fmt.Errorf("task %d; the batch has 0..%d", s.Task, b.T-1)
	case s.N < 0 || s.N >= b.N:
		return fmt.Errorf("%d in-context examples; a task of %d points has 0..%d", s.N, b.N, b.N-1)
	}
	for _, x := range s.Batch.X {
		if err := drawable(float64(x)); err != nil {
			return fmt.Errorf("x is %w", err)
		}
	}
	return checkProbs(s.Probs, s.Batch.C)
}

func (s Scene) plot() *plot.Plot {
	p := newPlot(s.Title, s.XLabel, s.YLabel)
	p.Add(gridLines())
	box := boxOf(s.Batch, s.Task)
	if s.Probs != nil {
		p.Add(decisionMap(s.Probs, s.Batch.C, box)...)
	}
	for class := range s.Batch.C {
		var points plotter.XYs
		for n := range s.N {
			if int(s.Batch.Y[s.Task*s.Batch.N+n]) == class {
				points = append(points, s.point(n))
			}
		}
		p.Add(&plotter.Scatter{XYs: points, GlyphStyle: classes[class].glyph(dotRadius)})
	}
	p.Add(&plotter.Scatter{XYs: plotter.XYs{s.point(s.N)}, GlyphStyle: query.glyph(1.4 * dotRadius)})
	p.X.Min, p.X.Max = box.x, box.x+box.side
	p.Y.Min, p.Y.Max = box.y, box.y+box.side
	return p
}

func (s Scene) point(n int) plotter.XY {
	x := s.Batch.Point(s.Task, n)
	return plotter.XY{X: float64(x[0]), Y: float64(x[1])}
}

func (s Scene) class(k int) string {
	if len(s.Classes) > 0 {
		return clean(s.Classes[k])
	}
	return fmt.Sprintf("class %d", k)
}

func (s Scene) alt() string {
	counts := make([]int, s.Batch.C)
	for _, y := range s.Batch.Y[s.Task*s.Batch.N:][:s.N] {
		counts[y]++
	}
	parts := make([]string, len(counts))
	for class, n := range counts {
		parts[class] = fmt.Sprintf("%d of %s", n, s.class(class))
	}
	q := s.point(s.N)
	text := fmt.Sprintf("%s: %d labelled points, %s; query at (%.2f, %.2f)", cmp.Or(clean(s.Title), "Task"), s.N, strings.Join(parts, ", "), q.X, q.Y)
	if s.Probs != nil {
		text += "; behind them the learner's decision map"
	}
	return text + "."
}

func taskLegend(s Scene, mapped bool) []entry {
	var legend []entry
	for class := range s.Batch.C {
		legend = append(legend, classes[class].dotEntry(s.class(class)))
	}
	legend = append(legend, query.dotEntry("query"))
	if mapped {
		legend = append(legend, entry{"equally likely", lineThumb, []plot.Thumbnailer{&plotter.Line{LineStyle: boundaryLine}}})
	}
	return legend
}

// square is a part of the plane.
type square struct{ x, y, side float64 }

// boxOf is the square around all points of a task, with a rim.
func boxOf(b *datasets.Batch, task int) square {
	box := nowhere()
	for n := range b.N {
		x := b.Point(task, n)
		box.grow(float64(x[0]), float64(x[1]))
	}
	side := cmp.Or(1.16*max(box.right-box.left, box.top-box.bottom), 1)
	return square{(box.left+box.right)/2 - side/2, (box.bottom+box.top)/2 - side/2, side}
}

var boundaryLine = draw.LineStyle{Color: ink, Width: 1.4}
