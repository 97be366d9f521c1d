package backend

import (
	"context"
	"fmt"
	"os"
	"runtime"
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
	// XLA reads the size of a client's pool here when the client is made.
	defer restore("NPROC")()
	if err := os.Setenv("NPROC", "1"); err != nil {
		return nil, fmt.Errorf("backend: %w", err)
	}
	processors := runtime.GOMAXPROCS(0)
	c := &Clients{free: make(chan int, processors)}
	for i := range processors {
		b, err := Open(ctx, spec, opts...)
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

// restore returns a function that gives an environment variable the value it has now.
func restore(name string) func() {
	value, set := os.LookupEnv(name)
	return func() {
		if set {
			_ = os.Setenv(name, value)
		} else {
			_ = os.Unsetenv(name)
		}
	}
}
