package construct_test

import (
	"slices"
	"testing"

	"github.com/goicl/goicl/icl/construct"
)

// wrong is the share of errors above 1e-10.
func wrong(errs []float64) float64 {
	count := 0
	for _, e := range errs {
		if e > 1e-10 {
			count++
		}
	}
	return float64(count) / float64(len(errs))
}

// TestMAMLIsExactAwayFromKinks: the larger Sharp is, the fewer episodes have a unit close
// to its kink, and all others are exact.
func TestMAMLIsExactAwayFromKinks(t *testing.T) {
	on := open(t, "go").Backend
	last := 1.1
	for _, sharp := range []float64{1, 10, 100, 1e4} {
		errs, err := construct.MAML{Sharp: sharp}.Errors(on, 2, 512, 0)
		if err != nil {
			t.Fatal(err)
		}
		share := wrong(errs)
		if share >= last {
			t.Errorf("sharpness %g: %g of the episodes are wrong, as many as before", sharp, share)
		}
		last = share
		if sharp == 10 && share < .1 {
			t.Errorf("sharpness 10: only %g of the episodes are wrong; is there a kink?", share)
		}
		slices.Sort(errs)
		if median := errs[len(errs)/2]; sharp == 1e4 && (share > .02 || median > 1e-10) {
			t.Errorf("sharpness 1e4: %g of the episodes are wrong, median error %g", share, median)
		}
	}
}
