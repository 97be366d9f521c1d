package figure

import (
	"image/color"
	"math"
	"strings"

	"golang.org/x/image/font"
	"gonum.org/v1/plot"
	pfont "gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Type sizes in points.
const (
	titleSize = 14
	panelSize = 12
	labelSize = 11.5
	tickSize  = 10.5
)

var (
	ink      = color.NRGBA{0x22, 0x22, 0x22, 0xff}
	gridLine = color.NRGBA{0xe2, 0xe2, 0xe2, 0xff}
	white    = color.NRGBA{0xff, 0xff, 0xff, 0xff}
)

// style is how a learner looks, in every figure.
type style struct {
	color  color.NRGBA
	width  vg.Length
	dashes []vg.Length
	marker *marker // nil: none
}

var (
	long       = []vg.Length{8, 3}
	short      = []vg.Length{4, 2}
	dots       = []vg.Length{2.2, 2}
	dashDot    = []vg.Length{8, 2.5, 1.5, 2.5}
	dashDotDot = []vg.Length{8, 2.5, 1.5, 2.5, 1.5, 2.5}
)

// known learners; of two that begin alike the longer name comes first. The hues are told apart by colour-blind eyes (after Okabe and
// Ito, some darkened for thin lines on white); dashes and markers carry the rest.
var known = []struct {
	name string
	style
}{
	{"ICL-softmax", style{color.NRGBA{0x00, 0x86, 0xa8, 0xff}, 2.2, dashDot, &marker{corners: 6}}},
	{"ICL(mix σ", style{color.NRGBA{0x4d, 0x7d, 0x1a, 0xff}, 2.2, long, &marker{corners: 3, turn: math.Pi}}},
	{"ICL(mix)", style{color.NRGBA{0x0b, 0x3d, 0x91, 0xff}, 2.6, nil, &marker{}}}, // beside those trained otherwise
	{"ICL", style{color.NRGBA{0x0b, 0x3d, 0x91, 0xff}, 2.6, nil, &marker{}}},
	{"Bayes of the mixture", style{color.NRGBA{0, 0, 0, 0xff}, 2, dots, nil}},
	{"Bayes", style{color.NRGBA{0, 0, 0, 0xff}, 1, short, nil}},
	{"ProtoNet", style{color.NRGBA{0xd5, 0x5e, 0x00, 0xff}, 1.7, long, &marker{corners: 4, turn: math.Pi / 4}}},
	{"MatchNet", style{color.NRGBA{0x00, 0x8f, 0x68, 0xff}, 1.7, dots, &marker{corners: 3}}},
	{"CNP", style{color.NRGBA{0xb0, 0x4a, 0x96, 0xff}, 1.7, dashDot, &marker{corners: 4}}},
	{"ANIL", style{color.NRGBA{0x8c, 0x51, 0x0a, 0xff}, 1.7, short, &marker{corners: 5, turn: math.Pi}}},
	{"MAML", style{color.NRGBA{0xb8, 0x86, 0x0b, 0xff}, 1.7, dashDotDot, &marker{corners: 3, turn: math.Pi}}},
}

// others are given out in turn to learners that are not known.
var others = []style{
	{color.NRGBA{0x38, 0x9f, 0xd6, 0xff}, 1.7, short, &marker{corners: 5}},
	{color.NRGBA{0x70, 0x70, 0x70, 0xff}, 1.7, dashDot, &marker{corners: 6}},
	{color.NRGBA{0x9e, 0x2a, 0x2b, 0xff}, 1.7, dots, &marker{corners: 5, turn: math.Pi}},
	{color.NRGBA{0x5a, 0x9e, 0x1c, 0xff}, 1.7, long, &marker{corners: 4, turn: math.Pi / 4}},
}

// stylesFor gives each learner of a figure its look. A known one always has the
// same; its variants ("CNP-64", "ICL (mix)") share the hue and the shape, paler
// and with hollow markers, and further variants change the dashes too.
func stylesFor(learners []string) map[string]style {
	styles := map[string]style{}
	variants := map[string]int{}
	unknown := 0
	for _, name := range learners {
		if _, ok := styles[name]; ok {
			continue
		}
		base, s, ok := lookup(name)
		switch {
		case !ok:
			s = others[unknown%len(others)]
			if unknown >= len(others) {
				s = s.variant(unknown / len(others))
			}
			unknown++
		case base != name:
			variants[base]++
			s = s.variant(variants[base])
		}
		styles[name] = s
	}
	return styles
}

// lookup finds the known learner that name is, or is a variant of.
func lookup(name string) (base string, s style, ok bool) {
	for _, k := range known {
		rest, found := strings.CutPrefix(name, k.name)
		if found && (rest == "" || strings.ContainsAny(rest[:1], "-+ (/,_")) {
			return k.name, k.style, true
		}
	}
	return "", style{}, false
}

func (s style) variant(k int) style {
	s.color = mix(s.color, white, .3)
	if s.marker != nil {
		m := *s.marker
		m.hollow = true
		s.marker = &m
	}
	if k > 1 || s.dashes == nil {
		s.dashes = [][]vg.Length{short, dashDot, dots, long}[(k-1)%4]
	}
	return s
}

func (s style) line() draw.LineStyle {
	return draw.LineStyle{Color: s.color, Width: s.width, Dashes: s.dashes}
}

func (s style) glyph(radius vg.Length) draw.GlyphStyle {
	g := draw.GlyphStyle{Color: s.color, Radius: radius}
	if s.marker != nil {
		g.Shape = s.marker
	}
	return g
}

// lineEntry is the legend's entry for curves in this style.
func (s style) lineEntry(name string) entry {
	return entry{fit(name, plain(labelSize), widestLabel), lineThumb, []plot.Thumbnailer{
		&plotter.Line{LineStyle: s.line()},
		&plotter.Scatter{GlyphStyle: s.glyph(markerRadius)},
	}}
}

// dotEntry is the legend's entry for points in this style.
func (s style) dotEntry(name string) entry {
	dot := &plotter.Scatter{GlyphStyle: s.glyph(dotRadius)}
	return entry{fit(name, plain(labelSize), widestLabel), dotThumb, []plot.Thumbnailer{dot}}
}

const (
	markerRadius vg.Length = 4 // on lines
	dotRadius    vg.Length = 5 // of points without lines
)

// marker draws a regular polygon, a star or, with no corners, a disc: filled
// with a thin white rim, or hollow.
type marker struct {
	corners int
	turn    float64 // of the first corner from straight up, radians
	star    bool
	hollow  bool
}

// DrawGlyph implements [draw.GlyphDrawer].
func (m *marker) DrawGlyph(c *draw.Canvas, sty draw.GlyphStyle, at vg.Point) {
	path := m.path(at, sty.Radius)
	fill, rim := sty.Color, draw.LineStyle{Color: white, Width: .7}
	if m.hollow {
		fill, rim = white, draw.LineStyle{Color: sty.Color, Width: 1.3}
	}
	c.SetColor(fill)
	c.Fill(path)
	c.SetLineStyle(rim)
	c.Stroke(path)
}

func (m *marker) path(at vg.Point, radius vg.Length) vg.Path {
	var p vg.Path
	if m.corners == 0 {
		p.Move(vg.Point{X: at.X + radius, Y: at.Y})
		p.Arc(at, radius, 0, 2*math.Pi)
		p.Close()
		return p
	}
	// All shapes have the disc's area, so none looks small.
	const inner = .45
	n := float64(m.corners)
	steps, area := m.corners, n/2*math.Sin(2*math.Pi/n)
	if m.star {
		steps, area = 2*m.corners, n*inner*math.Sin(math.Pi/n)
	}
	for i := range steps {
		r := radius * vg.Length(math.Sqrt(math.Pi/area))
		if m.star && i%2 == 1 {
			r *= inner
		}
		sin, cos := math.Sincos(m.turn + 2*math.Pi*float64(i)/float64(steps))
		corner := vg.Point{X: at.X + r*vg.Length(sin), Y: at.Y + r*vg.Length(cos)}
		if i == 0 {
			p.Move(corner)
		} else {
			p.Line(corner)
		}
	}
	p.Close()
	return p
}

// mix goes the part t (0 to 1) of the way from a to b.
func mix(a, b color.NRGBA, t float64) color.NRGBA {
	m := func(x, y uint8) uint8 { return uint8(math.Round(float64(x) + t*(float64(y)-float64(x)))) }
	return color.NRGBA{m(a.R, b.R), m(a.G, b.G), m(a.B, b.B), 0xff}
}

func plain(size vg.Length) text.Style {
	return text.Style{
		Color:   ink,
		Font:    pfont.Font{Typeface: "Liberation", Variant: "Sans", Size: size},
		Handler: plot.DefaultTextHandler,
	}
}

func bold(size vg.Length) text.Style {
	s := plain(size)
	s.Font.Weight = font.WeightBold
	return s
}
