package figure

import (
	"math"
	"strings"
	"testing"
)

// TestLinesRefuse: what cannot be drawn is an error that names the panel and the line.
func TestLinesRefuse(t *testing.T) {
	for want, panels := range map[string][]Plane{
		"0 panels":                          nil,
		`panel "a": no lines`:               {{Title: "a"}},
		`panel "a": line "f": 1 and 2`:      {{Title: "a", Lines: []Cloud{{"f", []float64{1}, []float64{1, 2}}}}},
		`panel "a": points "p": NaN, which`: {{Title: "a", Points: []Cloud{{"p", []float64{1}, []float64{math.NaN()}}}}},
	} {
		if _, err := Lines("lines", panels...).PNG(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v; want one with %q", err, want)
		}
	}
	one := Lines("", Plane{Lines: []Cloud{{"f", []float64{0, 1}, []float64{2, 3}}}, Points: []Cloud{{"p", []float64{1}, []float64{1}}}})
	if got, want := one.Alt(), "f from (0.00, 2.00) to (1.00, 3.00); 1 points, p."; got != want {
		t.Errorf("alternative text %q, want %q", got, want)
	}
}
