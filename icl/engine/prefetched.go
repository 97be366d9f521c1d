package engine

import "sync"

// prefetched is work for the next step, of all runs that share an engine. It implements
// [Prefetcher].
type prefetched struct {
	mu    sync.Mutex
	works []func()
}

// Prefetch implements [Prefetcher].
func (p *prefetched) Prefetch(work func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.works = append(p.works, work)
}

// takeWork returns a function that does the work that there is, when it is first called. A
// step must call it, even if it fails: somebody waits for the work.
func (p *prefetched) takeWork() func() {
	p.mu.Lock()
	defer p.mu.Unlock()
	works := p.works
	if len(works) == 0 {
		return nothing
	}
	p.works = nil
	return sync.OnceFunc(func() {
		for _, work := range works {
			work()
		}
	})
}

func nothing() {}
