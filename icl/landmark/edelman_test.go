package landmark

import (
	"context"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/bayes/sequence"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/study"
	"github.com/goicl/goicl/icl/train"
)

// blend is a share of one predictor and the rest of another.
type blend struct {
	of, rest eval.Classifier
	share    float64
}

func (blend) Name() string { return "blend" }

func (p blend) Predict(ctx context.Context, b *datasets.Batch, at []int) ([]float32, error) {
	of, err := p.of.Predict(ctx, b, at)
	if err != nil {
		return nil, err
	}
	rest, err := p.rest.Predict(ctx, b, at)
	for i := range of {
		of[i] = float32(p.share)*of[i] + float32(1-p.share)*rest[i]
	}
	return of, err
}

// phases has learners that predict by one strategy after the other: the first until one step, the
// second until another, and then the third.
func phases(toUnigram, toBigram int) func(step int) eval.Predictor {
	return func(step int) eval.Predictor {
		switch {
		case step >= toBigram:
			return sequence.Bigram{}
		case step >= toUnigram:
			return sequence.Unigram{}
		}
		return uniformly
	}
}

// TestEdelman: learners that go through the phases have all statements hold. One that goes from
// uniform to bigram predictions in a straight line has no phase of the unigram, and one that goes
// there from the unigram at a constant rate, or not at all, no abrupt change. Heads fail where the
// attention of layer 0 is not needed, or an ideal head does not do, and there is no delay where
// doubly stochastic chains take longer.
func TestEdelman(t *testing.T) {
	z := edelmanSize{3, 32, 240, 20, 3e-3, 60, 0, study.LooksAt(3)}
	planted := func(rows, doubly func(step int) eval.Predictor, without, with eval.Predictor) *study.Study {
		return planting(z.study(), func(condition, name string, f *train.Fitted) eval.Predictor {
			switch {
			case name == noPrev:
				return without
			case name == ideal:
				return with
			case condition == edelmanDoubly:
				return doubly(f.Step)
			}
			return rows(f.Step)
		})
	}
	r := run(t, planted(phases(20, 100), phases(60, 60), sequence.Unigram{}, sequence.Bigram{}))
	want(t, r, map[string]study.Verdict{"phases": study.Reproduced, "abrupt": study.Reproduced, "heads": study.Reproduced, "delay": study.Reproduced})
	slowly := func(from eval.Predictor) func(step int) eval.Predictor {
		return func(step int) eval.Predictor {
			return blend{sequence.Bigram{}, from.(eval.Classifier), float64(step) / float64(z.Steps)}
		}
	}
	r = run(t, planted(slowly(uniformly), phases(240, 240), sequence.Bigram{}, sequence.Bigram{}))
	want(t, r, map[string]study.Verdict{"phases": study.NotReproduced, "heads": study.NotReproduced, "delay": study.NotReproduced})
	r = run(t, planted(slowly(sequence.Unigram{}), phases(60, 60), sequence.Unigram{}, sequence.Unigram{}))
	want(t, r, map[string]study.Verdict{"abrupt": study.NotReproduced, "heads": study.NotReproduced})
	r = run(t, planted(phases(20, 300), phases(60, 60), sequence.Unigram{}, sequence.Unigram{}))
	want(t, r, map[string]study.Verdict{"phases": study.Reproduced, "abrupt": study.NotReproduced})
}
