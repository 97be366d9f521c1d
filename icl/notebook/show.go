// Package notebook is what a notebook cell needs besides the library: it shows
// figures, tables, verdicts and text ([Show]), lets the reader move a slider under a
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

// Verdict is the outcome of an experiment that was judged, such as a *claim.Result: a
// sentence and the checks behind it.
type Verdict interface {
	Sentence() string
	CheckTable() (header []string, rows [][]string)
}

// Show displays pictures, tables, verdicts and strings, in order. In a notebook a
// [Picture] becomes an image with its description, a [Table] or a [Verdict] an HTML
// table, and a string is read as Markdown; elsewhere all are printed as plain text. What
// cannot be shown ends the cell, as in [Check].
//
// Pictures are the figures of package figure and whatever it draws in one way only: a
// task or a decision map (figure.Scene), a matrix (figure.HeatMap), the losses of a
// training (figure.Run).
func Show(values ...any) {
	for _, v := range values {
		if gonbui.IsNotebook {
			Check(display(v))
		} else {
			Check(printTo(os.Stdout, v))
		}
	}
}

func display(v any) error {
	data, err := dataOf(v)
	if err != nil {
		return err
	}
	return send(newOutput(), data)
}

// dataOf is v in each of the formats that a page may choose from.
func dataOf(v any) (*protocol.DisplayData, error) {
	switch v := v.(type) {
	case Picture:
		return pictureData(v)
	case Table:
		return textData(protocol.MIMETextHTML, v.HTML(), v.String()), nil
	case Verdict:
		return dataOf(verdictTable(v))
	case string:
		return textData(protocol.MIMETextMarkdown, v, v), nil
	}
	return nil, unknown(v)
}

func textData(kind protocol.MIMEType, rich, plain string) *protocol.DisplayData {
	return &protocol.DisplayData{Data: map[protocol.MIMEType]any{kind: rich, protocol.MIMETextPlain: plain}}
}

func verdictTable(v Verdict) Table {
	header, rows := v.CheckTable()
	return Table{Caption: v.Sentence(), Header: header, Rows: rows}
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
	case Verdict:
		text = verdictTable(v).String()
	case string:
		text = v
	default:
		return unknown(v)
	}
	_, err := fmt.Fprintln(w, text)
	return err
}

func unknown(v any) error {
	return fmt.Errorf("notebook: cannot show a %T; pass a figure, a figure.Scene, a Table, a verdict or a string", v)
}
