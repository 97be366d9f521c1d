package pictures

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"

	"golang.org/x/image/font"
	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/math/fixed"

	"github.com/goicl/goicl/datasets"
)

// Sheet is a picture of rows of images, each row with a name and each image with a note below,
// as notebooks show it.
type Sheet struct {
	Title         string
	Height, Width int // of an image
	Rows          []Row
}

// Row is a row of images [Height·Width], 1 for ink, with a note for each.
type Row struct {
	Name   string
	Images [][]float32
	Notes  []string
}

// Sizes of a sheet in its own pixels.
const (
	tile     = 84 // of an image, with the gap to the next
	tileInk  = 76
	noteLine = 16
	margin   = 180     // of the names
	maxTiles = 1 << 10 // of a row, and rows
)

// Episode is a task as a sheet: its first examples with their labels and the first queries.
func Episode(b *datasets.Batch, task, context int) (Sheet, error) {
	if err := b.WantClasses(); err != nil {
		return Sheet{}, err
	}
	side := 1
	for side*side < b.D {
		side++
	}
	if task < 0 || task >= b.T || context < 1 || context >= b.N || side*side != b.D {
		return Sheet{}, fmt.Errorf("pictures: task %d of %d with %d of %d points as its context and %d pixels; want a task of the batch, queries behind the context, and square images", task, b.T, context, b.N, b.D)
	}
	row := func(name string, from, to int) Row {
		r := Row{Name: name}
		for n := from; n < to; n++ {
			r.Images, r.Notes = append(r.Images, b.Point(task, n)), append(r.Notes, fmt.Sprintf("label %d", b.Y[task*b.N+n]))
		}
		return r
	}
	shown := min(context, 8)
	return Sheet{
		Title: fmt.Sprintf("A task: %d examples, and queries", context), Height: side, Width: side,
		Rows: []Row{row("examples", 0, shown), row("queries", context, min(b.N, context+shown))},
	}, nil
}

// Alt describes the sheet.
func (s Sheet) Alt() string { return fmt.Sprintf("%s: %d rows of images.", s.Title, len(s.Rows)) }

// PNG draws the sheet.
func (s Sheet) PNG() ([]byte, error) {
	columns := 0
	for _, r := range s.Rows {
		columns = max(columns, len(r.Images))
		for _, x := range r.Images {
			if s.Height < 1 || s.Width < 1 || s.Height > tileInk || s.Width > tileInk || len(x) != s.Height*s.Width {
				return nil, fmt.Errorf("pictures: an image of %d pixels in a sheet of %d×%d; want that many, and at most %d each way", len(x), s.Height, s.Width, tileInk)
			}
		}
	}
	if columns == 0 || columns > maxTiles || len(s.Rows) > maxTiles {
		return nil, fmt.Errorf("pictures: a sheet of %d rows of up to %d images; want 1 to %d each", len(s.Rows), columns, maxTiles)
	}
	canvas := image.NewGray(image.Rect(0, 0, margin+columns*tile, len(s.Rows)*(tile+noteLine)))
	draw.Draw(canvas, canvas.Rect, image.White, image.Point{}, draw.Src)
	for r, row := range s.Rows {
		top := r * (tile + noteLine)
		write(canvas, row.Name, 4, top+tile/2)
		for c, x := range row.Images {
			left := margin + c*tile
			s.paint(canvas, x, left, top)
			if c < len(row.Notes) {
				write(canvas, row.Notes[c], left, top+tile+noteLine/2)
			}
		}
	}
	var out bytes.Buffer
	err := png.Encode(&out, canvas)
	return out.Bytes(), err
}

// paint draws an image, each pixel as a square, in a frame.
func (s Sheet) paint(canvas *image.Gray, x []float32, left, top int) {
	scale := tileInk / max(s.Height, s.Width)
	for row := range s.Height * scale {
		for column := range s.Width * scale {
			v := min(1, max(0, x[row/scale*s.Width+column/scale]))
			if row == 0 || column == 0 || row == s.Height*scale-1 || column == s.Width*scale-1 {
				v = max(v, .3)
			}
			canvas.SetGray(left+column, top+row+2, color.Gray{Y: uint8(255 - 255*v)})
		}
	}
}

// write writes a line of text with its base there.
func write(canvas *image.Gray, text string, left, base int) {
	d := font.Drawer{Dst: canvas, Src: image.Black, Face: basicfont.Face7x13, Dot: fixed.P(left, base)}
	d.DrawString(text)
}
