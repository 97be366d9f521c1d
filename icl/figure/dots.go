package figure

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/goicl/goicl/icl/eval"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Dots draws estimates as dots with whiskers for their 95 % confidence intervals:
// groups (families, say) along the x axis, and within each group one dot for each
// learner, whose series has one estimate for each group and no N. The y axis, labelled
// ylabel, spans the data.
func Dots(title, ylabel string, groups []string, series []eval.Curve) *Figure {
	if err := checkSeries(groups, series); err != nil {
		return failed("dots %q: %w", title, err)
	}
	styles := stylesFor(unique(series, func(s eval.Curve) string { return s.Learner }))
	p := newPlot("", "", ylabel)
	lines := gridLines()
	lines.Vertical.Color = nil
	p.Add(lines)
	for i := range len(groups) - 1 {
		p.Add(upright(float64(i)+.5, draw.LineStyle{Color: gridLine, Width: 1.5}))
	}
	f := &Figure{title: clean(title), panels: [][]*plot.Plot{{p}}, aspect: .45, alt: altOfDots(title, ylabel, groups, series)}
	for k, s := range series {
		look := styles[s.Learner]
		if look.marker == nil {
			look.marker = &marker{corners: 5, star: true}
		}
		p.Add(whiskers(s, look, k, len(series))...)
		f.legend = append(f.legend, look.dotEntry(s.Learner))
	}
	f.legend = append(f.legend, entry{"95 % confidence", dotThumb, []plot.Thumbnailer{whisker{}}})
	lo, hi := spanOf(series)
	rim := max(hi-lo, 1e-3) * .06
	p.Y.Min, p.Y.Max = lo-rim, hi+rim
	p.X.Min, p.X.Max = -.5, float64(len(groups))-.5
	p.X.Tick.Marker, p.X.Tick.Width = names(groups, pageWidth*.9/vg.Length(len(groups))), 0
	p.X.Tick.Label.Font = plain(labelSize).Font
	return f
}

func checkSeries(groups []string, series []eval.Curve) error {
	if len(groups) == 0 || len(series) == 0 {
		return fmt.Errorf("%d groups and %d series; want at least one of each", len(groups), len(series))
	}
	seen := map[string]bool{}
	for _, s := range series {
		if seen[s.Learner] {
			return fmt.Errorf("two series of %q; give them different learner names", s.Learner)
		}
		seen[s.Learner] = true
		if n := len(groups); len(s.Mean) != n || len(s.Lo) != n || len(s.Hi) != n {
			return fmt.Errorf("series of %q has %d means, %d lower and %d upper ends for %d groups", s.Learner, len(s.Mean), len(s.Lo), len(s.Hi), n)
		}
		for i := range groups {
			if err := checkEstimate(estimate(s, i)); err != nil {
				return fmt.Errorf("series of %q, group %q: %w", s.Learner, groups[i], err)
			}
		}
	}
	return nil
}

func estimate(c eval.Curve, i int) eval.Estimate {
	return eval.Estimate{Mean: c.Mean[i], Lo: c.Lo[i], Hi: c.Hi[i]}
}

// whiskers are the dots of series k of several, which share each group's width.
func whiskers(c eval.Curve, s style, k, of int) []plot.Plotter {
	var out []plot.Plotter
	at := func(i int) float64 { return float64(i) + .8*((float64(k)+.5)/float64(of)-.5) }
	bar := draw.LineStyle{Color: s.color, Width: vg.Points(1.7)}
	var means plotter.XYs
	for i, mean := range c.Mean {
		out = append(out, &plotter.Line{XYs: plotter.XYs{{X: at(i), Y: c.Lo[i]}, {X: at(i), Y: c.Hi[i]}}, LineStyle: bar})
		means = append(means, plotter.XY{X: at(i), Y: mean})
	}
	return append(out, &plotter.Scatter{XYs: means, GlyphStyle: s.glyph(markerRadius)})
}

// whisker is the legend's sample of an interval.
type whisker struct{}

// Thumbnail implements [plot.Thumbnailer].
func (whisker) Thumbnail(c *draw.Canvas) {
	x := c.Center().X
	c.StrokeLine2(draw.LineStyle{Color: ink, Width: 1.7}, x, c.Min.Y, x, c.Max.Y)
}

// spanOf is the range of the curves with their intervals.
func spanOf(series []eval.Curve) (lo, hi float64) {
	lo, hi = math.Inf(1), math.Inf(-1)
	for _, s := range series {
		lo, hi = min(lo, slices.Min(s.Lo), slices.Min(s.Mean)), max(hi, slices.Max(s.Hi), slices.Max(s.Mean))
	}
	return lo, hi
}

func altOfDots(title, ylabel string, groups []string, series []eval.Curve) string {
	parts := make([]string, len(series))
	for i, s := range series {
		for j, group := range groups {
			parts[i] += fmt.Sprintf("%s %s %s", []string{":", ","}[min(j, 1)], clean(group), estimate(s, j))
		}
		parts[i] = clean(s.Learner) + parts[i]
	}
	return fmt.Sprintf("%s Shown: %s. %s.", sentence(title), clean(ylabel), strings.Join(parts, "; "))
}
