package icl

import (
	"context"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/regression"
	"github.com/goicl/goicl/icl/bayes"
	"github.com/goicl/goicl/icl/eval"
)

// Errors are the squared errors of predictors, by number of in-context examples, on that
// many fresh tasks of a regression family, divided by that of who always says 0. The
// best predictor known for the family comes first, then those that are given.
func Errors(ctx context.Context, family regression.Family, count int, of ...eval.Regressor) ([]eval.Curve, error) {
	best, err := bayes.BestFor(family)
	if err != nil {
		return nil, err
	}
	b, err := family.Sample(datasets.Rand(0, "test/"+family.Name()), count)
	if err != nil {
		return nil, err
	}
	if err := b.WantTargets(); err != nil {
		return nil, err
	}
	var curves []eval.Curve
	for _, r := range append([]eval.Regressor{best.Regressor}, of...) {
		scores, err := eval.Evaluate(ctx, r, family.Name(), b, eval.AllLengths(b.N), eval.WithUnit(best.Scale))
		if err != nil {
			return nil, err
		}
		curves = append(curves, eval.CurveOf(eval.SquaredError, scores.Summarize(0)))
	}
	return curves, nil
}
