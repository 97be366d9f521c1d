package main

import (
	"fmt"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/goicl/goicl/icl/claim"
	"github.com/goicl/goicl/icl/notebook"
)

// showProgress shows an experiment's progress on standard error. Call done at its end.
func showProgress(title string) (update func(claim.Progress), done func()) {
	bar, start := notebook.NewProgress(title), time.Now()
	tasks, last := 0, map[string]int{} // tasks seen since start, and the last step of each run
	return func(p claim.Progress) {
		if last[p.Label] < p.Step.Step {
			tasks += p.Step.Tasks
			last[p.Label] = p.Step.Step
		}
		note := p.Label
		if p.Step.Steps > 0 {
			note += fmt.Sprintf(", step %d/%d, %.0f tasks/s", p.Step.Step, p.Step.Steps, float64(tasks)/time.Since(start).Seconds())
		}
		if p.Step.Memory > 0 {
			note += fmt.Sprintf(", up to %s a step", humanize.Bytes(uint64(p.Step.Memory)))
		}
		bar.Update(p.Done, p.Total, p.Step.Loss, note)
	}, bar.Done
}
