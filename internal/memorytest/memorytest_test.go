package memorytest

import (
	"errors"
	"os"
	"testing"
)

// TestCheck reads a file, and what it takes is of the order of its size.
func TestCheck(t *testing.T) {
	Check(t, func(path string) error {
		data, err := os.ReadFile(path)
		if err == nil && len(data) != 20_000_000 {
			err = errors.New("another size")
		}
		return err
	}, File{Name: "zeros", Write: func(path string) error { return os.WriteFile(path, make([]byte, 20_000_000), 0o600) }},
		File{Name: "short", Error: "another size", Write: func(path string) error { return os.WriteFile(path, nil, 0o600) }})
}

// TestPeakMemory: it grows with what is used.
func TestPeakMemory(t *testing.T) {
	before := peakMemory()
	big := make([]byte, 300_000_000)
	for i := 0; i < len(big); i += 1 << 10 {
		big[i] = byte(i)
	}
	if after := peakMemory(); after-before < 200_000_000 {
		t.Errorf("it was %d bytes and is %d after %d were used", before, after, len(big))
	}
}

// TestParse: what a child prints comes back.
func TestParse(t *testing.T) {
	peak, problem := parse([]byte("noise\n" + peakLine + "12\n" + errorLine + "it is\ndamaged\n"))
	if peak != 12 || problem != "it is\ndamaged" {
		t.Errorf("got %d and %q", peak, problem)
	}
}
