package landmark

import (
	"context"
	"strings"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/bayes/sequence"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/optim"
	"github.com/goicl/goicl/icl/study"
	"github.com/goicl/goicl/icl/train"
)

// guess gives all labels the same probability.
type guess struct{}

func (guess) Name() string { return "guess" }

func (guess) Predict(_ context.Context, b *datasets.Batch, at []int) ([]float32, error) {
	probs := make([]float32, b.T*len(at)*b.C)
	for i := range probs {
		probs[i] = 1 / float32(b.C)
	}
	return probs, nil
}

// some predicts a share of the tasks as of does, and guesses the labels of the others.
type some struct {
	of    eval.Classifier
	share float64
}

func (some) Name() string { return "some" }

func (p some) Predict(ctx context.Context, b *datasets.Batch, at []int) ([]float32, error) {
	of, err := p.of.Predict(ctx, b, at)
	if err != nil {
		return nil, err
	}
	known := int(p.share * float64(b.T))
	rest, err := guess{}.Predict(ctx, b, at)
	copy(rest, of[:known*len(at)*b.C])
	return rest, err
}

// TestReddy: with learners that copy labels where the papers say so, all statements hold. They
// fail where all copy labels, and where the rise is gradual or does not come.
func TestReddy(t *testing.T) {
	z := reddySize{16, 8, 8, 32, 64, 8, 60, 6, 8, 1e-3, optim.Adam, 150, study.LooksAt(3)}
	copied := func(arm string) eval.Classifier { return sequence.NearestItem{Tasks: z.sequences(arm, 0)} }
	known := func(arm string) eval.Classifier { return sequence.NearestClass{Tasks: z.sequences(arm, 0)} }
	planted := func(copies func(arm string) bool, rise func(step int) eval.Predictor) *study.Study {
		s := z.study()
		for i := range s.Arms { // all seeds have the classes that known knows
			s.Arms[i].Make = nil
		}
		for i := range s.Conditions {
			c := &s.Conditions[i]
			arm, kind, _ := strings.Cut(c.Name, ": ")
			c.Sample, c.Derive = tests(z.test(arm, kind, 0), c.Name, z.Tests), nil
		}
		return planting(s, func(condition, _ string, f *train.Fitted) eval.Predictor {
			arm, kind, _ := strings.Cut(condition, ": ")
			switch {
			case arm == manyClasses && copies(arm):
				return rise(f.Step)
			case copies(arm) && (arm != zipf || kind != inWeights):
				return copied(arm)
			}
			return known(arm)
		})
	}
	right := func(arm string) bool {
		return arm == manyClasses || arm == bursty || arm == unlike || arm == equalShares || arm == zipf
	}
	suddenly := func(step int) eval.Predictor {
		if step < 30 {
			return guess{}
		}
		return copied(manyClasses)
	}
	slowly := func(step int) eval.Predictor { return some{copied(manyClasses), float64(step) / float64(z.Steps)} }
	never := func(int) eval.Predictor { return guess{} }
	r := run(t, planted(right, suddenly))
	want(t, r, map[string]study.Verdict{"classes": study.Reproduced, "burst": study.Reproduced, "noise": study.Reproduced, "zipf": study.Reproduced, "abrupt": study.Reproduced})
	r = run(t, planted(func(string) bool { return true }, slowly))
	want(t, r, map[string]study.Verdict{"classes": study.NotReproduced, "burst": study.NotReproduced, "noise": study.NotReproduced, "abrupt": study.NotReproduced})
	r = run(t, planted(func(arm string) bool { return arm == manyClasses }, never))
	want(t, r, map[string]study.Verdict{"classes": study.NotReproduced, "zipf": study.NotReproduced, "abrupt": study.NotReproduced})
}
