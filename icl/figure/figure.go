// Package figure draws the results of experiments: accuracy curves with
// confidence bands, training loss, tasks and decision maps, cross tables, dots
// with whiskers. Each function takes plain data and returns a [Figure], which is
// written as PNG, SVG or PDF from one source.
//
// All figures share one look: a page 675 points wide (900 pixels on a screen,
// drawn at twice that), a legend below the panels, and one line style for each
// learner in every figure, told apart by dashes and markers as well as colour so
// that they survive a black-and-white printer.
package figure

import (
	"bytes"
	"fmt"
	"html"
	"image"
	"image/png"
	"path/filepath"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"

	"github.com/goicl/goicl/internal/files"
	"github.com/goicl/goicl/internal/outline"
)

const (
	maxPanels = 12       // a page with more is unreadable, and huge
	pngBudget = 80 << 10 // bytes; a notebook holds about eight figures in a megabyte
)

// Figure is a grid of panels with a title above and a legend below. The
// functions of this package make it; what was wrong with their data, if
// anything, is the error of [Figure.PNG], [Figure.SVG], [Figure.PDF] and [Figure.Save]. The
// same data gives the same bytes. A Figure is not safe for concurrent use.
type Figure struct {
	title  string
	alt    string
	panels [][]*plot.Plot // rows of equal length; nil where a row is not full
	widest vg.Length      // greatest width of a column of panels; 0: no limit
	aspect float64        // height/width of a panel's data area
	legend []entry
	err    error
}

// Alt describes the figure in words, with its main numbers: the text for who
// cannot see it, and what is printed where there is no screen.
func (f *Figure) Alt() string {
	if f.err != nil {
		return f.err.Error()
	}
	return strings.TrimSpace(f.alt)
}

const screen = 96 // dots per inch

// PNG renders the figure, 1800 pixels wide for a page of 900 screen pixels. One
// so full that its file would be large is 1350 pixels wide.
func (f *Figure) PNG() ([]byte, error) {
	data, err := f.png(2*screen, png.BestCompression)
	if len(data) > pngBudget {
		return f.png(screen*3/2, png.BestCompression)
	}
	return data, err
}

// Draft renders the figure 900 pixels wide, in a fifth of the time of [Figure.PNG]: for a
// picture that is soon replaced by the next, or stands in for an SVG.
func (f *Figure) Draft() ([]byte, error) { return f.png(screen, png.DefaultCompression) }

func (f *Figure) png(dpi int, level png.CompressionLevel) ([]byte, error) {
	var out bytes.Buffer
	err := f.render(func(w, h vg.Length) error {
		c := vgimg.NewWith(vgimg.UseWH(w, h), vgimg.UseDPI(dpi))
		f.draw(draw.New(c))
		enc := png.Encoder{CompressionLevel: level}
		return enc.Encode(&out, reduce(c.Image().(*image.RGBA)))
	})
	return out.Bytes(), err
}

// SVG renders the figure as an SVG document. Text stays text, set in Liberation
// Sans or, where that is not installed, in a font of the same widths.
func (f *Figure) SVG() ([]byte, error) {
	var out bytes.Buffer
	err := f.render(func(w, h vg.Length) error {
		c := vgsvg.New(w, h)
		f.draw(draw.New(c))
		_, err := c.WriteTo(&out)
		return err
	})
	const family, head = "font-family:Liberation Sans", `xmlns:xlink="http://www.w3.org/1999/xlink">`
	doc := strings.ReplaceAll(out.String(), family, family+",Arial,Helvetica,sans-serif")
	doc = strings.Replace(doc, head, head+"\n<title>"+html.EscapeString(f.alt)+"</title>", 1)
	return []byte(doc), err
}

// PDF renders the figure as a page of PDF, for a paper. Text is drawn as outlines.
func (f *Figure) PDF() (data []byte, err error) {
	err = f.render(func(w, h vg.Length) (err error) {
		data, err = outline.PDF(w, h, f.draw)
		return err
	})
	return data, err
}

// Save writes the figure to path, whose extension (.png, .svg or .pdf) decides the
// format. The file appears whole or not at all.
func (f *Figure) Save(path string) error {
	encode := f.PNG
	switch ext := filepath.Ext(path); strings.ToLower(ext) {
	case ".png":
	case ".svg":
		encode = f.SVG
	case ".pdf":
		encode = f.PDF
	default:
		return fmt.Errorf("figure: cannot save %s: unknown extension %q; use .png, .svg or .pdf", path, ext)
	}
	data, err := encode()
	if err != nil {
		return err
	}
	if err := files.Write(path, data); err != nil {
		return fmt.Errorf("figure: cannot save %s: %w", path, err)
	}
	return nil
}

// render runs paint with the size of the page. The plotting library panics on
// what it cannot draw; here a panic becomes an error.
func (f *Figure) render(paint func(w, h vg.Length) error) (err error) {
	if f.err != nil {
		return f.err
	}
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("figure: cannot draw %q: %v", f.title, r)
		}
	}()
	return paint(pageWidth, f.height())
}

// failed is the figure whose data cannot be drawn.
func failed(format string, args ...any) *Figure {
	return &Figure{err: fmt.Errorf("figure: "+format, args...)}
}
