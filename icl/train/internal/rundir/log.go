package rundir

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/goicl/goicl/internal/files"
)

// LogState says where the log of a run is: a checkpoint keeps it, so that a log that was
// changed is seen, and one that was interrupted goes on as if it were not.
type LogState struct {
	Bytes  int    `json:"bytes"`  // of the log, up to the step of the checkpoint
	SHA256 string `json:"sha256"` // of these bytes
	// Sums over the steps since the last line.
	Loss     float64 `json:"loss"`
	GradNorm float64 `json:"grad_norm"`
	Steps    int     `json:"steps"`
}

// Log is the log of a run that is under way.
type Log struct {
	LogState // the sums; Save fills in the rest
	path     string
	text     []byte // the whole log
}

// OpenLog opens the log to go on after a step, where the checkpoint has state.
func (d Dir) OpenLog(step int, state *LogState) (*Log, error) {
	text, err := d.ReadLog(step, state)
	if err != nil {
		return nil, err
	}
	l := &Log{path: d.file(LogFile), text: text}
	if state != nil {
		l.LogState = *state
	}
	return l, nil
}

// End adds a line, and begins new sums.
func (l *Log) End(entry any) {
	if line, err := json.Marshal(entry); err == nil { // not if a number is infinite
		l.text = append(append(l.text, line...), '\n')
	}
	l.LogState = LogState{}
}

// Save writes the log and returns its state for the checkpoint, which is written next. If
// the process is killed in between, the log is longer than the checkpoint says.
func (l *Log) Save() (*LogState, error) {
	if err := files.Write(l.path, l.text); err != nil {
		return nil, fmt.Errorf("train: cannot write the log: %w; free some space or choose another directory with WithDir", err)
	}
	state := l.LogState
	state.Bytes, state.SHA256 = len(l.text), files.Sum(l.text)
	return &state, nil
}

// ReadLog returns the lines of the log up to a step, where the checkpoint has state. What
// comes after was not saved. A log that is not there is empty.
func (d Dir) ReadLog(step int, state *LogState) ([]byte, error) {
	path := d.file(LogFile)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("train: cannot read the log: %w", err)
	}
	if state == nil { // a new run, or one of checkpoint format 2
		return linesUpTo(text, step), nil
	}
	if state.Bytes < 0 || state.Bytes > len(text) || files.Sum(text[:state.Bytes]) != state.SHA256 {
		return nil, fmt.Errorf("train: the log %s is cut short or damaged: its checksum is not that of the checkpoint; delete it to go on without its entries, or its folder to train again", path)
	}
	return text[:state.Bytes:state.Bytes], nil
}

// linesUpTo returns the whole lines at the beginning of a log whose steps are step at most.
func linesUpTo(text []byte, step int) []byte {
	kept := 0
	for line := range bytes.Lines(text) {
		var e struct{ Step int }
		if json.Unmarshal(line, &e) != nil || e.Step > step || line[len(line)-1] != '\n' {
			break
		}
		kept += len(line)
	}
	return text[:kept:kept]
}
