package landmark

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/bayes"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/study"
	"github.com/goicl/goicl/icl/transformer"
)

// decoderOf is [decoder] with another width and number of heads; its starting weights are then
// GPT-2's. Zeros leave them as they are.
func decoderOf(points, width, depth, heads int) transformer.Decoder {
	if width == 0 {
		return decoder(points, depth)
	}
	return transformer.Decoder{Points: points, Width: width, Depth: depth, Heads: heads}
}

// ridgeOf is ridge regression with the penalty 2^log, which is the Bayes predictor of targets
// with that variance of the noise.
func ridgeOf(log float64) eval.Named {
	return eval.Named{Predictor: bayes.Linear{Noise: math.Exp2(log / 2)}, Label: fmt.Sprintf("ridge, log₂ λ = %g", log)}
}

// nearTo is the test of a condition that also measures the distances to the predictors that
// others makes for a seed; errors and distances are divided by unit.
func nearTo(family string, unit float64, others func(seed uint64) ([]eval.Predictor, error)) func(context.Context, eval.Predictor, uint64, *datasets.Batch, []int) (*eval.Scores, error) {
	return func(ctx context.Context, p eval.Predictor, seed uint64, b *datasets.Batch, at []int) (*eval.Scores, error) {
		all, err := others(seed)
		if err != nil {
			return nil, err
		}
		return eval.Evaluate(ctx, p, family, b, at, eval.WithUnit(unit), eval.WithDistanceTo(all...))
	}
}

// across is a curve over another number than that of examples: at x[i] it is at(i).
func across(learner, family string, m eval.Metric, x []int, at func(i int) eval.Estimate) eval.Curve {
	c := eval.Curve{Learner: learner, Family: family, Metric: m, N: x}
	for i := range x {
		c.Add(at(i))
	}
	return c
}

// excess is the error of a subject less that of another, by seed and task.
func excess(d *study.Data, a, b, condition string) [][]float64 {
	return eval.Differences(d.PerTask(eval.SquaredError, a, condition), d.PerTask(eval.SquaredError, b, condition))
}

// mean is that of a metric over tasks and numbers of examples.
func mean(s *eval.Summary, m eval.Metric) float64 { return stat.Mean(s.Of(m).PerTask, nil) }

// seedMeans are the means of a metric by seed, of an arm as it was after a step, or in the end.
func seedMeans(d *study.Data, m eval.Metric, subject, condition string, step ...int) (means []float64) {
	for _, s := range d.Summaries(subject, condition, step...) {
		means = append(means, mean(s, m))
	}
	return means
}

// lessBy is a − b by seed.
func lessBy(a, b []float64) []float64 { return floats.SubTo(make([]float64, len(a)), a, b) }
