package figure

import (
	"fmt"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/goicl/goicl/icl/eval"
)

// Row is a line of a forest plot: an estimate and what it is the mean of, one value a seed.
type Row struct {
	Name  string
	Mean  eval.Estimate
	Seeds []float64
}

// Forest draws estimates below each other, as dots with whiskers for their 95 %
// confidence intervals, against a line at 0. Each seed's value is a small ring below. A
// band marks ±margin where that is not 0: differences in it do not matter.
func Forest(title, xlabel string, margin float64, rows ...Row) *Figure {
	if len(rows) == 0 || len(rows) > maxPanels {
		return failed("%d rows in %q; want 1 to %d", len(rows), title, maxPanels)
	}
	if err := drawable(margin); err != nil || margin < 0 {
		return failed("a margin of %g in %q; want a positive number, or 0 for none", margin, title)
	}
	p := newPlot("", "", "")
	p.X.Label.Text = fit(xlabel, plain(labelSize), pageWidth*.7)
	lines := gridLines()
	lines.Horizontal.Color = nil
	p.Add(shaded(margin), lines, upright(0, draw.LineStyle{Color: ink, Width: 1.2}))
	alt, least, most := sentence(title)+" Shown: "+clean(xlabel)+".", -margin, margin
	labels := make([]string, len(rows))
	for i, r := range rows {
		if err := r.check(); err != nil {
			return failed("row %q: %w", r.Name, err)
		}
		place := len(rows) - 1 - i // the first is on top
		p.Add(r.plotters(float64(place))...)
		labels[place] = r.Name
		alt += fmt.Sprintf(" %s %s.", clean(r.Name), r.Mean)
		for _, v := range append([]float64{r.Mean.Lo, r.Mean.Hi}, r.Seeds...) {
			least, most = min(least, v), max(most, v)
		}
	}
	rim := max(most-least, 1e-9) * .06
	p.X.Min, p.X.Max = least-rim, most+rim
	p.Y.Min, p.Y.Max = -.6, float64(len(rows))-.5
	p.Y.Tick.Marker, p.Y.Tick.Width, p.Y.Tick.Label.Font = names(labels, widestLabel), 0, plain(labelSize).Font
	return &Figure{
		title: clean(title), alt: strings.TrimSpace(alt), panels: [][]*plot.Plot{{p}},
		aspect: .12 + .1*float64(len(rows)), legend: forestLegend(margin),
	}
}

func (r Row) check() error {
	for _, v := range r.Seeds {
		if err := drawable(v); err != nil {
			return err
		}
	}
	return checkEstimate(r.Mean)
}

// forestInk and forestSeed are the looks of estimates and of seeds.
var (
	forestInk  = style{color: known[0].color, width: 2, marker: &marker{}}
	forestSeed = style{color: others[1].color, marker: &marker{hollow: true}}
)

// plotters are the row's whisker and dot at that height, and its seeds below.
func (r Row) plotters(y float64) []plot.Plotter {
	seeds := make(plotter.XYs, len(r.Seeds))
	for i, v := range r.Seeds {
		seeds[i] = plotter.XY{X: v, Y: y - .28}
	}
	return []plot.Plotter{
		&plotter.Line{XYs: plotter.XYs{{X: r.Mean.Lo, Y: y}, {X: r.Mean.Hi, Y: y}}, LineStyle: forestInk.line()},
		&plotter.Scatter{XYs: plotter.XYs{{X: r.Mean.Mean, Y: y}}, GlyphStyle: forestInk.glyph(dotRadius)},
		&plotter.Scatter{XYs: seeds, GlyphStyle: forestSeed.glyph(.6 * dotRadius)},
	}
}

// upright is a line at x from bottom to top.
func upright(at float64, style draw.LineStyle) painter {
	return func(c draw.Canvas, p *plot.Plot) {
		x, _ := p.Transforms(&c)
		c.StrokeLine2(style, x(at), c.Min.Y, x(at), c.Max.Y)
	}
}

// shaded fills ±margin.
func shaded(margin float64) painter {
	return func(c draw.Canvas, p *plot.Plot) {
		x, _ := p.Transforms(&c)
		if margin > 0 {
			c.SetColor(mix(gridLine, white, .4))
			c.Fill(vg.Rectangle{Min: vg.Point{X: x(-margin), Y: c.Min.Y}, Max: vg.Point{X: x(margin), Y: c.Max.Y}}.Path())
		}
	}
}

func forestLegend(margin float64) []entry {
	all := []entry{
		{"mean and 95 % confidence", lineThumb, forestInk.lineEntry("").thumbs},
		forestSeed.dotEntry("one seed"),
	}
	if margin > 0 {
		shade := style{color: mix(gridLine, white, .4), width: 8}
		all = append(all, entry{fmt.Sprintf("less than ±%.3g does not matter", margin), lineThumb, []plot.Thumbnailer{&plotter.Line{LineStyle: shade.line()}}})
	}
	return all
}
