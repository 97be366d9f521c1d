package bench

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/goicl/goicl/internal/process"
)

// shell starts a shell script as a program.
func shell(t *testing.T, script string) (*program, error) {
	t.Helper()
	p, err := startProgram(t.Context(), process.Command(t.Context(), "sh", "-c", script))
	if err == nil {
		t.Cleanup(func() { _ = p.close() })
	}
	return p, err
}

func TestProgramAnswers(t *testing.T) {
	p, err := shell(t, `echo ready shell 1.0; while read n; do echo "$n.5"; done`)
	if err != nil {
		t.Fatal(err)
	}
	if p.name != "shell 1.0" {
		t.Errorf("name %q", p.name)
	}
	for _, steps := range []int{1, 20} {
		took, err := p.run(t.Context(), steps)
		if want := time.Duration(steps)*time.Millisecond + 500*time.Microsecond; took != want || err != nil {
			t.Errorf("%d steps took %s, error %v; want %s", steps, took, err, want)
		}
	}
	if err := p.close(); err != nil || p.close() != nil {
		t.Errorf("closing: %v", err)
	}
}

func TestProgramsThatFail(t *testing.T) {
	for name, test := range map[string]struct{ script, says string }{
		"says why":        {"echo first >&2; echo no torch >&2; exit 1", "no torch"},
		"says nothing":    {"exit 3", "exit status 3"},
		"ends well":       {"exit 0", "ended without an answer"},
		"is not ready":    {"echo hello", `printed "hello", want "ready NAME"`},
		"ends at once":    {"echo ready x; echo tired >&2; exit 1", "tired"},
		"answers in rods": {"echo ready x; read n; echo three rods", `answered "three rods", want milliseconds`},
		"answers NaN":     {"echo ready x; read n; echo NaN", `answered "NaN"`},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := shell(t, test.script)
			if err == nil {
				_, err = p.run(t.Context(), 1)
			}
			if err == nil || !strings.Contains(err.Error(), test.says) || strings.Contains(err.Error(), "\n") {
				t.Errorf("error %v, want %q in it", err, test.says)
			}
		})
	}
}

func TestProgramEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := startProgram(ctx, process.Command(ctx, "sh", "-c", "sleep 60 & wait")); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v, want that of the context", err)
	}
}
