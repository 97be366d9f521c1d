package notebook

import (
	"fmt"
	"html"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/janpfeifer/gonb/gonbui"
	"golang.org/x/term"
)

// Progress shows how far a long computation is and how long it will still take: in a
// notebook a bar with the curve of the loss below the cell, in a terminal a bar, never wider than
// it, elsewhere, as in a log file, a line of text a minute, both on standard error. [Progress.Done] erases the bar,
// and what the cell shows next takes its place: no times or rates stay in a notebook's file.
// Its methods may be called from several goroutines.
type Progress struct {
	title    string
	interval time.Duration // between two updates shown
	show     func(p state)
	erase    func()

	mu     sync.Mutex
	losses lossCurve
	clock  clock
	last   time.Time // of the latest update shown
	ended  bool
}

// state is how far a computation is.
type state struct {
	done, total int
	loss        float64       // 0: none
	left        time.Duration // 0: not known yet
	note        string
}

// clock estimates the time remaining from the updates so far. A computation that resumes
// starts above 0.
type clock struct {
	start time.Time
	first int // done at start
}

func (c *clock) left(now time.Time, done, total int) time.Duration {
	if c.start.IsZero() || done < c.first {
		*c = clock{now, done}
	}
	took := now.Sub(c.start)
	if took < 5*time.Second || done == c.first {
		return 0
	}
	left := time.Duration(float64(took) / float64(done-c.first) * float64(max(total-done, 0)))
	if left > 10*time.Minute {
		return left.Round(time.Minute)
	}
	return left.Round(time.Second)
}

// percent is how far it is; 0 where there is no total.
func (s state) percent() int { return 100 * min(max(s.done, 0), s.total) / max(s.total, 1) }

// text is all but how far it is, such as "3m20s left, a step takes up to 3 GB, loss 0.412".
func (s state) text() string {
	var parts []string
	if s.left > 0 && !strings.Contains(s.note, " left") { // else who computes knows better
		parts = append(parts, fmt.Sprintf("%v left", s.left))
	}
	if s.note != "" {
		parts = append(parts, s.note)
	}
	if s.loss != 0 {
		parts = append(parts, fmt.Sprintf("loss %.3f", s.loss))
	}
	return strings.Join(parts, ", ")
}

// NewProgress returns a Progress under that title. It shows nothing until its
// first Update. Call Done when the computation ends, whichever way: defer it.
func NewProgress(title string) *Progress {
	p := &Progress{title: title, interval: 500 * time.Millisecond, erase: func() {}}
	switch {
	case gonbui.IsNotebook:
		p.inNotebook()
	case term.IsTerminal(int(os.Stderr.Fd())):
		p.onTerminal()
	default:
		p.interval, p.last = time.Minute, time.Now()
		p.show = func(s state) { fmt.Fprintln(os.Stderr, p.line(s)) }
	}
	return p
}

// Update reports that done of total parts are complete, with that loss, 0 where there is
// none; note is anything else worth knowing. Of many updates two a second are shown; the
// curve holds all losses.
func (p *Progress) Update(done, total int, loss float64, note string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ended {
		return
	}
	p.losses.add(done, total, loss)
	now := time.Now()
	left := p.clock.left(now, done, total)
	if now.Sub(p.last) >= p.interval {
		p.last = now
		p.show(state{done, total, loss, left, note})
	}
}

// Done erases what was shown. Later updates are ignored.
func (p *Progress) Done() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.ended && !p.last.IsZero() {
		p.erase()
	}
	p.ended = true
}

func (p *Progress) inNotebook() {
	id := ""
	p.show = func(s state) {
		if id == "" {
			id = newOutput()
		}
		gonbui.UpdateHTML(id, p.html(s))
	}
	p.erase = func() { freeOutput(id) }
}

func (p *Progress) html(s state) string {
	return fmt.Sprintf(`<div>%s <progress value="%d" max="%d" aria-label="%[1]s"></progress> %[4]d %% %[5]s</div>%[6]s`,
		html.EscapeString(p.title), s.done, max(s.total, 1), s.percent(), html.EscapeString(s.text()), p.losses.svg())
}

func (p *Progress) line(s state) string {
	return strings.TrimSuffix(fmt.Sprintf("%s: %d %%, %s", p.title, s.percent(), s.text()), ", ")
}

// fit is the text on one line of a terminal of that width; one of unknown width, 0, has 80.
func fit(text string, width int) string {
	if width < 1 {
		width = 80
	}
	letters := []rune(text)
	if len(letters) < width {
		return text
	}
	return string(letters[:max(width-2, 0)]) + "…"
}

// onTerminal writes the line again and again, behind a bar. A library for that would
// bring net/http, a third of what a cell has to link.
func (p *Progress) onTerminal() {
	const again = "\r\x1b[K" // back to an empty line
	p.show = func(s state) {
		width, _, _ := term.GetSize(int(os.Stderr.Fd())) // 0 where it is not known
		fmt.Fprint(os.Stderr, again+fit(bar(s, 10)+" "+p.line(s), width))
	}
	p.erase = func() { fmt.Fprint(os.Stderr, again) }
}

// bar is how far a computation is, in that many characters.
func bar(s state, length int) string {
	total := max(s.total, 1)
	full := min(max(s.done, 0), total) * length / total
	return strings.Repeat("█", full) + strings.Repeat("░", length-full)
}
