package train

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/goicl/goicl/icl/train/internal/rundir"
)

// Entry is one line of a run's log: means over the steps since the last one.
type Entry struct {
	Step     int     `json:"step"`
	Loss     float64 `json:"loss"`
	GradNorm float64 `json:"grad_norm"`
	Rate     float64 `json:"rate"`
	Score    *Score  `json:"score,omitempty"`
}

// addToLog averages steps into some 500 entries a run.
func addToLog(l *rundir.Log, s Step) {
	l.Loss += s.Loss
	l.GradNorm += s.GradNorm
	l.Steps++
	if s.Score == nil && s.Step%max(1, s.Steps/500) != 0 {
		return
	}
	n := float64(l.Steps)
	l.End(Entry{Step: s.Step, Loss: l.Loss / n, GradNorm: l.GradNorm / n, Rate: s.Rate, Score: s.Score})
}

// Log returns the run's log up to the last checkpoint, oldest entry first.
func (f *Fitted) Log() ([]Entry, error) {
	if err := f.check(); err != nil {
		return nil, err
	}
	if f.File != "" {
		return nil, fmt.Errorf("train: %s was imported from %s and has no log of its training", f.Name(), f.File)
	}
	state := f.run.state
	if state == nil { // weights in another learner: see As
		return nil, fmt.Errorf("train: %s has weights of %s and no log of its own", f.Name(), f.run.key)
	}
	text, err := f.run.dir.ReadLog(state.Step, state.Log)
	if err != nil {
		return nil, err
	}
	var entries []Entry
	for line := range bytes.Lines(text) {
		var e Entry
		if err := json.Unmarshal(line, &e); err != nil {
			return nil, fmt.Errorf("train: the log in %s is damaged (%w); delete it to go on without its entries", f.Dir, err)
		}
		entries = append(entries, e)
	}
	return entries, nil
}
