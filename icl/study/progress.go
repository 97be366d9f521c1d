package study

import (
	"fmt"
	"sync"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/goicl/goicl/icl/engine"
	"github.com/goicl/goicl/icl/study/internal/clock"
	"github.com/goicl/goicl/icl/train"
)

// Progress reports how far a study is.
type Progress struct {
	Done, Total int        // parts of the work: runs with their tests, trials, parts
	Look, Looks int        // the look under way, from 1 on, and how many there are at most
	Step        train.Step // the last step of one of the runs under way
	Label       string     // that run: "ICL(mix), seed 2"
	// Left is how long the rest of this look will take, predicted from what was computed so
	// far; 0 means that nothing is known yet.
	Left  time.Duration
	Share float64 // of the work of this look, by the time it takes, that is done
}

// Note is what there is to say of a study's progress in a line: how long the rest will take,
// the run and its step.
func (p Progress) Note() string {
	note := p.left() + p.Label
	if p.Step.Steps > 0 {
		note += fmt.Sprintf(", step %d/%d", p.Step.Step, p.Step.Steps)
	}
	if p.Step.Memory > 0 && p.Step.Loss == 0 {
		note += fmt.Sprintf(", up to %s a step", humanize.Bytes(uint64(p.Step.Memory)))
	}
	if p.Looks > 1 {
		note += fmt.Sprintf(" (look %d of up to %d)", p.Look, p.Looks)
	}
	return note
}

func (p Progress) left() string {
	switch left := p.Left.Round(time.Second); {
	case left >= 2*time.Minute:
		return fmt.Sprintf("about %.0f min left, ", left.Minutes())
	case left > 0:
		return fmt.Sprintf("about %.0f s left, ", left.Seconds())
	}
	return ""
}

// progress counts finished jobs and predicts how long the others take.
type progress struct {
	report func(Progress)

	mu     sync.Mutex
	jobs   clock.Jobs
	costs  *clock.Costs
	byRun  map[string]*clock.Job // jobs under way, by the label of a run
	latest Progress
	looked time.Time // when the time left was last predicted
}

func newProgress(report func(Progress), costs *clock.Costs) *progress {
	return &progress{report: report, costs: costs, byRun: map[string]*clock.Job{}}
}

// look announces that the work of a look begins.
func (p *progress) look(number, of int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.latest.Look, p.latest.Looks = number, of
}

// add announces a job.
func (p *progress) add(kind string) *clock.Job {
	p.mu.Lock()
	defer p.mu.Unlock()
	t := p.jobs.Add(kind)
	p.latest.Total = len(p.jobs)
	return t
}

// begin reports that a job is begun; label is that of its run, if it has one.
func (p *progress) begin(t *clock.Job, label string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	t.Begin()
	p.byRun[label] = t
	p.latest.Label = label
}

// end reports that a job is finished. Jobs without a run have always worked.
func (p *progress) end(t *clock.Job, label string, worked bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	t.End(worked)
	p.costs.Learn(t)
	delete(p.byRun, label)
	p.latest.Done++
	p.tell(label, train.Step{})
}

// tell reports the latest, with a prediction that is at most half a second old.
func (p *progress) tell(label string, s train.Step) {
	if now := time.Now(); now.Sub(p.looked) > time.Second/2 {
		p.looked = now
		p.latest.Left, p.latest.Share = p.jobs.Left(now, engine.AtOnce(), p.costs)
	}
	p.latest.Label, p.latest.Step = label, s
	p.report(p.latest)
}

// step reports a training step of a run.
func (p *progress) step(label string, s train.Step) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if t := p.byRun[label]; t != nil && s.Steps > 0 {
		t.Made(float64(s.Step)/float64(s.Steps), s.Tasks > 0)
	}
	p.tell(label, s)
}
