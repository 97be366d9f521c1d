package kernels

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"golang.org/x/term"
)

// progress writes one line when a step starts and one when it ends. Steps may
// run at the same time. On a terminal one of them may show a bar below the lines.
type progress struct {
	mu  sync.Mutex
	w   io.Writer
	bar string // what stands on the terminal's last line
}

// Write makes progress an io.Writer that others can share.
func (p *progress) Write(text []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.draw(p.bar, "")
	defer func() { p.draw("", p.bar) }()
	return p.w.Write(text)
}

// draw replaces one bar on the terminal by another; "" is none.
func (p *progress) draw(old, bar string) {
	if old != "" || bar != "" {
		fmt.Fprintf(p.w, "\r%s\r%s", strings.Repeat(" ", utf8.RuneCountInString(old)), bar)
	}
}

// show draws a bar, and the last time removes it. Without a terminal it does nothing.
func (p *progress) show(name string, done, total int) {
	if f, ok := p.w.(*os.File); !ok || !term.IsTerminal(int(f.Fd())) {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	old := p.bar
	p.bar = bar(name, done, total)
	p.draw(old, p.bar)
}

// bar is a picture of how much is done, "" if all is. It is 45 columns wide.
func bar(name string, done, total int) string {
	const width = 20
	if done >= total {
		return ""
	}
	full := width * done / total
	return fmt.Sprintf("%s %s%s %d of %d", name, strings.Repeat("█", full), strings.Repeat("░", width-full), done, total)
}

func (p *progress) line(format string, args ...any) {
	fmt.Fprintf(p, format+"\n", args...)
}

// step runs do between two lines of progress.
func (p *progress) step(name string, do func() error) error {
	start := time.Now()
	p.line("%s …", name)
	if err := do(); err != nil {
		return err
	}
	p.line("%s: done in %.1f s", name, time.Since(start).Seconds())
	return nil
}
