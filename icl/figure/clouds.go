package figure

import (
	"cmp"
	"fmt"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
)

// Cloud is a named set of points in the plane.
type Cloud struct {
	Name string
	X, Y []float64
}

// Clouds draws clouds of points in one plane with equal axes, each in its own shape
// and colour: the weights of tasks from several domains, say.
func Clouds(title, xlabel, ylabel string, clouds ...Cloud) *Figure {
	if len(clouds) == 0 || len(clouds) > len(classes) {
		return failed("%d clouds in %q; want 1 to %d", len(clouds), title, len(classes))
	}
	p := newPlot("", xlabel, ylabel)
	p.Add(gridLines())
	f := &Figure{title: clean(title), alt: sentence(title), panels: [][]*plot.Plot{{p}}, aspect: 1, widest: 420}
	box := nowhere()
	for i, c := range clouds {
		points, err := c.points(&box)
		if err != nil {
			return failed("cloud %q: %w", c.Name, err)
		}
		p.Add(&plotter.Scatter{XYs: points, GlyphStyle: classes[i].glyph(.6 * dotRadius)})
		f.legend = append(f.legend, classes[i].dotEntry(clean(c.Name)))
		x, y := 0., 0.
		for _, p := range points {
			x, y = x+p.X/float64(len(points)), y+p.Y/float64(len(points))
		}
		f.alt += fmt.Sprintf(" %s: %d points around (%.2f, %.2f).", clean(c.Name), len(points), x, y)
	}
	side := max(box.right-box.left, box.top-box.bottom, 1e-9) * 1.1
	x, y := (box.left+box.right-side)/2, (box.bottom+box.top-side)/2
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = x, x+side, y, y+side
	return f
}

// bounds is a rectangle.
type bounds struct{ left, bottom, right, top float64 }

// nowhere is a rectangle to grow from.
func nowhere() bounds { return bounds{math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)} }

func (b *bounds) grow(x, y float64) {
	b.left, b.right = min(b.left, x), max(b.right, x)
	b.bottom, b.top = min(b.bottom, y), max(b.top, y)
}

// points are those of the cloud; box grows around them.
func (c Cloud) points(box *bounds) (plotter.XYs, error) {
	if len(c.X) == 0 || len(c.X) != len(c.Y) {
		return nil, fmt.Errorf("%d and %d coordinates; want as many of each, at least one", len(c.X), len(c.Y))
	}
	points := make(plotter.XYs, len(c.X))
	for i, x := range c.X {
		y := c.Y[i]
		if err := cmp.Or(drawable(x), drawable(y)); err != nil {
			return nil, err
		}
		points[i] = plotter.XY{X: x, Y: y}
		box.grow(x, y)
	}
	return points, nil
}
