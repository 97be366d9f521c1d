package study

import (
	"slices"
	"testing"
)

// TestHolmAdjusts: the values of Holm's procedure, computed by hand. None falls below a smaller p-value's,
// none rises above 1, and the order of the hypotheses does not matter.
func TestHolmAdjusts(t *testing.T) {
	for _, test := range [][2][]float64{
		{{.01, .04, .03}, {.03, .06, .06}},
		{{.04, .03, .01}, {.06, .06, .03}},
		{{.5, .9}, {1, 1}},
		{{.02}, {.02}},
		{{}, {}},
	} {
		if got := holm(test[0]); !slices.Equal(got, test[1]) {
			t.Errorf("p-values %v are adjusted to %v, want %v", test[0], got, test[1])
		}
	}
}
