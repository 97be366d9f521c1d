// Package notebooks is what a notebook cell needs besides the library: it shows
// figures, tables and text ([Show]), reports progress ([Progress]), ends a cell
// that failed ([Check], [Must]) and reads how long a run may take ([Preset]).
//
// The same calls work in an ordinary program, where they print plain text. A
// cell that prints to standard output should show nothing, and one that shows
// something should not print: within a cell the two arrive in no fixed order.
package notebooks

import (
	"bytes"
	"fmt"
	"image/png"
	"io"
	"os"

	"github.com/janpfeifer/gonb/gonbui"
	"github.com/janpfeifer/gonb/gonbui/protocol"
)

// Picture is what is shown as an image, such as a *figure.Figure: PNG is the
// image, which fills a page of 900 pixels if it has more, and Alt says in words
// what can be seen.
type Picture interface {
	PNG() ([]byte, error)
	Alt() string
}

// Show displays pictures, tables and strings, in order. In a notebook a picture
// becomes a PNG image with its description as text, a [Table] an HTML table, and
// a string is read as Markdown; elsewhere all are printed as plain text. What
// cannot be shown ends the cell, as in [Check].
func Show(values ...any) {
	for _, v := range values {
		if gonbui.IsNotebook {
			Check(display(v))
		} else {
			Check(printTo(os.Stdout, v))
		}
	}
}

// display sends v to the notebook as one output and waits until it has arrived:
// a cell that ends earlier may lose it.
func display(v any) error {
	data := &protocol.DisplayData{}
	switch v := v.(type) {
	case Picture:
		image, err := v.PNG()
		if err != nil {
			return err
		}
		data.Data = map[protocol.MIMEType]any{protocol.MIMEImagePNG: image, protocol.MIMETextPlain: v.Alt()}
		data.Metadata, err = widthOf(image)
		if err != nil {
			return err
		}
	case Table:
		data.Data = map[protocol.MIMEType]any{protocol.MIMETextHTML: v.HTML(), protocol.MIMETextPlain: v.String()}
	case string:
		data.Data = map[protocol.MIMEType]any{protocol.MIMETextMarkdown: v, protocol.MIMETextPlain: v}
	default:
		return unknown(v)
	}
	gonbui.SendData(data)
	gonbui.Sync()
	return gonbui.Error()
}

// widthOf tells the page how wide to draw an image of higher resolution.
func widthOf(image []byte) (map[string]any, error) {
	const page = 900
	conf, err := png.DecodeConfig(bytes.NewReader(image))
	if err != nil {
		return nil, fmt.Errorf("notebooks: the picture is no PNG image: %w", err)
	}
	return map[string]any{string(protocol.MIMEImagePNG): map[string]int{"width": min(page, conf.Width)}}, nil
}

func printTo(w io.Writer, v any) error {
	text := ""
	switch v := v.(type) {
	case Picture:
		if _, err := v.PNG(); err != nil {
			return err
		}
		text = v.Alt()
	case Table:
		text = v.String()
	case string:
		text = v
	default:
		return unknown(v)
	}
	_, err := fmt.Fprintln(w, text)
	return err
}

func unknown(v any) error {
	return fmt.Errorf("notebooks: cannot show a %T; pass a figure, a Table or a string", v)
}
