package backend

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"sync"
	"testing"
)

// TestSideBySide: XLA has a client a processor, and a call has one for itself; the
// environment is as before.
func TestSideBySide(t *testing.T) {
	t.Setenv("NPROC", "7")
	c, err := SideBySide(context.Background(), "xla", WithoutFetch())
	if err != nil {
		t.Skip("no XLA here:", err)
	}
	if got := os.Getenv("NPROC"); got != "7" {
		t.Errorf("NPROC is %q afterwards, want 7", got)
	}
	if len(c.All) != runtime.GOMAXPROCS(0) {
		t.Fatalf("%d clients for %d processors", len(c.All), runtime.GOMAXPROCS(0))
	}
	checkOneCallEach(t, c)
}

// TestThreadsOfClientsMadeAtOnce: clients made at the same time each get the number of
// threads that they were to have, and the environment is as before.
func TestThreadsOfClientsMadeAtOnce(t *testing.T) {
	t.Setenv("NPROC", "7")
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() {
			threads, want := i%3, "7"
			if threads > 0 {
				want = strconv.Itoa(threads)
			}
			err := withThreads(threads, func() error {
				for range 20 {
					if got := os.Getenv("NPROC"); got != want {
						return fmt.Errorf("NPROC is %q for a client with %d threads", got, threads)
					}
					runtime.Gosched()
				}
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if got := os.Getenv("NPROC"); got != "7" {
		t.Errorf("NPROC is %q afterwards, want 7", got)
	}
}

// TestThreadsLeaveNoVariable: one that was not set is not set afterwards, also after a
// failure.
func TestThreadsLeaveNoVariable(t *testing.T) {
	t.Setenv("NPROC", "")
	if err := os.Unsetenv("NPROC"); err != nil {
		t.Fatal(err)
	}
	failed := errors.New("no client")
	if err := withThreads(1, func() error { return failed }); !errors.Is(err, failed) {
		t.Errorf("error %v, want %v", err, failed)
	}
	if value, set := os.LookupEnv("NPROC"); set {
		t.Errorf("NPROC is %q, want none", value)
	}
}

// checkOneCallEach has as many calls under way as there are clients.
func checkOneCallEach(t *testing.T, c *Clients) {
	t.Helper()
	used := make([]bool, len(c.All))
	var call func(depth int) error
	call = func(depth int) error {
		if depth == len(c.All) {
			return errors.New("all in use")
		}
		return c.Use(func(i int) error {
			if used[i] {
				t.Errorf("client %d has two calls", i)
			}
			used[i] = true
			return call(depth + 1)
		})
	}
	for range 2 { // they are free again
		clear(used)
		if err := call(0); err == nil || err.Error() != "all in use" {
			t.Errorf("error %v of the innermost call", err)
		}
	}
}

// TestOne: the Go backend has one client, for any number of calls at once.
func TestOne(t *testing.T) {
	for _, open := range []func(context.Context, string, ...Option) (*Clients, error){One, SideBySide} {
		c, err := open(context.Background(), "go", WithoutFetch())
		if err != nil {
			t.Fatal(err)
		}
		err = c.Use(func(i int) error {
			return c.Use(func(k int) error {
				if i != 0 || k != 0 {
					t.Errorf("clients %d and %d, want 0", i, k)
				}
				return nil
			})
		})
		if err != nil || len(c.All) != 1 {
			t.Errorf("%d clients (%v), want 1", len(c.All), err)
		}
	}
	if _, err := SideBySide(context.Background(), "nothing", WithoutFetch()); err == nil {
		t.Error("an unknown backend is no error")
	}
}
