package notebook

import (
	"bytes"
	"encoding/gob"
	"fmt"
	"html"
	"image/png"
	"regexp"

	"github.com/janpfeifer/gonb/gonbui/protocol"
)

// Picture is what is shown as an image, such as a *figure.Figure: PNG is the
// image, which fills a page of 900 pixels if it has more, and Alt describes what can be seen. It may have two more methods: SVG, for a page that draws it sharp at
// any size, and Draft, a PNG of fewer pixels that is drawn faster. A figure has both.
type Picture interface {
	PNG() ([]byte, error)
	Alt() string
}

// largestSVG is what a picture may have in SVG. Beside a draft, such a drawing takes no
// more of the notebook's file than a fine PNG does alone; a larger one is left out.
const largestSVG = 32 << 10

// fixedSize is how an SVG says how large it is. Without it the drawing fills the cell:
// JupyterLab shrinks images in a narrow window, but not drawings.
var fixedSize = regexp.MustCompile(`<svg width="[^"]*" height="[^"]*"`)

// pictureData is a picture as a page may want it. JupyterLab draws the SVG if it trusts
// the notebook, else the PNG, as GitHub and VS Code do where they know no SVG; who
// cannot see reads the text, which the SVG holds too, for pages exported as HTML. A picture with an SVG that is not too large comes with a
// draft as its PNG, any other with a fine PNG alone.
func pictureData(p Picture) (*protocol.DisplayData, error) {
	data := map[protocol.MIMEType]any{protocol.MIMETextPlain: p.Alt()}
	encode := p.PNG
	if drawing, ok := p.(interface{ SVG() ([]byte, error) }); ok {
		svg, err := drawing.SVG()
		if err != nil {
			return nil, err
		}
		if len(svg) <= largestSVG {
			data[protocol.MIMEImageSVG] = fixedSize.ReplaceAllLiteralString(string(svg), fmt.Sprintf(`<svg role="img" aria-label="%s" width="100%%"`, html.EscapeString(p.Alt())))
			encode = func() ([]byte, error) { return draft(p) }
		}
	}
	image, err := encode()
	if err != nil {
		return nil, err
	}
	data[protocol.MIMEImagePNG] = image
	conf, err := png.DecodeConfig(bytes.NewReader(image))
	if err != nil {
		return nil, fmt.Errorf("notebook: the picture is no PNG image: %w", err)
	}
	const page = 900
	gob.Register(map[string]any{}) // as the kernel does
	about := map[string]any{"width": min(page, conf.Width), "alt": p.Alt()}
	return &protocol.DisplayData{Data: data, Metadata: map[string]any{string(protocol.MIMEImagePNG): about}}, nil
}

// draft is the picture as a PNG, drawn quickly where it can be.
func draft(p Picture) ([]byte, error) {
	if quick, ok := p.(interface{ Draft() ([]byte, error) }); ok {
		return quick.Draft()
	}
	return p.PNG()
}
