package cells

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// Trace is a writer for the standard error of a cell's program. It passes everything on
// but a panic, of which it keeps what the reader of a notebook can use: see [Trace.Failure].
type Trace struct {
	out     io.Writer
	main    string // path of the program's file
	place   func(line int) (Place, bool)
	holding bool
	held    bytes.Buffer // an incomplete line, or a panic
}

// NewTrace returns a Trace that writes to out. place says where a line of the program's
// file main comes from, if from a cell. Lines count from 1.
func NewTrace(out io.Writer, main string, place func(line int) (Place, bool)) *Trace {
	return &Trace{out: out, main: main, place: place}
}

var panicStarts = []string{"panic: ", "fatal error: "}

// starts reports whether a line begins as a panic does, or, being incomplete, may do so.
func starts(line []byte, complete bool) bool {
	for _, start := range panicStarts {
		if bytes.HasPrefix(line, []byte(start)) || !complete && strings.HasPrefix(start, string(line)) {
			return true
		}
	}
	return false
}

// Write passes on complete lines and whatever begins no panic.
func (t *Trace) Write(text []byte) (int, error) {
	t.held.Write(text)
	for !t.holding && t.held.Len() > 0 {
		rest := t.held.Bytes()
		line, complete := rest, false
		if n := bytes.IndexByte(rest, '\n'); n >= 0 {
			line, complete = rest[:n+1], true
		}
		if starts(line, complete) {
			t.holding = complete
			break
		}
		if _, err := t.out.Write(t.held.Next(len(line))); err != nil {
			return 0, err
		}
	}
	return len(text), nil
}

// Failure ends the trace of a program that ended with err, and returns the error that the
// cell ends with. After a panic that is its message with the place in a cell, and what is
// written are the calls that led to it: those in cells with their places, those in packages
// with file and line, none of the runtime. Anything else is written as it is.
func (t *Trace) Failure(err error) error {
	text := t.held.String()
	t.held.Reset()
	message, frames, ok := t.parse(text)
	if err == nil || !ok {
		if _, failed := io.WriteString(t.out, text); failed != nil {
			return errors.Join(err, failed)
		}
		return err
	}
	at := ""
	var list strings.Builder
	for _, f := range frames {
		if at == "" && f.inCell {
			at = " in " + f.place
		}
		fmt.Fprintf(&list, "  %s, %s\n", f.function, f.place)
	}
	if _, failed := fmt.Fprintf(t.out, "%s\n\ncalled from, the last call first:\n%s", message, list.String()); failed != nil {
		return errors.Join(err, failed)
	}
	kind, what, _ := strings.Cut(message, ": ")
	first, _, _ := strings.Cut(what, "\n")
	return fmt.Errorf("%s%s: %s", kind, at, first)
}

// frame is a call on the stack of the goroutine that panicked.
type frame struct {
	function, place string
	inCell          bool
}

var (
	goroutine = regexp.MustCompile(`(?m)^goroutine \d+ .*\[.*\]:\n`)
	location  = regexp.MustCompile(`^\t(.+):(\d+)(?: \+0x[0-9a-f]+)?$`)
	arguments = regexp.MustCompile(`\((?:[^()]|\(\.\.\.\))*\)$`)
)

// parse reads what the runtime prints about a panic: its message, and the stack of the
// first goroutine.
func (t *Trace) parse(text string) (message string, frames []frame, ok bool) {
	at := goroutine.FindStringIndex(text)
	if at == nil || !starts([]byte(text), true) {
		return "", nil, false
	}
	message = strings.TrimSpace(text[:at[0]])
	stack, _, _ := strings.Cut(text[at[1]:], "\n\n")
	lines := strings.Split(strings.TrimRight(stack, "\n"), "\n")
	for i := 0; i+1 < len(lines); i += 2 {
		m := location.FindStringSubmatch(lines[i+1])
		if m == nil {
			break
		}
		function := arguments.ReplaceAllString(strings.TrimPrefix(lines[i], "created by "), "")
		if function == "panic" || strings.HasPrefix(function, "runtime.") {
			continue
		}
		line, _ := strconv.Atoi(m[2])
		frames = append(frames, t.frame(function, m[1], line))
	}
	return message, frames, len(frames) > 0
}

// frame says where a call is.
func (t *Trace) frame(function, file string, line int) frame {
	if file == t.main {
		if p, ok := t.place(line); ok {
			return frame{function, p.String(), true}
		}
	}
	short := filepath.ToSlash(filepath.Join(filepath.Base(filepath.Dir(file)), filepath.Base(file)))
	return frame{function, fmt.Sprintf("%s:%d", short, line), false}
}
