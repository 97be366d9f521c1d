package lanes

import (
	"errors"
	"testing"
)

// TestFreeList: what is given is taken before a new one is made, and an error is passed on.
func TestFreeList(t *testing.T) {
	made := 0
	l := FreeList[int]{New: func() (int, error) { made++; return made, nil }}
	take := func() int {
		x, err := l.Take()
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	one, two := take(), take()
	l.Give(two)
	if again := take(); one != 1 || two != 2 || again != 2 || made != 2 {
		t.Errorf("took %d, %d and %d, made %d; want 1, 2, 2 and 2", one, two, again, made)
	}
	l.Give(one)
	l.Clear()
	if x := take(); x != 3 {
		t.Errorf("took %d from an empty list, want a new one", x)
	}
	want := errors.New("no room")
	l.New = func() (int, error) { return 0, want }
	if _, err := l.Take(); !errors.Is(err, want) {
		t.Errorf("error %v, want %v", err, want)
	}
}
