package figure

import (
	"cmp"
	"fmt"
	"image/color"
	"slices"
	"strings"

	"github.com/goicl/goicl/icl/eval"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

func checkEstimate(v eval.Estimate) error {
	if err := cmp.Or(drawable(v.Mean), drawable(v.Lo), drawable(v.Hi)); err != nil {
		return err
	}
	if v.Lo > v.Hi {
		return fmt.Errorf("an interval from %g to %g; want Lo ≤ Hi", v.Lo, v.Hi)
	}
	return nil
}

// Table draws a table in cells. A row's first text is its name, and the header's first one
// names the axis of rows or, as in "trained on \\ tested on", both axes. In a cell, what
// follows a line break, or begins with "±", stands smaller below. Tints shade the
// cells from the least (white) to the greatest. The diagonal of a square table with tints
// is framed. The description ends with the table's note, which is not drawn.
func Table(title string, t eval.Table) *Figure {
	rows, cols, cells, err := cellsOf(t)
	if err != nil {
		return failed("table %q: %w", title, err)
	}
	ylabel, xlabel, _ := strings.Cut(t.Header[0], `\`)
	f := drawTable(title, xlabel, ylabel, rows, cols, cells)
	f.alt = sentence(title)
	for i, row := range rows {
		f.alt += " " + capital(clean(ylabel+" "+row)) + ":"
		for j, col := range cols {
			f.alt += []string{" ", "; "}[min(j, 1)] + clean(col+" "+cells[i][j].text)
			if note := clean(cells[i][j].note); strings.HasPrefix(note, "±") {
				f.alt += " " + note
			} else if note != "" {
				f.alt += " (" + note + ")"
			}
		}
		f.alt += "."
	}
	if t.Note != "" {
		f.alt += " " + sentence(t.Note)
	}
	return f
}

func capital(s string) string {
	r := []rune(s)
	return strings.ToUpper(string(r[:min(1, len(r))])) + string(r[min(1, len(r)):])
}

// cell is a field of a table: a text, a smaller note below it, and how deep it is tinted,
// from 0 to 1.
type cell struct {
	text, note string
	tint       float64
	framed     bool
}

// cellsOf are the names and cells of a table.
func cellsOf(t eval.Table) (rows, cols []string, cells [][]cell, err error) {
	const most = 12
	if n, m := len(t.Rows), len(t.Header)-1; n < 1 || m < 1 || n > most || m > most {
		return nil, nil, nil, fmt.Errorf("%d rows and %d columns beside their names; want 1 to %d of each", n, max(0, m), most)
	}
	if len(t.Tints) > 0 && len(t.Tints) != len(t.Rows) {
		return nil, nil, nil, fmt.Errorf("%d rows of tints for %d rows", len(t.Tints), len(t.Rows))
	}
	cols = t.Header[1:]
	for i, row := range t.Rows {
		if len(row) != len(t.Header) || len(t.Tints) > 0 && len(t.Tints[i]) != len(cols) {
			return nil, nil, nil, fmt.Errorf("row %d has %d cells and %d tints for a header of %d; want a tint for each cell but the first, or no tints", i, len(row), len(append(t.Tints, nil)[min(i, len(t.Tints))]), len(t.Header))
		}
		rows, cells = append(rows, row[0]), append(cells, make([]cell, len(cols)))
		for j, text := range row[1:] {
			c := &cells[i][j]
			c.text, c.note, _ = strings.Cut(strings.Replace(text, " ±", "\n±", 1), "\n")
			c.framed = i == j && len(t.Rows) == len(cols) && len(t.Tints) > 0
		}
	}
	return rows, cols, cells, tint(cells, t.Tints)
}

// tint shades the cells from the least to the greatest of tints.
func tint(cells [][]cell, tints [][]float64) error {
	all := slices.Concat(tints...)
	for k, v := range all {
		if err := drawable(v); err != nil {
			return fmt.Errorf("tint %d is %w", k, err)
		}
	}
	for i, row := range tints {
		for j, v := range row {
			cells[i][j].tint = (v - slices.Min(all)) / max(slices.Max(all)-slices.Min(all), 1e-12)
		}
	}
	return nil
}

func drawTable(title, xlabel, ylabel string, rows, cols []string, cells [][]cell) *Figure {
	upwards := slices.Clone(rows)
	slices.Reverse(upwards)
	p := newPlot("", xlabel, ylabel)
	p.Add(painter(func(c draw.Canvas, _ *plot.Plot) {
		for i := range rows {
			for j, v := range cells[i] {
				drawCell(&c, cellBox(&c, i, j, len(rows), len(cols)), v)
			}
		}
		for i := range rows {
			for j, v := range cells[i] {
				if v.framed {
					drawFrame(&c, inset(cellBox(&c, i, j, len(rows), len(cols)), 2))
				}
			}
		}
	}))
	cellAxes(p, len(rows), len(cols))
	p.X.Tick.Marker, p.Y.Tick.Marker = names(cols, 100), names(upwards, 130)
	return &Figure{
		title: clean(title), panels: [][]*plot.Plot{{p}},
		widest: 160 + 110*vg.Length(len(cols)), aspect: .42 * float64(len(rows)) / float64(len(cols)),
	}
}

// cellAxes fits the axes, without lines, to cells.
func cellAxes(p *plot.Plot, rows, cols int) {
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = -.5, float64(cols)-.5, -.5, float64(rows)-.5
	p.X.Width, p.Y.Width, p.X.Tick.Width, p.Y.Tick.Width = 0, 0, 0, 0
}

func cellBox(c *draw.Canvas, i, j, rows, cols int) vg.Rectangle {
	size := c.Size()
	w, h := size.X/vg.Length(cols), size.Y/vg.Length(rows)
	at := vg.Point{X: c.Min.X + vg.Length(j)*w, Y: c.Max.Y - vg.Length(i+1)*h}
	return vg.Rectangle{Min: at, Max: at.Add(vg.Point{X: w, Y: h})}
}

func inset(r vg.Rectangle, by vg.Length) vg.Rectangle {
	d := vg.Point{X: by, Y: by}
	return vg.Rectangle{Min: r.Min.Add(d), Max: r.Max.Sub(d)}
}

func drawCell(c *draw.Canvas, box vg.Rectangle, v cell) {
	deep := color.NRGBA{0x7f, 0xa8, 0xd6, 0xff}
	c.SetColor(mix(white, deep, v.tint))
	c.Fill(inset(box, 1).Path())
	c.SetLineStyle(draw.LineStyle{Color: gridLine, Width: .8})
	c.Stroke(inset(box, 1).Path())
	center := vg.Point{X: (box.Min.X + box.Max.X) / 2, Y: (box.Min.Y + box.Max.Y) / 2}
	style := bold(titleSize)
	style.XAlign, style.YAlign = draw.XCenter, draw.YBottom
	c.FillText(style, center.Sub(vg.Point{Y: 1}), fit(v.text, style, box.Size().X))
	style = plain(tickSize)
	style.XAlign, style.YAlign = draw.XCenter, draw.YTop
	c.FillText(style, center, fit(v.note, style, box.Size().X))
}

// drawFrame goes along the first side twice, so that all corners are joined.
func drawFrame(c *draw.Canvas, r vg.Rectangle) {
	a, b := r.Min, vg.Point{X: r.Max.X, Y: r.Min.Y}
	corners := []vg.Point{a, b, r.Max, {X: r.Min.X, Y: r.Max.Y}, a, b}
	c.StrokeLines(draw.LineStyle{Color: ink, Width: 2}, corners)
}
