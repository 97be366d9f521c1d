package landmark

import (
	"context"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/study"
	"github.com/goicl/goicl/icl/train"
)

// planting has the study test by(condition, name, f) in place of what is trained, f, which is as it
// was after f.Step steps; name is that of the learner, or the label that a condition gives it.
func planting(s *study.Study, by func(condition, name string, f *train.Fitted) eval.Predictor) *study.Study {
	for i := range s.Conditions {
		c := &s.Conditions[i]
		test := c.Test
		c.Test = func(ctx context.Context, of eval.Predictor, seed uint64, b *datasets.Batch, at []int) (*eval.Scores, error) {
			inner := of
			if named, ok := of.(eval.Named); ok {
				inner = named.Predictor
			}
			if f, trained := inner.(*train.Fitted); trained {
				of = by(c.Name, of.Name(), f)
			}
			if test != nil {
				return test(ctx, of, seed, b, at)
			}
			return eval.Evaluate(ctx, of, c.Name, b, at, eval.WithUnit(max(c.Unit, 1)))
		}
	}
	return s
}
