package train

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/goicl/goicl/internal/files"
)

// Entry is one line of a run's log: means over the steps since the last one.
type Entry struct {
	Step     int     `json:"step"`
	Loss     float64 `json:"loss"`
	GradNorm float64 `json:"grad_norm"`
	Rate     float64 `json:"rate"`
	Score    *Score  `json:"score,omitempty"`
}

// logState says where the log of a run is: a checkpoint keeps it, so that a log that was
// changed is seen, and one that was interrupted goes on as if it were not.
type logState struct {
	Bytes  int    `json:"bytes"`  // of the log, up to the step of the checkpoint
	SHA256 string `json:"sha256"` // of these bytes
	// Sums over the steps since the last entry.
	Loss     float64 `json:"loss"`
	GradNorm float64 `json:"grad_norm"`
	Steps    int     `json:"steps"`
}

// logWriter averages steps into some 500 entries a run.
type logWriter struct {
	path string
	text []byte // the whole log
	sums logState
}

// openLog opens the log of a run to go on after a step, where the checkpoint has state.
func openLog(path string, step int, state *logState) (*logWriter, error) {
	text, err := readLog(path, step, state)
	if err != nil {
		return nil, err
	}
	l := &logWriter{path: path, text: text}
	if state != nil {
		l.sums = logState{Loss: state.Loss, GradNorm: state.GradNorm, Steps: state.Steps}
	}
	return l, nil
}

func (l *logWriter) add(s Step) {
	l.sums.Loss += s.Loss
	l.sums.GradNorm += s.GradNorm
	l.sums.Steps++
	if s.Score == nil && s.Step%max(1, s.Steps/500) != 0 {
		return
	}
	n := float64(l.sums.Steps)
	e := Entry{Step: s.Step, Loss: l.sums.Loss / n, GradNorm: l.sums.GradNorm / n, Rate: s.Rate, Score: s.Score}
	if line, err := json.Marshal(e); err == nil {
		l.text = append(append(l.text, line...), '\n')
	}
	l.sums = logState{}
}

// save writes the log and returns its state for the checkpoint, which is written next. If
// the process is killed in between, the log is longer than the checkpoint says.
func (l *logWriter) save() (*logState, error) {
	if err := files.Write(l.path, l.text); err != nil {
		return nil, fmt.Errorf("train: cannot write the log: %w; free some space or choose another directory with WithDir", err)
	}
	state := l.sums
	state.Bytes, state.SHA256 = len(l.text), hash(l.text, sha256.Size)
	return &state, nil
}

// readLog returns the lines of a log up to a step, where the checkpoint has state. What
// comes after was not saved. A log that is not there is empty.
func readLog(path string, step int, state *logState) ([]byte, error) {
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
	if state.Bytes < 0 || state.Bytes > len(text) || hash(text[:state.Bytes], sha256.Size) != state.SHA256 {
		return nil, fmt.Errorf("train: the log %s is cut short or damaged: its checksum is not that of the checkpoint; delete it to go on without its entries, or its folder to train again", path)
	}
	return text[:state.Bytes], nil
}

// linesUpTo returns the whole lines at the beginning of a log whose steps are step at most.
func linesUpTo(text []byte, step int) []byte {
	kept := 0
	for line := range bytes.Lines(text) {
		var e Entry
		if json.Unmarshal(line, &e) != nil || e.Step > step || line[len(line)-1] != '\n' {
			break
		}
		kept += len(line)
	}
	return text[:kept]
}

// Log returns the run's log up to the last checkpoint, oldest entry first.
func (f *Fitted) Log() ([]Entry, error) {
	if err := f.check(); err != nil {
		return nil, err
	}
	if f.File != "" {
		return nil, fmt.Errorf("train: %s was imported from %s and has no log of its training", f.Name(), f.File)
	}
	path, state := filepath.Join(f.Dir, logFile), f.run.state
	if state == nil { // weights in another learner: see As
		return nil, fmt.Errorf("train: %s has weights of %s and no log of its own", f.Name(), f.run.key)
	}
	text, err := readLog(path, state.Step, state.Log)
	if err != nil {
		return nil, err
	}
	var entries []Entry
	for line := range bytes.Lines(text) {
		var e Entry
		if err := json.Unmarshal(line, &e); err != nil {
			return nil, fmt.Errorf("train: the log %s is damaged (%w); delete it to go on without its entries", path, err)
		}
		entries = append(entries, e)
	}
	return entries, nil
}
