package figure

import (
	"cmp"
	"fmt"
	"image/color"
	"math"
	"slices"
	"strings"

	"github.com/goicl/goicl/icl/eval"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
)

// Panel is one plot of a statistic against the number of in-context examples.
// Its zero value is labelled for accuracy.
type Panel struct {
	Title  string
	XLabel string // empty: "in-context examples n"
	YLabel string // empty: "accuracy"
	// YMin and YMax are the ends of the y axis. Both zero: from .5 to 1, and
	// further where a mean of such a panel of the figure lies outside.
	YMin, YMax float64
	LogX       bool // a logarithmic x axis, for numbers of 1 and more
	LogY       bool // a logarithmic y axis, for positive values; by default it spans them
	// Curves are drawn with a line for Mean and a band from Lo to Hi. A curve
	// without Lo and Hi has no band. The first is on top.
	Curves []eval.Curve
}

// Curves draws panels in rows of three, with one legend. Panels side by side
// that share label and range share the y axis.
func Curves(title string, panels []Panel) *Figure {
	return curves(title, panels, columns(len(panels)))
}

func curves(title string, panels []Panel, cols int) *Figure {
	if len(panels) == 0 || len(panels) > maxPanels {
		return failed("%d panels in %q; want 1 to %d", len(panels), title, maxPanels)
	}
	panels, err := complete(panels)
	if err != nil {
		return failed("%w", err)
	}
	styles := stylesFor(learnersOf(panels))
	plots := make([]*plot.Plot, len(panels))
	for i := range panels {
		plots[i] = panels[i].plot(styles)
	}
	f := &Figure{
		title: clean(title), alt: altOfCurves(title, panels), panels: grid(plots, cols),
		aspect: aspectOf(cols), legend: curveLegend(panels, styles),
	}
	wrapTitles(f.panels, pageWidth/vg.Length(cols)*.85)
	shareY(f.panels, panels)
	return f
}

// complete checks the panels and fills in their labels and ranges.
func complete(panels []Panel) ([]Panel, error) {
	panels = slices.Clone(panels)
	lo, hi := .5, 1.
	for i := range panels {
		p := &panels[i]
		p.XLabel = cmp.Or(p.XLabel, "in-context examples n")
		p.YLabel = cmp.Or(p.YLabel, "accuracy")
		if err := p.check(); err != nil {
			return nil, fmt.Errorf("panel %d (%q): %w", i, p.Title, err)
		}
		if p.LogY && p.YMin == 0 && p.YMax == 0 {
			p.YMin, p.YMax = decades(p.Curves)
		}
		if p.YMin == 0 && p.YMax == 0 {
			least, most := meansOf(p.Curves)
			lo, hi = min(lo, least), max(hi, most)
		}
	}
	for i := range panels {
		if p := &panels[i]; p.YMin == 0 && p.YMax == 0 {
			p.YMin, p.YMax = math.Floor(50*lo)/50, math.Ceil(50*hi)/50
		}
	}
	return panels, nil
}

// meansOf is the range of the curves' means.
func meansOf(curves []eval.Curve) (lo, hi float64) {
	lo, hi = math.Inf(1), math.Inf(-1)
	for _, c := range curves {
		for _, v := range c.Mean {
			lo, hi = min(lo, v), max(hi, v)
		}
	}
	return lo, hi
}

// decades are the powers of ten around the means of the curves.
func decades(curves []eval.Curve) (lo, hi float64) {
	lo, hi = meansOf(curves)
	return math.Pow(10, math.Floor(math.Log10(lo))), math.Pow(10, math.Ceil(math.Log10(hi)))
}

func (p *Panel) check() error {
	if len(p.Curves) == 0 {
		return fmt.Errorf("no curves; want at least one")
	}
	if err := cmp.Or(drawable(p.YMin), drawable(p.YMax)); err != nil {
		return fmt.Errorf("an end of the y axis is %w", err)
	}
	least := 1e-9
	if p.LogY {
		least = 1e-300
	}
	if (p.YMin != 0 || p.YMax != 0) && p.YMax-p.YMin < least {
		return fmt.Errorf("the y axis goes from %g to %g; want YMax above YMin by at least %g", p.YMin, p.YMax, least)
	}
	seen := map[string]bool{}
	for _, c := range p.Curves {
		if seen[c.Learner] {
			return fmt.Errorf("two curves of %q; give them different learner names", c.Learner)
		}
		seen[c.Learner] = true
		if err := checkCurve(c); err != nil {
			return fmt.Errorf("curve of %q: %w", c.Learner, err)
		}
		if values := append(slices.Clone(c.Mean), c.Lo...); p.LogY && slices.Min(values) <= 0 {
			return fmt.Errorf("curve of %q falls to %g on a logarithmic axis; want positive numbers", c.Learner, slices.Min(values))
		}
		if p.LogX && c.N[0] < 1 {
			return fmt.Errorf("curve of %q starts at %d on a logarithmic axis; want 1 or more", c.Learner, c.N[0])
		}
	}
	return nil
}

func checkCurve(c eval.Curve) error {
	n := len(c.N)
	if n == 0 {
		return fmt.Errorf("no points; want at least one")
	}
	bandless := len(c.Lo) == 0 && len(c.Hi) == 0
	if len(c.Mean) != n || !bandless && (len(c.Lo) != n || len(c.Hi) != n) {
		return fmt.Errorf("%d values of N, %d of Mean, %d of Lo, %d of Hi; want as many of each", n, len(c.Mean), len(c.Lo), len(c.Hi))
	}
	for i := range n {
		if i > 0 && c.N[i] <= c.N[i-1] {
			return fmt.Errorf("n goes from %d to %d; want it to rise", c.N[i-1], c.N[i])
		}
		values := []float64{float64(c.N[i]), c.Mean[i]}
		if !bandless {
			values = append(values, c.Lo[i], c.Hi[i])
		}
		for _, v := range values {
			if err := drawable(v); err != nil {
				return fmt.Errorf("at n = %d there is %w", c.N[i], err)
			}
		}
		if !bandless && c.Lo[i] > c.Hi[i] {
			return fmt.Errorf("at n = %d the interval goes from %g to %g; want Lo ≤ Hi", c.N[i], c.Lo[i], c.Hi[i])
		}
	}
	return nil
}

func (p *Panel) plot(styles map[string]style) *plot.Plot {
	out := newPlot(p.Title, p.XLabel, p.YLabel)
	out.Add(gridLines())
	for i := range slices.Backward(p.Curves) {
		out.Add(band(p.Curves[i], styles[p.Curves[i].Learner]))
	}
	for i := range slices.Backward(p.Curves) {
		out.Add(line(p.Curves[i], styles[p.Curves[i].Learner], i, len(p.Curves))...)
	}
	out.Y.Min, out.Y.Max = p.YMin, p.YMax
	if p.LogX {
		out.X.Scale, out.X.Tick.Marker = plot.LogScale{}, logTicks{}
	}
	if p.LogY {
		out.Y.Scale, out.Y.Tick.Marker = plot.LogScale{}, logTicks{}
	}
	return out
}

// band is the area between Lo and Hi.
func band(c eval.Curve, s style) plot.Plotter {
	ring := make(plotter.XYs, 0, 2*len(c.Lo))
	for i, v := range c.Hi {
		ring = append(ring, plotter.XY{X: float64(c.N[i]), Y: v})
	}
	for i, v := range slices.Backward(c.Lo) {
		ring = append(ring, plotter.XY{X: float64(c.N[i]), Y: v})
	}
	return &plotter.Polygon{XYs: []plotter.XYs{ring}, Color: translucent(s.color)}
}

func translucent(c color.NRGBA) color.NRGBA {
	c.A = 0x30
	return c
}

// line is the mean with about eight markers, which curve k of several sets at
// points of its own.
func line(c eval.Curve, s style, k, of int) []plot.Plotter {
	points := make(plotter.XYs, len(c.N))
	for i := range points {
		points[i] = plotter.XY{X: float64(c.N[i]), Y: c.Mean[i]}
	}
	every := (len(points) + 7) / 8
	var marked plotter.XYs
	for i := k * every / of; i < len(points); i += every {
		marked = append(marked, points[i])
	}
	return []plot.Plotter{
		&plotter.Line{XYs: points, LineStyle: s.line()},
		&plotter.Scatter{XYs: marked, GlyphStyle: s.glyph(markerRadius)},
	}
}

// shareY leaves the y axis's label and numbers to the first of the panels side
// by side with the same axis.
func shareY(rows [][]*plot.Plot, panels []Panel) {
	cols := len(rows[0])
	for i, p := range panels {
		if i%cols == 0 {
			continue
		}
		left := panels[i-1]
		if p.YLabel == left.YLabel && p.YMin == left.YMin && p.YMax == left.YMax {
			y := &rows[i/cols][i%cols].Y
			y.Label.Text = ""
			y.Tick.Marker = unlabelled{y.Tick.Marker}
		}
	}
}

// unlabelled keeps the grid lines of a ticker and blanks its numbers.
type unlabelled struct{ plot.Ticker }

// Ticks implements [plot.Ticker].
func (u unlabelled) Ticks(lo, hi float64) []plot.Tick {
	out := u.Ticker.Ticks(lo, hi)
	for i := range out {
		out[i].Label = " "
	}
	return out
}

func learnersOf(panels []Panel) []string {
	var all []eval.Curve
	for _, p := range panels {
		all = append(all, p.Curves...)
	}
	return unique(all, func(c eval.Curve) string { return c.Learner })
}

func curveLegend(panels []Panel, styles map[string]style) []entry {
	var legend []entry
	for _, name := range learnersOf(panels) {
		legend = append(legend, styles[name].lineEntry(name))
	}
	banded := func(c eval.Curve) bool { return len(c.Lo) > 0 }
	if slices.ContainsFunc(panels, func(p Panel) bool { return slices.ContainsFunc(p.Curves, banded) }) {
		grey := &plotter.Polygon{Color: translucent(color.NRGBA{A: 0xff})}
		legend = append(legend, entry{"95 % confidence", lineThumb, []plot.Thumbnailer{grey}})
	}
	return legend
}

func altOfCurves(title string, panels []Panel) string {
	var b strings.Builder
	b.WriteString(sentence(title))
	for _, p := range panels {
		fmt.Fprintf(&b, " %s:", strings.TrimPrefix(clean(p.Title+", "+p.YLabel), ", "))
		for i, c := range p.Curves {
			last := len(c.N) - 1
			fmt.Fprintf(&b, "%s %s %.3f at n = %d", []string{"", ";"}[min(i, 1)], clean(c.Learner), c.Mean[last], c.N[last])
		}
		b.WriteString(".")
	}
	return b.String()
}
