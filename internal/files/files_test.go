package files

import (
	"errors"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// names lists a folder.
func names(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return strings.Join(all, " ")
}

func TestWrite(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a")
	for _, text := range []string{"one", "two"} {
		if err := Write(path, []byte(text)); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(path); string(got) != text || err != nil {
			t.Errorf("read %q, %v; want %q", got, err, text)
		}
	}
	if err := Write("/dev/null", nil); err == nil {
		t.Error("/dev/null was replaced")
	}
	if err := Write(filepath.Join(dir, "none", "a"), nil); err == nil {
		t.Error("a file in a folder that is not there was written")
	}
	if names(t, dir) != "a" {
		t.Errorf("the folder holds %s", names(t, dir))
	}
}

// TestKilled: what a process that is killed leaves is removed by the next one; what belongs
// to a process that still runs, or is of another name, stays.
func TestKilled(t *testing.T) {
	if dir := os.Getenv("GOICL_TEST_LEAVE"); dir != "" {
		_, err := Create(filepath.Join(dir, "a"))
		_, _, errDir := TempDir(dir, "goicl-test-")
		if err := errors.Join(err, errDir); err != nil {
			t.Fatal(err)
		}
		os.Exit(0) // as by a signal: nothing is cleaned up
	}
	dir := t.TempDir()
	mine, err := Create(filepath.Join(dir, "a"))
	if err != nil {
		t.Fatal(err)
	}
	defer mine.Discard()
	for _, other := range []string{".a", ".a12x", "goicl-test-x"} {
		if err := os.WriteFile(filepath.Join(dir, other), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	before := names(t, dir)
	child := exec.Command(os.Args[0], "-test.run=^TestKilled$")
	child.Env = append(os.Environ(), "GOICL_TEST_LEAVE="+dir)
	if out, err := child.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if len(strings.Fields(names(t, dir))) != len(strings.Fields(before))+2 {
		t.Fatalf("the child left %s after %s", names(t, dir), before)
	}
	again, err := Create(filepath.Join(dir, "a"))
	if err != nil {
		t.Fatal(err)
	}
	again.Discard()
	_, remove, err := TempDir(dir, "goicl-test-")
	if err != nil {
		t.Fatal(err)
	}
	remove()
	if names(t, dir) != before {
		t.Errorf("the folder holds %s, want %s", names(t, dir), before)
	}
	if err := mine.Commit(); err != nil {
		t.Error(err)
	}
}

// TestEveryFlipOfJSON: a flipped bit is an error, or changes nothing.
func TestEveryFlipOfJSON(t *testing.T) {
	type content struct {
		Name  string
		Value float64
		List  []int
	}
	path, want := filepath.Join(t.TempDir(), "a.json"), content{"é \"x\"", .5078, []int{1, 22}}
	if err := WriteJSON(path, want); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	read := func(text []byte) (c content, err error) { return c, OpenJSON(text, &c) }
	if got, err := read(text); err != nil || got.Name != want.Name || got.Value != want.Value {
		t.Fatalf("read %v, %v", got, err)
	}
	seen := 0
	for bit := range 8 * len(text) {
		text[bit/8] ^= 1 << (bit % 8)
		got, err := read(text)
		if err == nil && (got.Name != want.Name || got.Value != want.Value || len(got.List) != 2 || got.List[1] != 22) {
			t.Errorf("bit %d gives %v", bit, got)
		}
		if err != nil {
			seen++
		}
		text[bit/8] ^= 1 << (bit % 8)
	}
	if seen < 8*len(text)*9/10 {
		t.Errorf("%d of %d flips are seen", seen, 8*len(text))
	}
	if _, err := read(text[:rand.IntN(len(text)-1)]); !errors.Is(err, ErrDamaged) {
		t.Errorf("cut short: error %v", err)
	}
}

// TestTogether: many write the same file at once, and each finds its own or another's,
// whole; nothing is left behind.
func TestTogether(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a")
	done := make(chan error)
	for i := range 8 {
		go func() {
			var errs []error
			for range 50 {
				errs = append(errs, Write(path, []byte(strings.Repeat(string(rune('a'+i)), 1000))))
				text, err := os.ReadFile(path)
				if len(text) != 1000 || strings.Trim(string(text), string(text[:1])) != "" {
					err = errors.New("half a file")
				}
				errs = append(errs, err)
			}
			done <- errors.Join(errs...)
		}()
	}
	for range 8 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if names(t, dir) != "a" {
		t.Errorf("the folder holds %s", names(t, dir))
	}
}
