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

// Pairs are two predictions of the same things: X[i] and Y[i].
type Pairs struct {
	Title string
	X, Y  []float64
}

// Agreement draws pairs as points beside the diagonal on which both say the same, a
// panel for each, and writes down the greatest difference.
func Agreement(title, xlabel, ylabel string, panels ...Pairs) *Figure {
	if len(panels) == 0 || len(panels) > maxPanels {
		return failed("%d panels in %q; want 1 to %d", len(panels), title, maxPanels)
	}
	f := &Figure{title: clean(title), alt: sentence(title), aspect: 1, widest: 270}
	var plots []*plot.Plot
	for _, p := range panels {
		lo, hi, err := p.span()
		if err != nil {
			return failed("panel %q: %w", p.Title, err)
		}
		note := fmt.Sprintf("largest difference %.1e", p.worst())
		f.alt += fmt.Sprintf(" %s: %d points, %s.", clean(p.Title), len(p.X), note)
		out := newPlot(p.Title, xlabel, ylabel)
		out.Add(gridLines(),
			&plotter.Line{XYs: plotter.XYs{{X: lo, Y: lo}, {X: hi, Y: hi}}, LineStyle: draw.LineStyle{Color: ink, Width: 1, Dashes: short}},
			&plotter.Scatter{XYs: p.points(), GlyphStyle: draw.GlyphStyle{Color: dotColor, Radius: 2.4, Shape: draw.CircleGlyph{}}},
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

func (p Pairs) points() plotter.XYs {
	points := make(plotter.XYs, len(p.X))
	for i := range points {
		points[i] = plotter.XY{X: p.X[i], Y: p.Y[i]}
	}
	return points
}

func (p Pairs) worst() float64 {
	worst := 0.
	for i, x := range p.X {
		worst = max(worst, math.Abs(x-p.Y[i]))
	}
	return worst
}

// span is the range of all values, with a rim.
func (p Pairs) span() (lo, hi float64, err error) {
	if len(p.X) == 0 || len(p.X) != len(p.Y) {
		return 0, 0, fmt.Errorf("%d and %d predictions; want as many of each, at least one", len(p.X), len(p.Y))
	}
	lo, hi = math.Inf(1), math.Inf(-1)
	for i, x := range p.X {
		for _, v := range []float64{x, p.Y[i]} {
			if err := drawable(v); err != nil {
				return 0, 0, err
			}
			lo, hi = min(lo, v), max(hi, v)
		}
	}
	rim := max(hi-lo, 1e-6) * .04
	return lo - rim, hi + rim, nil
}
