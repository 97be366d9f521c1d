package figure

import (
	"cmp"
	"fmt"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
)

// Plane is a panel over a real x: functions as Lines through their points, examples of
// them as Points.
type Plane struct {
	Title         string
	XLabel        string // empty: "x"
	YLabel        string // empty: "y"
	Lines, Points []Cloud
}

// Lines draws functions of one variable and points beside them, in panels that share
// both axes. A line has the look of the learner it is named after.
func Lines(title string, panels ...Plane) *Figure {
	if len(panels) == 0 || len(panels) > maxPanels {
		return failed("%d panels in %q; want 1 to %d", len(panels), title, maxPanels)
	}
	lines, points := lookOf(panels)
	box := nowhere()
	alt := sentence(title)
	var plots []*plot.Plot
	for _, p := range panels {
		drawn, err := p.plot(lines, points, &box)
		if err != nil {
			return failed("panel %q: %w", p.Title, err)
		}
		plots, alt = append(plots, drawn), alt+" "+p.alt()
	}
	rimX, rimY := .03*max(box.right-box.left, 1e-9), .06*max(box.top-box.bottom, 1e-9)
	for _, p := range plots {
		p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = box.left-rimX, box.right+rimX, box.bottom-rimY, box.top+rimY
	}
	cols := columns(len(plots))
	f := &Figure{title: clean(title), alt: alt, panels: grid(plots, cols), aspect: aspectOf(cols), legend: lineLegend(panels, lines, points)}
	wrapTitles(f.panels, pageWidth/3*.85)
	return f
}

// lookOf gives each name one style: of a learner to lines, of a class to points.
func lookOf(panels []Plane) (lines, points map[string]style) {
	var names []string
	points = map[string]style{}
	for _, p := range panels {
		for _, l := range p.Lines {
			names = append(names, l.Name)
		}
		for _, c := range p.Points {
			if _, ok := points[c.Name]; !ok {
				s := classes[len(points)%len(classes)]
				if len(points) == 0 && len(names) > 0 { // the first class has the colour of a line
					s.color = ink
				}
				points[c.Name] = s
			}
		}
	}
	return stylesFor(names), points
}

func (p Plane) plot(lines, points map[string]style, box *bounds) (*plot.Plot, error) {
	if len(p.Lines)+len(p.Points) == 0 {
		return nil, fmt.Errorf("no lines and no points; want at least one")
	}
	out := newPlot(p.Title, cmp.Or(p.XLabel, "x"), cmp.Or(p.YLabel, "y"))
	out.Add(gridLines())
	for _, l := range p.Lines {
		xy, err := l.points(box)
		if err != nil {
			return nil, fmt.Errorf("line %q: %w", l.Name, err)
		}
		out.Add(&plotter.Line{XYs: xy, LineStyle: lines[l.Name].line()})
	}
	for _, c := range p.Points {
		xy, err := c.points(box)
		if err != nil {
			return nil, fmt.Errorf("points %q: %w", c.Name, err)
		}
		out.Add(&plotter.Scatter{XYs: xy, GlyphStyle: points[c.Name].glyph(dotRadius)})
	}
	return out, nil
}

func (p Plane) alt() string {
	var parts []string
	for _, l := range p.Lines {
		first, last := 0, len(l.X)-1
		parts = append(parts, fmt.Sprintf("%s from (%.2f, %.2f) to (%.2f, %.2f)", clean(l.Name), l.X[first], l.Y[first], l.X[last], l.Y[last]))
	}
	for _, c := range p.Points {
		parts = append(parts, fmt.Sprintf("%d points, %s", len(c.X), clean(c.Name)))
	}
	return strings.TrimPrefix(clean(p.Title)+": ", ": ") + strings.Join(parts, "; ") + "."
}

func lineLegend(panels []Plane, lines, points map[string]style) []entry {
	var legend []entry
	seen := map[string]bool{}
	add := func(kind, name string, e entry) {
		if !seen[kind+name] {
			seen[kind+name] = true
			legend = append(legend, e)
		}
	}
	for _, p := range panels {
		for _, l := range p.Lines {
			s := lines[l.Name]
			e := s.lineEntry(clean(l.Name))
			e.thumbs = []plot.Thumbnailer{&plotter.Line{LineStyle: s.line()}}
			add("line", l.Name, e)
		}
		for _, c := range p.Points {
			add("points", c.Name, points[c.Name].dotEntry(clean(c.Name)))
		}
	}
	return legend
}
