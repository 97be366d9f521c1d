package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"github.com/goicl/goicl/icl/claim"
)

// experimentBar shows an experiment's progress: a bar over its runs with the loss
// and the speed of a run under way; where w is no terminal, a line now and then.
type experimentBar struct {
	w     io.Writer
	title string
	bar   *progressbar.ProgressBar
	start time.Time
	shown time.Time
	tasks float64 // seen since start
	last  map[string]int
}

func newExperimentBar(w io.Writer, title string) *experimentBar {
	return &experimentBar{w: w, title: title, start: time.Now(), shown: time.Now(), last: map[string]int{}}
}

func (b *experimentBar) update(p claim.Progress) {
	if b.last[p.Label] < p.Step.Step { // a run that goes on starts above 0
		b.tasks += float64(p.Step.Tasks)
		b.last[p.Label] = p.Step.Step
	}
	interval := 300 * time.Millisecond
	if !isTerminal(b.w) {
		interval = 30 * time.Second
	}
	if time.Since(b.shown) < interval {
		return
	}
	b.shown = time.Now()
	note := b.title + ": " + p.Label
	if p.Step.Steps > 0 {
		note += fmt.Sprintf(", step %d/%d, loss %.3f, %s", p.Step.Step, p.Step.Steps, p.Step.Loss, b.speed())
	}
	if p.Step.Memory > 0 {
		note += fmt.Sprintf(", up to %s a step", humanize.Bytes(uint64(p.Step.Memory)))
	}
	if !isTerminal(b.w) {
		fmt.Fprintf(b.w, "%d/%d; %s\n", p.Done, p.Total, note)
		return
	}
	if b.bar == nil {
		b.bar = progressbar.NewOptions(p.Total, progressbar.OptionSetWriter(b.w),
			progressbar.OptionShowCount(), progressbar.OptionSetPredictTime(true), progressbar.OptionClearOnFinish())
	}
	b.bar.ChangeMax(p.Total) // some claims find out on the way how much there is
	b.bar.Describe(note)
	_ = b.bar.Set(p.Done)
}

func (b *experimentBar) speed() string {
	return fmt.Sprintf("%.0f tasks/s", b.tasks/time.Since(b.start).Seconds())
}

func (b *experimentBar) close() {
	if b.bar != nil {
		_ = b.bar.Clear()
	}
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
