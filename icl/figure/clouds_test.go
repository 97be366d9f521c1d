package figure

import (
	"math"
	"strings"
	"testing"
)

// TestCloudsRefuse: what cannot be drawn is an error that names the cloud.
func TestCloudsRefuse(t *testing.T) {
	for want, clouds := range map[string][]Cloud{
		"0 clouds":              nil,
		"6 clouds":              make([]Cloud, 6),
		`cloud "bare": 0 and 0`: {{Name: "bare"}},
		`cloud "odd": 2 and 1`:  {{Name: "odd", X: []float64{1, 2}, Y: []float64{1}}},
		`cloud "hole": `:        {{Name: "hole", X: []float64{1}, Y: []float64{math.NaN()}}},
	} {
		if _, err := Clouds("clouds", "x", "y", clouds...).PNG(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v; want one with %q", err, want)
		}
	}
	one := Clouds("A point", "x", "y", Cloud{"a", []float64{1}, []float64{2}})
	if alt := one.Alt(); !strings.Contains(alt, "1 points around (1.00, 2.00)") {
		t.Errorf("alternative text %q", alt)
	}
	if _, err := one.PNG(); err != nil {
		t.Errorf("a single point: %v", err)
	}
}
