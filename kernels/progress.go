package kernels

import (
	"fmt"
	"io"
	"sync"
	"time"
)

// progress writes one line when a step starts and one when it ends. Steps may
// run at the same time.
type progress struct {
	mu sync.Mutex
	w  io.Writer
}

// Write makes progress an io.Writer that others can share.
func (p *progress) Write(text []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.w.Write(text)
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
