package construct_test

import (
	"testing"

	"github.com/goicl/goicl/icl/construct"
)

// TestMAMLIsExactAwayFromKinks: the sharper the stand-in for the derivative's jump, the
// fewer episodes have a unit close to it, and all the others are exact.
func TestMAMLIsExactAwayFromKinks(t *testing.T) {
	on := open(t, "go").Backend
	last := 1.1
	for _, sharp := range []float64{1, 10, 100, 1e4} {
		e, err := construct.MAML{Sharp: sharp}.Measure(on, 2, 512, 0)
		if err != nil {
			t.Fatal(err)
		}
		if e.Wrong >= last {
			t.Errorf("sharpness %g: %g of the episodes are wrong, as many as before", sharp, e.Wrong)
		}
		last = e.Wrong
		if sharp == 10 && e.Wrong < .1 {
			t.Errorf("sharpness 10: only %g of the episodes are wrong; is there a kink?", e.Wrong)
		}
		if sharp == 1e4 && (e.Wrong > .02 || e.Median > 1e-10) {
			t.Errorf("sharpness 1e4: %g of the episodes are wrong, median error %g", e.Wrong, e.Median)
		}
	}
}
