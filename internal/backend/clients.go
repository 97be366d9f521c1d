package backend

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strconv"
	"sync"
)

// Clients are backends of one kind among which calls from several goroutines are shared
// out.
type Clients struct {
	All  []*Backend
	free chan int // nil: there is one, for any number of calls at once
}

// One returns the shared backend of a spec as the only client: each of its operations is
// spread over all processors.
func One(ctx context.Context, spec string, opts ...Option) (*Clients, error) {
	b, err := Shared(ctx, spec, opts...)
	return &Clients{All: []*Backend{b}}, err
}

// SideBySide returns clients for many small computations at once, as of a claim's runs:
// for XLA on the CPU one a processor, each of one thread and for one call at a time. XLA
// hands the parts of a computation from thread to thread of a client's pool, and small
// ones spend more time waiting for that than computing. For other backends it is [One].
func SideBySide(ctx context.Context, spec string, opts ...Option) (*Clients, error) {
	first, err := Shared(ctx, spec, opts...)
	if err != nil || first.engine != onCPU {
		return &Clients{All: []*Backend{first}}, err
	}
	processors := runtime.GOMAXPROCS(0)
	c := &Clients{free: make(chan int, processors)}
	for i := range processors {
		b, err := Open(ctx, spec, append(slices.Clone(opts), func(s *store) { s.threads = 1 })...)
		if err != nil {
			return nil, err
		}
		c.All = append(c.All, b)
		c.free <- i
	}
	return c, nil
}

// Use calls f with the number of a client, when one is free.
func (c *Clients) Use(f func(i int) error) error {
	if c.free == nil {
		return f(0)
	}
	i := <-c.free
	defer func() { c.free <- i }()
	return f(i)
}

// environment is held while a client of XLA is made.
var environment sync.Mutex

// withThreads calls load, which makes a client of XLA with that many threads in its pool, or
// as many as XLA chooses for 0. XLA reads the number from NPROC when the client is made.
func withThreads(threads int, load func() error) error {
	environment.Lock()
	defer environment.Unlock()
	const variable = "NPROC"
	if threads == 0 {
		return load()
	}
	value, set := os.LookupEnv(variable)
	if err := os.Setenv(variable, strconv.Itoa(threads)); err != nil {
		return fmt.Errorf("backend: %w", err)
	}
	defer func() {
		if set {
			_ = os.Setenv(variable, value)
		} else {
			_ = os.Unsetenv(variable)
		}
	}()
	return load()
}
