package landmark

import (
	"context"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/study"
	"github.com/goicl/goicl/icl/train"
)

// replaceEach has a study test, in place of what is trained, what by returns for a condition and
// the trained learner.
func replaceEach(s *study.Study, by func(condition string, f *train.Fitted) eval.Predictor) *study.Study {
	for i := range s.Conditions {
		c := &s.Conditions[i]
		test := c.Test
		c.Test = func(ctx context.Context, of eval.Predictor, seed uint64, b *datasets.Batch, at []int) (*eval.Scores, error) {
			if f, trained := of.(*train.Fitted); trained {
				of = by(c.Name, f)
			}
			if test == nil {
				return eval.Evaluate(ctx, of, c.Name, b, at, eval.WithUnit(max(c.Unit, 1)))
			}
			return test(ctx, of, seed, b, at)
		}
	}
	return s
}

// TestVonOswald: the statements hold of a step of gradient descent in place of a layer, and of GD++
// in place of two. The first fails for a step at half the rate, which predicts the same but for
// a factor, and for labels of other tasks; the second for two plain steps.
func TestVonOswald(t *testing.T) {
	z := vonOswaldSize{3, [2]int{2, 2}, 8, 300, study.LooksAt(6)}
	oracles, err := z.oracles()
	if err != nil {
		t.Fatal(err)
	}
	named := map[string]eval.Predictor{}
	for _, p := range oracles {
		named[p.Name()] = p
	}
	conditionOf := map[string]string{normal: normal, uniform: uniform, normal + cosine: normal, uniform + cosine: uniform}
	planted := func(one func(condition string) eval.Predictor, two string) *study.Study {
		return replaceEach(z.study(), func(condition string, f *train.Fitted) eval.Predictor {
			if f.Name() == twoLayers {
				return named[two]
			}
			return one(conditionOf[condition])
		})
	}
	right := func(condition string) eval.Predictor { return z.step(condition) }
	half := func(condition string) eval.Predictor {
		d := z.step(condition)
		d.Steps[0].Rate /= 2
		return d
	}
	yes, no := study.Reproduced, study.NotReproduced
	for name, test := range map[string]struct {
		s        *study.Study
		one, two study.Verdict
	}{
		"as told":       {planted(right, plusShared), yes, yes},
		"half the rate": {planted(half, twoSteps), no, no},
		"shuffled":      {shuffled(planted(right, plusShared), normal), no, no},
	} {
		t.Run(name, func(t *testing.T) {
			want(t, run(t, test.s), map[string]study.Verdict{"one": test.one, "two": test.two})
		})
	}
}
