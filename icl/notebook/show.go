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

// rich is what has both an HTML and a plain form, such as an eval.Table.
type rich interface {
	HTML() string
	String() string
}

// Show displays values, in order:
//
//   - a [Picture] as an image with its description; so are the figures of package figure and
//     whatever it draws in one way only: a task or a decision map (figure.Scene), a matrix
//     (figure.HeatMap), a figure.Panel;
//   - an eval.Curve, or several, as a figure with a panel for each family of tasks;
//   - a batch of tasks by its sizes, and its first three tasks if they lie in the plane;
//   - a value that has methods HTML and String, such as an eval.Table or the result of a
//     study, as its HTML;
//   - a string as Markdown;
//   - an error and a value with a method String, such as a trained model or an estimate, as
//     that text;
//   - a number, a slice of numbers or of texts as text, a float with six digits;
//   - a struct, a map, a slice of structs and a matrix as a table of their exported parts;
//   - the elements of any other slice one by one.
//
// Outside of a notebook all are printed as plain text. A function or channel, and a picture
// that cannot be drawn, end the cell, as in [Check].
func Show(values ...any) {
	for _, v := range values {
		for _, shown := range Must(forms(v)) {
			if gonbui.IsNotebook {
				data := Must(dataOf(shown))
				Check(send(newOutput(), data))
			} else {
				Check(printTo(os.Stdout, shown))
			}
		}
	}
}

// dataOf is one of the [forms] in each of the formats that a page may choose from.
func dataOf(v any) (*protocol.DisplayData, error) {
	switch v := v.(type) {
	case Picture:
		return pictureData(v)
	case rich:
		return textData(protocol.MIMETextHTML, v.HTML(), v.String()), nil
	case string:
		return textData(protocol.MIMETextMarkdown, v, v), nil
	}
	return &protocol.DisplayData{Data: map[protocol.MIMEType]any{protocol.MIMETextPlain: fmt.Sprint(v)}}, nil
}

func textData(kind protocol.MIMEType, rich, plain string) *protocol.DisplayData {
	return &protocol.DisplayData{Data: map[protocol.MIMEType]any{kind: rich, protocol.MIMETextPlain: plain}}
}

func printTo(w io.Writer, v any) error {
	text := fmt.Sprint(v)
	switch v := v.(type) {
	case Picture:
		if _, err := v.PNG(); err != nil {
			return err
		}
		text = v.Alt()
	case rich:
		text = v.String()
	}
	_, err := fmt.Fprintln(w, text)
	return err
}
