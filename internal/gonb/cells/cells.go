// Package cells is what GoICL adds to GoNB: [DropDotImports] lets a notebook import a
// package with a dot although not each of its cells uses it, [Explain] gives the compiler's
// messages a hint, [Trace] says in which cell a panic was.
//
// Its code is compiled into GoNB, so it imports only the standard library.
package cells

import (
	"fmt"
	"regexp"
	"strings"
)

// Place is a line of a cell, as JupyterLab numbers cells and lines. Cell is 0 where the
// number of the cell is not known.
type Place struct{ Cell, Line int }

// String is such as "cell [3], line 2".
func (p Place) String() string {
	if p.Cell <= 0 {
		return fmt.Sprintf("this cell, line %d", p.Line)
	}
	return fmt.Sprintf("cell [%d], line %d", p.Cell, p.Line)
}

// CommandFailed is the error of a shell command in a cell that ended with err; nil if that
// is nil.
func CommandFailed(command string, err error) error {
	if err == nil {
		return nil
	}
	message := fmt.Sprintf("the command failed with %v: !%s", err, shortened(command))
	if goGet.MatchString(command) {
		message += "\nhint: the message above says what go could not fetch; check the network and GOPROXY, then run this cell again: without it no other cell compiles"
	}
	return fmt.Errorf("%s", message)
}

var goGet = regexp.MustCompile(`\bgo (get|mod|work|install)\b`)

// shortened is a command of bearable length.
func shortened(command string) string {
	const most = 120
	command = strings.TrimSpace(command)
	if r := []rune(command); len(r) > most {
		return string(r[:most]) + "…"
	}
	return command
}
