package figure

import (
	"fmt"
	"math"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// painter is a plotter made of a function.
type painter func(c draw.Canvas, p *plot.Plot)

// Plot implements [plot.Plotter].
func (paint painter) Plot(c draw.Canvas, p *plot.Plot) { paint(c, p) }

// newPlot is an empty panel in the library's style.
func newPlot(title, xlabel, ylabel string) *plot.Plot {
	p := plot.New()
	p.BackgroundColor = nil
	p.Title.Text, p.Title.Padding = clean(title), 1
	style := p.Title.TextStyle
	p.Title.TextStyle = bold(panelSize)
	p.Title.TextStyle.XAlign, p.Title.TextStyle.YAlign = style.XAlign, style.YAlign
	dress(&p.X, xlabel)
	dress(&p.Y, ylabel)
	return p
}

// gridLines is a light grid at the ticks.
func gridLines() *plotter.Grid {
	line := draw.LineStyle{Color: gridLine, Width: .8}
	return &plotter.Grid{Vertical: line, Horizontal: line}
}

func dress(a *plot.Axis, label string) {
	style := plain(labelSize)
	a.Label.Text, a.Label.Padding = fit(label, style, widestLabel), 4
	a.Label.TextStyle.Font, a.Label.TextStyle.Color = style.Font, ink
	a.Tick.Label.Font, a.Tick.Label.Color = plain(tickSize).Font, ink
	a.LineStyle = draw.LineStyle{Color: ink, Width: .8}
	a.Tick.LineStyle, a.Tick.Length = a.LineStyle, 3.5
	a.Tick.Marker = ticks(6)
	a.Padding = 0
}

// wrapTitles breaks the panels' titles into lines that fit their columns.
func wrapTitles(rows [][]*plot.Plot, column vg.Length) {
	for _, row := range rows {
		for _, p := range row {
			if p != nil {
				p.Title.Text = wrap(p.Title.Text, p.Title.TextStyle, column)
			}
		}
	}
}

// ticks places about that many labels at round numbers.
type ticks int

// Ticks implements [plot.Ticker].
func (n ticks) Ticks(lo, hi float64) []plot.Tick {
	step := roundUp((hi - lo) / float64(n))
	if step == 0 || math.IsInf(step, 0) {
		return nil
	}
	const slack = 1e-9
	first := math.Ceil(lo/step - slack)
	count := int(math.Floor(hi/step+slack) - first)
	decimals := max(0, -int(math.Floor(math.Log10(step)+slack)))
	var out []plot.Tick
	for i := range count + 1 {
		v := (first + float64(i)) * step
		out = append(out, plot.Tick{Value: v, Label: number(v, decimals, step)})
	}
	return out
}

// roundUp is the least of 1, 2, 5 × 10^k that is at least x.
func roundUp(x float64) float64 {
	unit := math.Pow(10, math.Floor(math.Log10(x)))
	for _, m := range []float64{1, 2, 5} {
		if m*unit >= x*(1-1e-9) {
			return m * unit
		}
	}
	return 10 * unit
}

func number(v float64, decimals int, step float64) string {
	switch {
	case v == 0:
		return "0"
	case step >= 1e6:
		return strconv.FormatFloat(v/1e6, 'g', 4, 64) + "M"
	case step >= 1e3:
		return strconv.FormatFloat(v/1e3, 'g', 4, 64) + "k"
	case decimals > 6:
		return strconv.FormatFloat(v, 'g', 4, 64)
	}
	return strconv.FormatFloat(v, 'f', decimals, 64)
}

// logTicks labels 1, 2 and 5 times the powers of ten, or only the powers where
// there are many.
type logTicks struct{}

// Ticks implements [plot.Ticker].
func (logTicks) Ticks(lo, hi float64) []plot.Tick {
	factors := []float64{1, 2, 5}
	if math.Log10(hi/lo) > 3 {
		factors = factors[:1]
	}
	var out []plot.Tick
	last := math.Ceil(math.Log10(hi))
	for k := math.Floor(math.Log10(lo)); k <= last; k++ {
		for _, m := range factors {
			if v := m * math.Pow(10, k); v >= lo*(1-1e-9) && v <= hi*(1+1e-9) {
				label := strconv.FormatFloat(v, 'g', 4, 64)
				if v >= 1e3 {
					label = number(v, 0, v)
				}
				out = append(out, plot.Tick{Value: v, Label: label})
			}
		}
	}
	return out
}

// names labels the integers 0, 1, … of an axis, each no wider than width.
func names(labels []string, width vg.Length) plot.ConstantTicks {
	out := make(plot.ConstantTicks, len(labels))
	for i, l := range labels {
		out[i] = plot.Tick{Value: float64(i), Label: fit(l, plain(labelSize), width)}
	}
	return out
}

// drawable says why v cannot be drawn, if so.
func drawable(v float64) error {
	const limit = 1e12
	if math.IsNaN(v) || math.Abs(v) > limit {
		return fmt.Errorf("%g, which cannot be drawn", v)
	}
	return nil
}
