package notebooks

import (
	"fmt"
	"html"
	"os"
	"sync"
	"time"

	"github.com/janpfeifer/gonb/gonbui"
	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// Progress shows how far a long computation is: as a bar under the cell of a
// notebook, on standard error of a terminal, and nowhere else. [Progress.Done]
// erases it, so no times or rates stay in a notebook's file. Its methods may be
// called from several goroutines.
type Progress struct {
	title string
	show  func(done, total int, note string) // nil: nowhere
	erase func()

	mu    sync.Mutex
	last  time.Time // of the latest update shown
	ended bool
}

// interval between two updates: more would fill the notebook's channel.
const interval = 500 * time.Millisecond

// NewProgress returns a Progress under that title. It shows nothing until its
// first Update. Call Done when the computation ends, whichever way: defer it.
func NewProgress(title string) *Progress {
	p := &Progress{title: title}
	switch {
	case gonbui.IsNotebook:
		p.inNotebook()
	case term.IsTerminal(int(os.Stderr.Fd())):
		p.onTerminal()
	}
	return p
}

// Update says that done of total parts are complete; note is anything else worth
// knowing, such as the loss. Updates less than half a second after the one
// before are dropped.
func (p *Progress) Update(done, total int, note string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if now := time.Now(); p.show != nil && !p.ended && now.Sub(p.last) >= interval {
		p.last = now
		p.show(done, total, note)
	}
}

// Done erases what was shown. Later updates are ignored.
func (p *Progress) Done() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.show != nil && !p.ended && !p.last.IsZero() {
		p.erase()
	}
	p.ended = true
}

func (p *Progress) inNotebook() {
	id := "progress_" + gonbui.UniqueId()
	p.show = func(done, total int, note string) { gonbui.UpdateHTML(id, p.html(done, total, note)) }
	p.erase = func() {
		gonbui.UpdateHTML(id, "")
		gonbui.Sync()
	}
}

func (p *Progress) html(done, total int, note string) string {
	return fmt.Sprintf(`%s <progress value="%d" max="%d"></progress> %d / %d %s`,
		html.EscapeString(p.title), done, max(total, 1), done, total, html.EscapeString(note))
}

func (p *Progress) onTerminal() {
	var bar *progressbar.ProgressBar
	p.show = func(done, total int, note string) {
		if bar == nil {
			bar = progressbar.NewOptions(max(total, 1), progressbar.OptionSetWriter(os.Stderr),
				progressbar.OptionClearOnFinish(), progressbar.OptionShowCount(), progressbar.OptionSetPredictTime(true))
		}
		bar.ChangeMax(max(total, 1, done))
		bar.Describe(p.title + " " + note)
		_ = bar.Set(max(done, 0)) // a terminal that went away is no reason to stop
	}
	p.erase = func() { _ = bar.Clear() }
}
