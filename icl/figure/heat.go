package figure

import (
	"fmt"
	"image/color"
	"math"
	"strconv"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Span is a named range of rows or columns, such as a slot of the residual stream.
type Span struct {
	Name string
	Size int
}

// HeatMap is a matrix whose rows and columns fall into named spans.
type HeatMap struct {
	Title      string
	Rows, Cols []Span
	Values     [][]float64
}

const (
	mostCells   = 60  // along a side of a heat map
	numberCells = 420 // up to here cells hold their numbers
)

// HeatMaps draws matrices side by side, first row on top: positive values orange,
// negative ones blue, zeros white, each map to its own largest value. Small maps
// have their numbers written in.
func HeatMaps(title string, maps ...HeatMap) *Figure {
	const most = 3
	if len(maps) == 0 || len(maps) > most {
		return failed("%d heat maps in %q; want 1 to %d", len(maps), title, most)
	}
	f := &Figure{title: clean(title), alt: sentence(title)}
	var panels []*plot.Plot
	for _, m := range maps {
		if err := m.check(); err != nil {
			return failed("heat map %q: %w", m.Title, err)
		}
		panels = append(panels, m.plot(pageWidth/vg.Length(len(maps))))
		f.alt += " " + m.alt()
		f.aspect = max(f.aspect, float64(len(m.Values))/float64(len(m.Values[0])))
	}
	f.aspect = min(max(f.aspect, .15), 1.1)
	if len(maps) == 1 {
		f.aspect = min(f.aspect, .6)
	}
	f.panels = grid(panels, len(panels))
	return f
}

func sizeOf(spans []Span) int {
	size := 0
	for _, s := range spans {
		size += s.Size
	}
	return size
}

func (m HeatMap) check() error {
	rows, cols := sizeOf(m.Rows), sizeOf(m.Cols)
	for _, s := range append(append([]Span{}, m.Rows...), m.Cols...) {
		if s.Size < 1 {
			return fmt.Errorf("span %q of %d; want at least 1", s.Name, s.Size)
		}
	}
	if rows < 1 || cols < 1 || rows > mostCells || cols > mostCells || len(m.Values) != rows {
		return fmt.Errorf("%d rows of values for spans of %d rows and %d columns; want 1 to %d of each", len(m.Values), rows, cols, mostCells)
	}
	for i, row := range m.Values {
		if len(row) != cols {
			return fmt.Errorf("row %d has %d values, want %d", i, len(row), cols)
		}
		for j, v := range row {
			if err := drawable(v); err != nil {
				return fmt.Errorf("row %d, column %d holds %w", i, j, err)
			}
		}
	}
	return nil
}

func (m HeatMap) plot(width vg.Length) *plot.Plot {
	p := newPlot(m.Title, "", "")
	rows, cols := len(m.Values), len(m.Values[0])
	p.Add(painter(func(c draw.Canvas, _ *plot.Plot) { m.paint(&c) }))
	cellAxes(p, rows, cols)
	p.X.Tick.Marker = spanTicks(m.Cols, width*.8/vg.Length(cols), false)
	p.Y.Tick.Marker = spanTicks(m.Rows, 90, true)
	return p
}

// spanTicks labels the middle of each span. Where cells are narrow, names get the
// width of their span.
func spanTicks(spans []Span, cell vg.Length, upwards bool) plot.ConstantTicks {
	var out plot.ConstantTicks
	total, at := float64(sizeOf(spans)), 0.
	for _, s := range spans {
		middle, width := at+float64(s.Size-1)/2, max(cell*vg.Length(s.Size), 16)
		if upwards {
			middle, width = total-1-middle, cell
		}
		out = append(out, plot.Tick{Value: middle, Label: fit(s.Name, plain(tickSize), width)})
		at += float64(s.Size)
	}
	return out
}

var (
	positive = color.NRGBA{0xe6, 0x8a, 0x2e, 0xff}
	negative = color.NRGBA{0x3f, 0x7f, 0xbf, 0xff}
)

func (m HeatMap) paint(c *draw.Canvas) {
	rows, cols := len(m.Values), len(m.Values[0])
	top := 1e-300
	for _, row := range m.Values {
		for _, v := range row {
			top = max(top, math.Abs(v))
		}
	}
	style := plain(vg.Length(min(tickSize, max(6, 300/float64(max(rows, cols))))))
	style.XAlign, style.YAlign = draw.XCenter, draw.YCenter
	for i, row := range m.Values {
		for j, v := range row {
			box := cellBox(c, i, j, rows, cols)
			hue := positive
			if v < 0 {
				hue = negative
			}
			c.SetColor(mix(white, hue, math.Abs(v)/top))
			c.Fill(box.Path())
			if v != 0 && rows*cols <= numberCells {
				c.FillText(style, vg.Point{X: (box.Min.X + box.Max.X) / 2, Y: (box.Min.Y + box.Max.Y) / 2}, brief(v))
			}
		}
	}
	m.frames(c)
}

// brief writes a number in few characters.
func brief(v float64) string {
	if math.Abs(v) < .005 {
		return "·"
	}
	s := strconv.FormatFloat(v, 'f', 2, 64)
	if math.Abs(v) >= 10 {
		s = strconv.FormatFloat(v, 'f', 0, 64)
	}
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return strings.Replace(strings.Replace(s, "0.", ".", 1), "-", "−", 1)
}

// frames draws lines between the spans, and around all.
func (m HeatMap) frames(c *draw.Canvas) {
	line := draw.LineStyle{Color: color.NRGBA{0x8a, 0x8a, 0x8a, 0xff}, Width: .9}
	size := c.Size()
	at := 0
	for _, s := range append([]Span{{"", 0}}, m.Cols...) {
		at += s.Size
		x := c.Min.X + size.X*vg.Length(at)/vg.Length(len(m.Values[0]))
		c.StrokeLine2(line, x, c.Min.Y, x, c.Max.Y)
	}
	at = 0
	for _, s := range append([]Span{{"", 0}}, m.Rows...) {
		at += s.Size
		y := c.Max.Y - size.Y*vg.Length(at)/vg.Length(len(m.Values))
		c.StrokeLine2(line, c.Min.X, y, c.Max.X, y)
	}
}

// alt names the blocks that are not zero.
func (m HeatMap) alt() string {
	var blocks []string
	row := 0
	for _, r := range m.Rows {
		col := 0
		for _, s := range m.Cols {
			top := 0.
			for _, values := range m.Values[row : row+r.Size] {
				for _, v := range values[col : col+s.Size] {
					if math.Abs(v) > math.Abs(top) {
						top = v
					}
				}
			}
			if top != 0 {
				blocks = append(blocks, fmt.Sprintf("%s, %s (largest %s)", clean(r.Name), clean(s.Name), brief(top)))
			}
			col += s.Size
		}
		row += r.Size
	}
	const most = 12
	more := ""
	if len(blocks) > most {
		more = fmt.Sprintf(" and %d more", len(blocks)-most)
		blocks = blocks[:most]
	}
	return fmt.Sprintf("%s: not zero at %s%s.", clean(m.Title), strings.Join(blocks, "; "), more)
}
