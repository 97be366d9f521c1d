package figure

import (
	"image/color"
	"strings"
	"unicode"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Lengths in points of 1/72 inch; the page is 900 screen pixels wide.
const (
	pageWidth   vg.Length = 675
	margin      vg.Length = 8
	panelGap    vg.Length = 14
	lineThumb   vg.Length = 32
	dotThumb    vg.Length = 14
	thumbGap    vg.Length = 5
	entryGap    vg.Length = 14
	legendLine  vg.Length = 18
	legendSpace vg.Length = 6
	widestLabel vg.Length = 200
)

// entry is one line of the legend: samples drawn over each other, and a name.
type entry struct {
	name   string
	thumb  vg.Length // width of the samples
	thumbs []plot.Thumbnailer
}

func (e entry) width() vg.Length {
	return e.thumb + thumbGap + plain(labelSize).Width(e.name)
}

// draw lays the figure out on a page: title, panels, legend.
func (f *Figure) draw(page draw.Canvas) {
	page.SetColor(color.White)
	page.Fill(page.Path())
	title := bold(titleSize)
	title.XAlign, title.YAlign = draw.XCenter, draw.YTop
	page.FillText(title, vg.Point{X: page.Center().X, Y: page.Max.Y - margin}, f.wrapped())
	f.drawLegend(page)
	tiles := f.tiles()
	area := f.area(page)
	for i, row := range plot.Align(f.panels, tiles, area) {
		for j, c := range row {
			if p := f.panels[i][j]; p != nil {
				p.Draw(c)
			}
		}
	}
}

// height of the page that gives the panels' data areas the wanted aspect. Axes
// and titles take the same space on any page, so one trial layout measures it.
func (f *Figure) height() vg.Length {
	const trial = 2000
	page := draw.Canvas{Rectangle: vg.Rectangle{Max: vg.Point{X: pageWidth, Y: trial}}}
	first := plot.Align(f.panels, f.tiles(), f.area(page))[0][0]
	data := f.panels[0][0].DataCanvas(first).Size()
	return trial + vg.Length(len(f.panels))*(vg.Length(f.aspect)*data.X-data.Y)
}

func (f *Figure) tiles() draw.Tiles {
	return draw.Tiles{Rows: len(f.panels), Cols: len(f.panels[0]), PadX: panelGap, PadY: panelGap}
}

// area is the part of the page for the panels.
func (f *Figure) area(page draw.Canvas) draw.Canvas {
	side := margin
	cols := vg.Length(len(f.panels[0]))
	if used := cols*f.widest + (cols-1)*panelGap; f.widest > 0 && used < pageWidth-2*margin {
		side = (pageWidth - used) / 2
	}
	top := margin
	if f.title != "" {
		top += bold(titleSize).Height(f.wrapped()) + margin
	}
	bottom := margin
	if rows := len(f.legendRows()); rows > 0 {
		bottom += vg.Length(rows)*legendLine + legendSpace
	}
	return draw.Crop(page, side, -side, bottom, -top)
}

func (f *Figure) wrapped() string { return wrap(f.title, bold(titleSize), pageWidth-4*margin) }

// legendRows fills lines with entries, in order.
func (f *Figure) legendRows() [][]entry {
	var rows [][]entry
	var used vg.Length
	for _, e := range f.legend {
		if w := entryGap + e.width(); len(rows) == 0 || used+w > pageWidth-2*margin {
			rows, used = append(rows, []entry{e}), w
		} else {
			rows[len(rows)-1], used = append(rows[len(rows)-1], e), used+w
		}
	}
	return rows
}

func (f *Figure) drawLegend(page draw.Canvas) {
	rows := f.legendRows()
	y := page.Min.Y + margin + vg.Length(len(rows))*legendLine
	for _, row := range rows {
		y -= legendLine
		width := -entryGap
		for _, e := range row {
			width += entryGap + e.width()
		}
		x := page.Center().X - width/2
		for _, e := range row {
			e.draw(page, x, y)
			x += e.width() + entryGap
		}
	}
}

func (e entry) draw(page draw.Canvas, x, y vg.Length) {
	box := draw.Canvas{Canvas: page.Canvas, Rectangle: vg.Rectangle{
		Min: vg.Point{X: x, Y: y + 3},
		Max: vg.Point{X: x + e.thumb, Y: y + legendLine - 3},
	}}
	for _, t := range e.thumbs {
		t.Thumbnail(&box)
	}
	style := plain(labelSize)
	style.YAlign = draw.YCenter
	page.FillText(style, vg.Point{X: box.Max.X + thumbGap, Y: box.Center().Y + style.FontExtents().Descent}, e.name)
}

// wrap breaks s at spaces into lines no wider than width.
func wrap(s string, style text.Style, width vg.Length) string {
	var lines []string
	for _, word := range strings.Fields(s) {
		if n := len(lines); n > 0 && style.Width(lines[n-1]+" "+word) <= width {
			lines[n-1] += " " + word
		} else {
			lines = append(lines, fit(word, style, width))
		}
	}
	return strings.Join(lines, "\n")
}

// fit cuts s so that it is no wider than width.
func fit(s string, style text.Style, width vg.Length) string {
	s = clean(s)
	for cut := []rune(s); len(cut) > 0 && style.Width(s) > width; {
		cut = cut[:len(cut)-1]
		s = string(cut) + "…"
	}
	return s
}

// clean makes any string fit for one line of a drawing.
func clean(s string) string {
	const most = 300
	if runes := []rune(s); len(runes) > most {
		s = string(runes[:most]) + "…"
	}
	s = strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, strings.ToValidUTF8(s, "?"))
	return strings.Join(strings.Fields(s), " ")
}

// sentence ends a title with a full stop, if it has no end of its own.
func sentence(s string) string {
	s = clean(s)
	if s == "" || strings.ContainsAny(s[len(s)-1:], ".?!") {
		return s
	}
	return s + "."
}

// columns of a grid of that many panels: at most three, and two for four.
func columns(panels int) int {
	if panels == 4 {
		return 2
	}
	return min(3, panels)
}

// aspectOf is the aspect of panels of which that many stand in a row.
func aspectOf(cols int) float64 { return [3]float64{.45, .75, .95}[min(cols, 3)-1] }

// grid arranges panels in rows.
func grid(panels []*plot.Plot, cols int) [][]*plot.Plot {
	var rows [][]*plot.Plot
	for len(panels) > 0 {
		row := make([]*plot.Plot, cols)
		panels = panels[copy(row, panels):]
		rows = append(rows, row)
	}
	return rows
}
