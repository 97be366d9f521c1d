package eval

import (
	"math"
	"strings"
	"testing"

	"github.com/goicl/goicl/datasets"
)

// TestSquaredDistances of targets are divided by the unit, those of probabilities are not,
// and what is measured else stays as it was.
func TestSquaredDistances(t *testing.T) {
	near, far := Named{constant(2), "near"}, Named{constant(-1), "far"}
	s, err := Evaluate(t.Context(), constant(1), "ramp", ramp(), []int{0, 3}, WithUnit(2), WithDistanceTo(near), nil, WithDistanceTo(far))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := Evaluate(t.Context(), constant(1), "ramp", ramp(), []int{0, 3}, WithUnit(2))
	if err != nil {
		t.Fatal(err)
	}
	for i, e := range plain.Values(SquaredError) {
		if n, f := s.Values(SquaredDistanceTo("near"))[i], s.Values(SquaredDistanceTo("far"))[i]; n != .5 || f != 2 || s.Values(SquaredError)[i] != e {
			t.Errorf("query %d: distances %g and %g, error %g; want .5, 2 and %g", i, n, f, s.Values(SquaredError)[i], e)
		}
	}
	b := half(6, 3)
	s, err = Evaluate(t.Context(), guess(.9), "half", b, AllLengths(3), WithUnit(7), WithDistanceTo(Named{guess(.7), "other"}))
	if err != nil {
		t.Fatal(err)
	}
	c := CurveOf(SquaredDistanceTo("other"), s.Summarize(0))
	if math.Abs(c.Mean[1]-.08) > 1e-6 || c.Learner != "guess" || c.Metric != "squared distance to other" { // (.2)² for each class
		t.Errorf("distance %+v, want .08", c)
	}
}

// TestDistanceIsExcess: on average over labels drawn from q, the Brier score of p exceeds that
// of q by their distance.
func TestDistanceIsExcess(t *testing.T) {
	const p, q = .35, .6
	brier := func(of float64) float64 { return q*2*(1-of)*(1-of) + (1-q)*2*of*of }
	b := half(1, 2)
	s, err := Evaluate(t.Context(), guess(p), "half", b, []int{1}, WithDistanceTo(Named{guess(q), "q"}))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := s.Values(SquaredDistanceTo("q"))[0], brier(p)-brier(q); math.Abs(got-want) > 1e-6 {
		t.Errorf("distance %g, want %g", got, want)
	}
}

func TestDistanceRefuses(t *testing.T) {
	of := func(b *datasets.Batch, p Predictor, others ...Predictor) error {
		s, err := Evaluate(t.Context(), p, "x", b, []int{1}, WithDistanceTo(others...))
		if err != nil && s != nil {
			t.Error("scores with an error")
		}
		return err
	}
	for want, err := range map[string]error{
		"predictor to measure the distance to":                            of(ramp(), constant(1), nil),
		`two predictors called "constant"`:                                of(ramp(), constant(1), constant(2), constant(3)),
		"no method Regress":                                               of(ramp(), constant(1), guess(.5)),
		"of constant to constant: a prediction is not finite: 1 and +Inf": of(ramp(), constant(1), constant(math.Inf(1))),
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v; want one with %q", err, want)
		}
	}
}
