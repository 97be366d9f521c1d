// Package notebook is what a notebook cell needs besides the library: it shows
// figures, tables, results and text ([Show]), lets the reader move a slider under a
// figure ([Panel]), reports progress ([Progress]), ends a cell that failed ([Check],
// [Must]) and reads how long a run may take ([Preset]).
//
// The same calls work in an ordinary program, where they print plain text. A
// cell that prints to standard output should show nothing, and one that shows
// something should not print: within a cell the two arrive in no fixed order.
package notebook

import (
	"fmt"
	"io"
	"os"

	"github.com/janpfeifer/gonb/gonbui"
	"github.com/janpfeifer/gonb/gonbui/protocol"
)

// rich is what has both an HTML and a plain form, such as an eval.Table. (This package
// imports no numeric one, so that a cell which shows text links quickly.)
type rich interface {
	HTML() string
	String() string
}

// Show displays pictures, tables, results and strings, in order. In a notebook a [Picture]
// becomes an image with its description, a value that has methods HTML and String (an
// eval.Table, the result of a study) its HTML, and a string is read as Markdown; elsewhere
// all are printed as plain text. A value that cannot be shown ends the cell, as in [Check].
//
// Pictures are the figures of package figure and whatever it draws in one way only: a
// task or a decision map (figure.Scene), a matrix (figure.HeatMap).
func Show(values ...any) {
	for _, v := range values {
		if gonbui.IsNotebook {
			data := Must(dataOf(v))
			Check(send(newOutput(), data))
		} else {
			Check(printTo(os.Stdout, v))
		}
	}
}

// dataOf is v in each of the formats that a page may choose from.
func dataOf(v any) (*protocol.DisplayData, error) {
	switch v := v.(type) {
	case Picture:
		return pictureData(v)
	case rich:
		return textData(protocol.MIMETextHTML, v.HTML(), v.String()), nil
	case string:
		return textData(protocol.MIMETextMarkdown, v, v), nil
	}
	return nil, unknown(v)
}

func textData(kind protocol.MIMEType, rich, plain string) *protocol.DisplayData {
	return &protocol.DisplayData{Data: map[protocol.MIMEType]any{kind: rich, protocol.MIMETextPlain: plain}}
}

func printTo(w io.Writer, v any) error {
	text := ""
	switch v := v.(type) {
	case Picture:
		if _, err := v.PNG(); err != nil {
			return err
		}
		text = v.Alt()
	case rich:
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
	return fmt.Errorf("notebook: cannot show a %T; pass a figure, a figure.Scene, an eval.Table, a result or a string", v)
}
