package main

import (
	"bytes"
	"context"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(childVariable); dir != "" {
		os.Exit(runChild(dir))
	}
	os.Exit(m.Run())
}

// TestAttacks makes a few attacks of each kind; "go run ./internal/battery" makes many.
func TestAttacks(t *testing.T) {
	for name, n := range map[string]string{"flips": "150", "kills": "6", "disk": "2"} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			if code := run(t.Context(), []string{name, "-n", n}, &out); code != 0 || !strings.Contains(out.String(), name+": held") {
				t.Errorf("status %d\n%s", code, &out)
			}
		})
	}
}

// TestFlipsAreFound: a reader that does not see a flip is found out, and the file is as it
// was afterwards.
func TestFlipsAreFound(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a")
	if err := os.WriteFile(path, []byte("weights"), 0o600); err != nil {
		t.Fatal(err)
	}
	trusting := target{name: "a", files: []string{path}, read: func(context.Context) (string, error) {
		text, err := os.ReadFile(path)
		return string(text), err
	}}
	seen, harmless, wrong, err := trusting.attack(t.Context(), 20, rand.New(rand.NewPCG(0, 0)))
	if seen != 0 || harmless != 0 || len(wrong) != 20 || err != nil {
		t.Errorf("%d seen, %d harmless, %d wrong, error %v; want 20 wrong", seen, harmless, len(wrong), err)
	}
	if text, err := os.ReadFile(path); string(text) != "weights" || err != nil {
		t.Errorf("the file is now %q, %v", text, err)
	}
}

func TestWrongCalls(t *testing.T) {
	for _, args := range [][]string{{"nosuch"}, {"flips", "-n", "-1"}, {"flips", "-x"}, {"-n", "1", "kills"}} {
		if code := run(t.Context(), args, io.Discard); code != 2 {
			t.Errorf("%v: status %d, want 2", args, code)
		}
	}
}
