package figure

import (
	"fmt"
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// dotColor lets points that lie on each other be seen.
var dotColor = color.NRGBA{0x0b, 0x3d, 0x91, 0x80}

// Agreement draws two predictions X and Y of the same things as points beside the diagonal
// on which both say the same, a panel for each pair of predictors, and writes down the
// largest difference.
func Agreement(title, xlabel, ylabel string, panels ...Cloud) *Figure {
	if len(panels) == 0 || len(panels) > maxPanels {
		return failed("%d panels in %q; want 1 to %d", len(panels), title, maxPanels)
	}
	f := &Figure{title: clean(title), alt: sentence(title), aspect: 1, widest: 270}
	var plots []*plot.Plot
	for _, p := range panels {
		box := nowhere()
		points, err := p.points(&box)
		if err != nil {
			return failed("panel %q: %w", p.Name, err)
		}
		lo, hi := min(box.left, box.bottom), max(box.right, box.top)
		rim := max(hi-lo, 1e-6) * .04
		lo, hi = lo-rim, hi+rim
		note := fmt.Sprintf("largest difference %.1e", p.worst())
		f.alt += fmt.Sprintf(" %s: %d points, %s.", clean(p.Name), len(p.X), note)
		out := newPlot(p.Name, xlabel, ylabel)
		out.Add(gridLines(),
			&plotter.Line{XYs: plotter.XYs{{X: lo, Y: lo}, {X: hi, Y: hi}}, LineStyle: draw.LineStyle{Color: ink, Width: 1, Dashes: short}},
			&plotter.Scatter{XYs: points, GlyphStyle: draw.GlyphStyle{Color: dotColor, Radius: 2.4, Shape: draw.CircleGlyph{}}},
			painter(func(c draw.Canvas, _ *plot.Plot) {
				style := plain(tickSize)
				style.XAlign, style.YAlign = draw.XRight, draw.YBottom
				c.FillText(style, vg.Point{X: c.Max.X - 4, Y: c.Min.Y + 4}, note)
			}))
		out.X.Min, out.X.Max, out.Y.Min, out.Y.Max = lo, hi, lo, hi
		plots = append(plots, out)
	}
	f.panels = grid(plots, columns(len(plots)))
	return f
}

// worst is the largest difference between X and Y.
func (p Cloud) worst() float64 {
	worst := 0.
	for i, x := range p.X {
		worst = max(worst, math.Abs(x-p.Y[i]))
	}
	return worst
}
