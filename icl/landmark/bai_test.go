package landmark

import (
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/regression"
	"github.com/goicl/goicl/icl/baseline"
	"github.com/goicl/goicl/icl/bayes"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/study"
	"github.com/goicl/goicl/icl/train"
)

// TestBai: with the Bayes predictor of both levels in place of the decoder that is trained on
// both, and that of a level in place of one trained on it, all statements hold.
// With that of one level it does not adapt to the other, and averaging is worse than some ridge
// regression at both levels. With targets of other tasks it matches none.
func TestBai(t *testing.T) {
	z := baiSize{4, 10, 8, 0, 1, 0, 1, 80, .2, 1.5, .55, study.LooksAt(4)}
	planted := func(both eval.Predictor) *study.Study {
		return replaceBy(z.study(), func(f *train.Fitted, _ uint64) eval.Predictor {
			if _, mixed := f.Config.Tasks.(datasets.Mix); mixed {
				return both
			}
			return bayes.Linear{Noise: f.Config.Tasks.(regression.Linear).Noise}
		})
	}
	r := run(t, planted(z.algorithms()[0]))
	want(t, r, map[string]study.Verdict{"adapts": study.Reproduced, "selects": study.Reproduced, "matches": study.Reproduced})
	if h := r.Headline.Estimate; h < .9 || h > 1.01 {
		t.Errorf("the Bayes predictor makes up for %.3f of the difference, want almost 1", h)
	}
	r = run(t, planted(bayes.Linear{Noise: z.Low}))
	want(t, r, map[string]study.Verdict{"adapts": study.NotReproduced, "matches": study.NotReproduced})
	r = run(t, planted(baseline.Averaging{}))
	want(t, r, map[string]study.Verdict{"selects": study.NotReproduced, "matches": study.NotReproduced})
	r = run(t, shuffled(planted(z.algorithms()[0]), atNoise(z.Low)))
	want(t, r, map[string]study.Verdict{"matches": study.NotReproduced})
}
