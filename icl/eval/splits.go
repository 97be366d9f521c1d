package eval

import (
	"context"
	"errors"
	"fmt"

	"gonum.org/v1/gonum/stat"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/internal/usercode"
)

// OnSplits is the accuracy of p on random splits of a real table, or its squared error
// where the table has targets, for each number of labelled rows in at. [WithMetric] asks for
// another metric and [WithScore] for one of your own. A split's queries share their context,
// so the interval is over splits.
func OnSplits(ctx context.Context, p Predictor, name string, s *datasets.Splits, at []int, opts ...Option) (Curve, error) {
	learner, err := usercode.NameOf("predictor", p)
	if err == nil && s == nil {
		err = errors.New("no splits; make some with Table.Split")
	}
	if err != nil {
		return Curve{}, fmt.Errorf("eval: %w", err)
	}
	c := Curve{Learner: learner, Family: name, N: at}
	for _, n := range at {
		b, err := s.Batch(n)
		if err != nil {
			return c, fmt.Errorf("eval: %w", err)
		}
		scores, err := Evaluate(ctx, p, name, b, []int{n}, opts...)
		if err != nil {
			return c, err
		}
		c.Metric = newOptions(opts).reported(b)
		perSplit := make([]float64, b.T/s.Queries())
		for i := range perSplit {
			perSplit[i] = stat.Mean(scores.Values(c.Metric)[i*s.Queries():(i+1)*s.Queries()], nil)
		}
		c.Add(Interval([][]float64{perSplit}))
	}
	return c, nil
}
