// Package measure holds what the results of icl/landmark measure in common: estimates, curves and
// tables of a study's data.
package measure

import (
	"context"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/study"
)

// NearTo is the test of a condition that also measures the distances to the predictors that
// others makes for a seed; errors and distances are divided by unit.
func NearTo(family string, unit float64, others func(seed uint64) ([]eval.Predictor, error)) func(context.Context, eval.Predictor, uint64, *datasets.Batch, []int) (*eval.Scores, error) {
	return func(ctx context.Context, p eval.Predictor, seed uint64, b *datasets.Batch, at []int) (*eval.Scores, error) {
		all, err := others(seed)
		if err != nil {
			return nil, err
		}
		return eval.Evaluate(ctx, p, family, b, at, eval.WithUnit(unit), eval.WithDistanceTo(all...))
	}
}

// Across is a curve over another number than that of examples: at x[i] it is at(i).
func Across(learner, family string, m eval.Metric, x []int, at func(i int) eval.Estimate) eval.Curve {
	c := eval.Curve{Learner: learner, Family: family, Metric: m, N: x}
	for i := range x {
		c.Add(at(i))
	}
	return c
}

// Excess is the error of a subject less that of another, by seed and task.
func Excess(d *study.Data, a, b, condition string) [][]float64 {
	return eval.Differences(d.PerTask(eval.SquaredError, a, condition), d.PerTask(eval.SquaredError, b, condition))
}

// Mean is that of a metric over tasks and numbers of examples.
func Mean(s *eval.Summary, m eval.Metric) float64 { return stat.Mean(s.Of(m).PerTask, nil) }

// SeedMeans are the means of a metric by seed, of an arm as it was after a step, or in the end.
func SeedMeans(d *study.Data, m eval.Metric, subject, condition string, step ...int) (means []float64) {
	for _, s := range d.Summaries(subject, condition, step...) {
		means = append(means, Mean(s, m))
	}
	return means
}

// LessBy is a − b by seed.
func LessBy(a, b []float64) []float64 { return floats.SubTo(make([]float64, len(a)), a, b) }

// Curves are those of a metric by number of examples, of all that was tested under a condition.
func Curves(d *study.Data, m eval.Metric, condition string) (all []eval.Curve) {
	for _, subject := range d.Subjects(condition) {
		all = append(all, d.Curve(m, subject, condition))
	}
	return all
}

// Means is a table of a metric's means: a row for each condition, a column for each predictor.
func Means(d *study.Data, m eval.Metric, title string, conditions ...string) eval.Table {
	t := eval.Table{Title: title}
	for _, c := range conditions {
		if t.Header == nil {
			t.Header = append([]string{"condition"}, d.Subjects(c)...)
		}
		row := []string{c}
		for _, subject := range t.Header[1:] {
			row = append(row, d.Mean(m, subject, c).String())
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}
