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

// inWords is an estimate with half the width of its interval.
func inWords(v eval.Estimate) string { return fmt.Sprintf("%.3f ±%.3f", v.Mean, (v.Hi-v.Lo)/2) }

// CrossTable draws cells[i][j], the accuracy of what was trained on rows[i] when
// tested on cols[j], as a table of numbers with half the width of their
// intervals, tinted from the least (white) to the greatest. The diagonal of a
// square table is framed.
func CrossTable(title string, rows, cols []string, cells [][]eval.Estimate) *Figure {
	least, greatest, err := checkCells(rows, cols, cells)
	if err != nil {
		return failed("table %q: %w", title, err)
	}
	texts := make([][]Cell, len(rows))
	for i := range rows {
		for j, v := range cells[i] {
			text, note, _ := strings.Cut(inWords(v), " ")
			framed := i == j && len(rows) == len(cols)
			texts[i] = append(texts[i], Cell{text, note, (v.Mean - least) / max(greatest-least, 1e-12), framed})
		}
	}
	f := table(title, "tested on", "trained on", rows, cols, texts)
	f.alt = altOfTable(title, rows, cols, cells)
	return f
}

// Cell is a field of a [Table]: a text, a smaller note below it, and how deep it is
// tinted, from 0 to 1.
type Cell struct {
	Text, Note string
	Tint       float64
	Framed     bool
}

// Table draws words and numbers in fields, of rows and columns that have names.
func Table(title string, rows, cols []string, cells [][]Cell) *Figure {
	if err := checkTable(rows, cols, cells); err != nil {
		return failed("table %q: %w", title, err)
	}
	f := table(title, "", "", rows, cols, cells)
	f.alt = sentence(title)
	for i, row := range rows {
		for j, col := range cols {
			v := cells[i][j]
			f.alt += fmt.Sprintf("%s %s: %s", []string{" " + clean(row) + ".", ";"}[min(j, 1)], clean(col), clean(v.Text))
			if v.Note != "" {
				f.alt += fmt.Sprintf(" (%s)", clean(v.Note))
			}
		}
		f.alt += "."
	}
	return f
}

func table(title, xlabel, ylabel string, rows, cols []string, cells [][]Cell) *Figure {
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
				if v.Framed {
					drawFrame(&c, inset(cellBox(&c, i, j, len(rows), len(cols)), 2))
				}
			}
		}
	}))
	p.X.Min, p.X.Max = -.5, float64(len(cols))-.5
	p.Y.Min, p.Y.Max = -.5, float64(len(rows))-.5
	p.X.Tick.Marker, p.Y.Tick.Marker = names(cols, 100), names(upwards, 130)
	p.X.Width, p.Y.Width = 0, 0
	p.X.Tick.Width, p.Y.Tick.Width = 0, 0
	return &Figure{
		title: clean(title), panels: [][]*plot.Plot{{p}},
		widest: 160 + 110*vg.Length(len(cols)), aspect: .42 * float64(len(rows)) / float64(len(cols)),
	}
}

// checkTable wants as many rows and cells a row as there are names.
func checkTable[T any](rows, cols []string, cells [][]T) error {
	const most = 12
	if len(rows) == 0 || len(cols) == 0 || len(rows) > most || len(cols) > most || len(cells) != len(rows) {
		return fmt.Errorf("%d rows of cells for %d row and %d column names; want 1 to %d of each", len(cells), len(rows), len(cols), most)
	}
	for i, row := range rows {
		if len(cells[i]) != len(cols) {
			return fmt.Errorf("row %q has %d cells, want %d", row, len(cells[i]), len(cols))
		}
	}
	return nil
}

func checkCells(rows, cols []string, cells [][]eval.Estimate) (least, greatest float64, err error) {
	if err := checkTable(rows, cols, cells); err != nil {
		return 0, 0, err
	}
	least, greatest = cells[0][0].Mean, cells[0][0].Mean
	for i, row := range cells {
		for j, v := range row {
			if err := checkEstimate(v); err != nil {
				return 0, 0, fmt.Errorf("row %q, column %q: %w", rows[i], cols[j], err)
			}
			least, greatest = min(least, v.Mean), max(greatest, v.Mean)
		}
	}
	return least, greatest, nil
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

func drawCell(c *draw.Canvas, box vg.Rectangle, v Cell) {
	deep := color.NRGBA{0x7f, 0xa8, 0xd6, 0xff}
	c.SetColor(mix(white, deep, v.Tint))
	c.Fill(inset(box, 1).Path())
	c.SetLineStyle(draw.LineStyle{Color: gridLine, Width: .8})
	c.Stroke(inset(box, 1).Path())
	center := vg.Point{X: (box.Min.X + box.Max.X) / 2, Y: (box.Min.Y + box.Max.Y) / 2}
	style := bold(titleSize)
	style.XAlign, style.YAlign = draw.XCenter, draw.YBottom
	c.FillText(style, center.Sub(vg.Point{Y: 1}), v.Text)
	style = plain(tickSize)
	style.XAlign, style.YAlign = draw.XCenter, draw.YTop
	c.FillText(style, center, v.Note)
}

// drawFrame goes along the first side twice, so that all corners are joined.
func drawFrame(c *draw.Canvas, r vg.Rectangle) {
	a, b := r.Min, vg.Point{X: r.Max.X, Y: r.Min.Y}
	corners := []vg.Point{a, b, r.Max, {X: r.Min.X, Y: r.Max.Y}, a, b}
	c.StrokeLines(draw.LineStyle{Color: ink, Width: 2}, corners)
}

func altOfTable(title string, rows, cols []string, cells [][]eval.Estimate) string {
	var b strings.Builder
	b.WriteString(sentence(title))
	for i, row := range rows {
		fmt.Fprintf(&b, " Trained on %s:", clean(row))
		for j, col := range cols {
			fmt.Fprintf(&b, "%s %s %s", []string{"", ";"}[min(j, 1)], clean(col), inWords(cells[i][j]))
		}
		b.WriteString(".")
	}
	return b.String()
}
