package landmark

import (
	"math"
	"testing"

	"github.com/goicl/goicl/datasets/regression"
	"github.com/goicl/goicl/icl/baseline"
	"github.com/goicl/goicl/icl/bayes"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/study"
	"github.com/goicl/goicl/icl/train"
	"github.com/goicl/goicl/icl/transformer"
)

// TestAkyurek: with a GD step, two ridge regressions and least squares in place of the decoders
// of growing depth, and the Bayes predictor in place of that of noisy targets, all statements
// hold. Where all decoders are least squares only the last does; where depth turns the order
// around, none does that is about depth; and with least squares for noisy targets the last fails.
func TestAkyurek(t *testing.T) {
	z := akyurekSize{3, 0, 0, 1, 100, []int{1, 2, 3, 5}, .5, study.LooksAt(4)}
	planted := func(depths map[int]eval.Predictor, noisy eval.Predictor) *study.Result {
		return run(t, replaceBy(z.study(), func(f *train.Fitted, _ uint64) eval.Predictor {
			if f.Config.Tasks.(regression.Linear).Noise > 0 {
				return noisy
			}
			return depths[f.Config.Learner.(transformer.Decoder).Depth]
		}))
	}
	ridge := func(penalty float64) eval.Predictor { return bayes.Linear{Noise: math.Sqrt(penalty)} }
	step, ols := baseline.Descent{}, baseline.LeastSquares{}
	r := planted(map[int]eval.Predictor{1: step, 2: ridge(.7), 3: ridge(.1), 5: ols}, ridge(.25))
	want(t, r, map[string]study.Verdict{"shallow": study.Reproduced, "deep": study.Reproduced, "noise": study.Reproduced})
	r = planted(map[int]eval.Predictor{1: ols, 2: ols, 3: ols, 5: ols}, ridge(.25))
	want(t, r, map[string]study.Verdict{"shallow": study.NotReproduced, "deep": study.NotReproduced, "noise": study.Reproduced})
	r = planted(map[int]eval.Predictor{1: ridge(.1), 2: ridge(.2), 3: ridge(.7), 5: step}, ols)
	want(t, r, map[string]study.Verdict{"shallow": study.NotReproduced, "deep": study.NotReproduced, "noise": study.NotReproduced})
}

// TestNearestPenalty finds the penalty of ridge regressions, also between those of the grid.
func TestNearestPenalty(t *testing.T) {
	z := akyurekSize{3, 0, 0, 1, 60, []int{1, 2}, .5, study.LooksAt(2)}
	for _, log := range []float64{-3, 1.3} {
		s := replace(z.study(), bayes.Linear{Noise: math.Exp2(log / 2)})
		s.Name, s.Settings, s.Report = "planted", nil, nil
		d, err := study.Collect(t.Context(), s, study.Options{Dir: t.TempDir(), Train: idly()})
		if err != nil {
			t.Fatal(err)
		}
		for _, got := range nearestPenalty(d, akyurekArm(1), clean) {
			if math.Abs(got-log) > .2 {
				t.Errorf("nearest penalty 2^%.3f, want 2^%.1f", got, log)
			}
		}
	}
	for want, values := range map[float64][]float64{0: {1, 2, 3}, 2: {3, 2, 1}, 1: {2, 1, 2}, 1.25: {1.5625, .0625, .5625}, 1.5: {2, 1, 1, 2}} {
		if got := vertex(values); got != want {
			t.Errorf("minimum of %v at %g, want %g", values, got, want)
		}
	}
}
