package sheet

import (
	"math"
	"math/big"
	"strconv"
	"testing"
)

func TestFormOf(t *testing.T) {
	for text, want := range map[string]form{
		"": word, "-": word, "+": word, ".": word, ",": word, "e5": word, "1e": word, "1e+": word, "0x10": word, "1_000": word, "1 000": word, "1.2.3": word, "1,234,567": word, "1.234,5": word, "--1": word, "12a": word,
		"0": whole, "-12": whole, "+3": whole, "1e5": whole, "1E-05": whole,
		"1.5": point, ".5": point, "5.": point, "-1.5e+3": point,
		"1,5": comma, ",5": comma, "1,5e3": comma,
		"inf": infinite, "-Inf": infinite, "+infinity": infinite, "info": word,
	} {
		if got := formOf([]byte(text)); got != want {
			t.Errorf("%q has form %d, want %d", text, got, want)
		}
	}
	for text, want := range map[string]bool{"1,234": true, "-12,345": true, "123,456": true, "0,123": false, "1234,567": false, "1,23": false, "1,2345": false, ",123": false} {
		if got := thousands([]byte(text)); got != want {
			t.Errorf("%q may be thousands: %v, want %v", text, got, want)
		}
	}
}

// FuzzNumbers: what looks like a number is one for strconv, and numbers are written alike exactly if they are equal.
func FuzzNumbers(f *testing.F) {
	for _, seed := range [][2]string{{"0", "-0.0"}, {"1.50", "15e-1"}, {"9007199254740993", "9007199254740992"}, {"-.5e3", "-500"}, {"1e999999", "1"}, {"007", "7."}} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		if len(a)+len(b) > 40 {
			return
		}
		one, ok := Canonical(a, false)
		if form := formOf([]byte(a)); form == whole || form == point {
			if _, err := strconv.ParseFloat(a, 64); err != nil && ok && !math.IsInf(parsed(a), 0) {
				t.Fatalf("%q: %v", a, err)
			}
		} else if ok {
			t.Fatalf("%q is written as %q", a, one)
		}
		two, both := Canonical(b, false)
		if !ok || !both {
			return
		}
		x, y := exact(a), exact(b)
		if x == nil || y == nil {
			return
		}
		if (x.Cmp(y) == 0) != (one == two) {
			t.Fatalf("%q and %q are written as %q and %q", a, b, one, two)
		}
	})
}

func parsed(text string) float64 {
	v, _ := strconv.ParseFloat(text, 64)
	return v
}

// exact is the number, or nil if it is too large or too small to be written out.
func exact(text string) *big.Rat {
	if v := math.Abs(parsed(text)); v > 1e100 || v < 1e-100 {
		return nil
	}
	r, ok := new(big.Rat).SetString(text)
	if !ok {
		return nil
	}
	return r
}

// TestBoxes: texts go through a float32 unharmed, and numbers are none.
func TestBoxes(t *testing.T) {
	for _, text := range []uint32{Missing, 1, 77, MaxTexts, Other} {
		values := append([]float32{}, Box(text))
		if got, ok := Unbox(values[0]); !ok || got != text {
			t.Errorf("text %d comes back as %d, %v", text, got, ok)
		}
	}
	for _, v := range []float32{0, 1, -1, math.MaxFloat32, math.SmallestNonzeroFloat32, float32(math.Inf(1))} {
		if text, ok := Unbox(v); ok {
			t.Errorf("%g is text %d", v, text)
		}
	}
}

func TestTwice(t *testing.T) {
	if first, second, twice := Twice([]string{"a", "b", "c", "b", "a"}); !twice || first != 1 || second != 3 {
		t.Errorf("rows %d and %d, %v; want 1 and 3", first, second, twice)
	}
	if _, _, twice := Twice([]string{"a", "b", ""}); twice {
		t.Error("names that differ are one")
	}
}
