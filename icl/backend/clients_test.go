package backend

import (
	"context"
	"errors"
	"os"
	"runtime"
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
