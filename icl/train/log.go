package train

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"

	"github.com/google/renameio/v2"
)

// Entry is one line of a run's log: means over the steps since the last one.
type Entry struct {
	Step     int     `json:"step"`
	Loss     float64 `json:"loss"`
	GradNorm float64 `json:"grad_norm"`
	Rate     float64 `json:"rate"`
	Score    *Score  `json:"score,omitempty"`
}

// logWriter averages steps into some 500 entries a run.
type logWriter struct {
	file    *os.File
	pending []byte
	sum     Entry
	count   int
}

// openLog opens the log for appending. It drops entries after step: those steps were not
// saved.
func openLog(path string, step int) (*logWriter, error) {
	entries, err := readLog(path)
	if err != nil {
		return nil, err
	}
	var keep []byte
	for _, e := range entries {
		if e.Step <= step {
			line, err := json.Marshal(e)
			if err != nil {
				return nil, fmt.Errorf("train: %w", err)
			}
			keep = append(append(keep, line...), '\n')
		}
	}
	var file *os.File
	if err = renameio.WriteFile(path, keep, 0o644); err == nil {
		file, err = os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0o644)
	}
	if err != nil {
		return nil, fmt.Errorf("train: cannot write the log: %w", err)
	}
	return &logWriter{file: file}, nil
}

func (l *logWriter) add(s Step) {
	l.sum.Loss += s.Loss
	l.sum.GradNorm += s.GradNorm
	l.count++
	if s.Score == nil && s.Step%max(1, s.Steps/500) != 0 {
		return
	}
	n := float64(l.count)
	e := Entry{Step: s.Step, Loss: l.sum.Loss / n, GradNorm: l.sum.GradNorm / n, Rate: s.Rate, Score: s.Score}
	if line, err := json.Marshal(e); err == nil {
		l.pending = append(append(l.pending, line...), '\n')
	}
	l.sum, l.count = Entry{}, 0
}

func (l *logWriter) flush() error {
	_, err := l.file.Write(l.pending)
	l.pending = nil
	if err != nil {
		return fmt.Errorf("train: cannot write the log: %w", err)
	}
	return nil
}

func (l *logWriter) close() error { return errors.Join(l.flush(), l.file.Close()) }

// readLog returns the entries of a log; a last line that was cut short is left out.
func readLog(path string) ([]Entry, error) {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("train: cannot read the log: %w", err)
	}
	defer file.Close()
	var entries []Entry
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		var e Entry
		if json.Unmarshal(lines.Bytes(), &e) != nil || math.IsNaN(e.Loss) {
			break
		}
		entries = append(entries, e)
	}
	return entries, lines.Err()
}

// Log returns the run's log, oldest entry first.
func (f *Fitted) Log() ([]Entry, error) {
	if err := f.check(); err != nil {
		return nil, err
	}
	if f.File != "" {
		return nil, fmt.Errorf("train: %s was imported from %s and has no log of its training", f.Name(), f.File)
	}
	return readLog(filepath.Join(f.Dir, logFile))
}
