package lanes

import "sync"

// FreeList keeps what one call at a time can use, such as the memory that it works in, for
// later calls. It may be used from several goroutines at once.
type FreeList[T any] struct {
	New func() (T, error) // makes a new one

	mu   sync.Mutex
	free []T
}

// Take returns what was given last, or makes a new one.
func (l *FreeList[T]) Take() (T, error) {
	l.mu.Lock()
	if n := len(l.free); n > 0 {
		defer l.mu.Unlock()
		last := l.free[n-1]
		l.free = l.free[:n-1]
		return last, nil
	}
	l.mu.Unlock()
	return l.New()
}

// Give keeps x for the next call.
func (l *FreeList[T]) Give(x T) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.free = append(l.free, x)
}

// Clear forgets all that is kept.
func (l *FreeList[T]) Clear() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.free = nil
}
