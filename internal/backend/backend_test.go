package backend

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
)

func ExampleOpen() {
	b, err := Open(context.Background(), "go")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer b.Backend.Finalize()
	add := graph.MustNewExec(b.Backend, graph.Add)
	fmt.Println(add.MustCall1(2.0, 3.0).Value())
	fmt.Println(b.Kind(), "-", b.Line())
	// Output:
	// 5
	// go - pure Go (asked for)
}

// add23 computes 2+3, then feeds the result back as a training step does with its variables.
func add23(t *testing.T, b *Backend) {
	t.Helper()
	add := graph.MustNewExec(b.Backend, graph.Add)
	sum, err := add.Call1(float32(2), float32(3))
	if err != nil {
		t.Fatal(err)
	}
	twice, err := add.Call1(sum, sum)
	if err != nil {
		t.Fatal(err)
	}
	if got := twice.Value(); got != float32(10) {
		t.Errorf("(2+3)+(2+3) = %v", got)
	}
}

func TestGo(t *testing.T) {
	b, err := Open(t.Context(), "go")
	if err != nil {
		t.Fatal(err)
	}
	add23(t, b)
}

// TestBadSpecs wants one line that names the value and says what to do.
func TestBadSpecs(t *testing.T) {
	dir := t.TempDir()
	text := write(t, dir, "notes.txt", []byte("some text"))
	cut := write(t, dir, "cut.so", plugin[:len(plugin)-70])
	cases := []struct{ spec, want string }{
		{"tpu9000", "unknown backend; use lanes, go, xla, xla:cuda or the path"},
		{"go2:x", "unknown backend"},
		{text, "not a PJRT plugin"},
		{"xla:" + text, "not a PJRT plugin"},
		{cut, "not a PJRT plugin"},
		{dir, "not a regular file"},
		{"/no/such/plugin.so", "no such file"},
		{"plugin.so", "no such file"},
		{"xla:nosuchdevice", ""},
	}
	for _, c := range cases {
		b, err := Open(t.Context(), c.spec, WithoutFetch())
		if err == nil {
			t.Errorf("%s opened as %s", c.spec, b.Line())
			continue
		}
		text := err.Error()
		if !strings.HasPrefix(text, "backend: ") || !strings.Contains(text, c.spec) || !strings.Contains(text, c.want) || strings.Contains(text, "\n") {
			t.Errorf("%s: error %q, want %q", c.spec, text, c.want)
		}
	}
}

func TestVariable(t *testing.T) {
	t.Setenv("GOMLX_BACKEND", "go")
	b, err := Open(t.Context(), "")
	if err != nil || b.Line() != "pure Go (asked for by GOMLX_BACKEND)" {
		t.Errorf("GOMLX_BACKEND=go: %v, %v", b, err)
	}
	t.Setenv("GOMLX_BACKEND", "abacus")
	if _, err := Open(t.Context(), ""); err == nil || !strings.Contains(err.Error(), `GOMLX_BACKEND="abacus"`) {
		t.Errorf("GOMLX_BACKEND=abacus: error %v", err)
	}
	if b, err := Open(t.Context(), "go"); err != nil || b.Line() != "pure Go (asked for)" {
		t.Errorf("a spec must come before GOMLX_BACKEND: %v, %v", b, err)
	}
}

// TestFallback: only the default falls back to Go, and it says why in one line.
func TestFallback(t *testing.T) {
	s := testStore(t)
	b, err := s.open(t.Context(), "")
	if err != nil || b.Kind() != "go" {
		t.Fatalf("open() = %v, %v", b, err)
	}
	if line := b.Line(); !strings.HasPrefix(line, "pure Go (") || !strings.HasSuffix(line, "training is slower)") || strings.Contains(line, "\n") {
		t.Errorf("line %q", line)
	}
	add23(t, b)
	if b, err := s.open(t.Context(), "xla"); err == nil {
		t.Errorf("asked for xla and got %s", b.Line())
	}
}

func TestOneLine(t *testing.T) {
	cause := context.Canceled
	err := oneLine(fmt.Errorf("first\n\tsecond: %w", cause))
	if err.Error() != "first second: context canceled" {
		t.Errorf("%q", err)
	}
}
