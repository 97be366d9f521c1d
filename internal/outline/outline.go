// Package outline writes drawings as PDF whose text is drawn as the outlines of its letters:
// the PDF canvas of gonum/plot knows only the letters of Western Europe, not σ or −.
package outline

import (
	"bytes"
	"fmt"
	"sync"
	"time"

	"codeberg.org/go-pdf/fpdf"
	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	plotfont "gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgpdf"
)

// canvas is a page of PDF.
type canvas struct{ *vgpdf.Canvas }

// sameBytes has the PDF library write neither the time nor things in random order.
var sameBytes = sync.OnceFunc(func() {
	fpdf.SetDefaultCreationDate(time.Unix(0, 0).UTC())
	fpdf.SetDefaultModificationDate(time.Unix(0, 0).UTC())
	fpdf.SetDefaultCatalogSort(true)
})

// PDF is a page of that size with what paint draws. The same drawing gives the same bytes.
func PDF(w, h vg.Length, paint func(draw.Canvas)) ([]byte, error) {
	sameBytes()
	page := canvas{vgpdf.New(w, h)}
	paint(draw.New(page))
	var out bytes.Buffer
	_, err := page.WriteTo(&out)
	return out.Bytes(), err
}

// FillString implements [vg.Canvas]. Letters stand where the other canvases have them.
func (c canvas) FillString(face plotfont.Face, at vg.Point, text string) {
	var buf sfnt.Buffer
	em := fixed.Int26_6(face.Face.UnitsPerEm()) // so that all lengths are in units of the font
	unit := face.Font.Size / vg.Length(em)
	var path vg.Path
	var previous sfnt.GlyphIndex
	for i, letter := range text {
		glyph, err := face.Face.GlyphIndex(&buf, letter)
		if err != nil {
			panic(fmt.Errorf("outline: letter %q: %w", letter, err))
		}
		if i > 0 {
			if kern, err := face.Face.Kern(&buf, previous, glyph, em, font.HintingNone); err == nil {
				at.X += vg.Length(kern) * unit
			}
		}
		segments, err := face.Face.LoadGlyph(&buf, glyph, em, nil)
		if err != nil {
			panic(fmt.Errorf("outline: letter %q: %w", letter, err))
		}
		path = appendGlyph(path, segments, at, unit)
		advance, err := face.Face.GlyphAdvance(&buf, glyph, em, font.HintingNone)
		if err != nil {
			panic(fmt.Errorf("outline: letter %q: %w", letter, err))
		}
		at.X += vg.Length(advance) * unit
		previous = glyph
	}
	if len(path) > 0 {
		c.Fill(path)
	}
}

// appendGlyph adds the outline of a letter, whose y grows downwards, with its origin at a point.
func appendGlyph(path vg.Path, segments sfnt.Segments, at vg.Point, unit vg.Length) vg.Path {
	point := func(p fixed.Point26_6) vg.Point {
		return vg.Point{X: at.X + vg.Length(p.X)*unit, Y: at.Y - vg.Length(p.Y)*unit}
	}
	for i, s := range segments {
		switch s.Op {
		case sfnt.SegmentOpMoveTo:
			if i > 0 {
				path.Close()
			}
			path.Move(point(s.Args[0]))
		case sfnt.SegmentOpLineTo:
			path.Line(point(s.Args[0]))
		case sfnt.SegmentOpQuadTo:
			path.QuadTo(point(s.Args[0]), point(s.Args[1]))
		case sfnt.SegmentOpCubeTo:
			path.CubeTo(point(s.Args[0]), point(s.Args[1]), point(s.Args[2]))
		}
	}
	if len(segments) > 0 {
		path.Close()
	}
	return path
}
