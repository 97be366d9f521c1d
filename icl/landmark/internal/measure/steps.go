package measure

import (
	"fmt"
	"strings"

	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/study"
)

// After is a metric of an arm as it was after a step, one of its TestAt.
func After(d *study.Data, m eval.Metric, arm, condition string, step int) eval.Estimate {
	return eval.Interval(PerTask(m, d.Summaries(arm, condition, step)))
}

// Difference is a metric of a less that of b, paired by seed and task.
func Difference(m eval.Metric, a, b []*eval.Summary) eval.Estimate {
	return eval.Interval(eval.Differences(PerTask(m, a), PerTask(m, b)))
}

func PerTask(m eval.Metric, of []*eval.Summary) (groups [][]float64) {
	for _, s := range of {
		groups = append(groups, s.Of(m).PerTask)
	}
	return groups
}

// Learning is a metric of an arm by training step.
func Learning(d *study.Data, m eval.Metric, arm, condition string, steps []int) eval.Curve {
	c := eval.Curve{Learner: arm, Family: condition, Metric: m}
	for _, step := range steps {
		c.N = append(c.N, step)
		c.Add(After(d, m, arm, condition, step))
	}
	return c
}

// Level is a metric of what is not trained, from one training step to another.
func Level(d *study.Data, m eval.Metric, subject, condition string, from, to int) eval.Curve {
	c := eval.Curve{Learner: subject, Family: condition, Metric: m, N: []int{from, to}}
	c.Add(d.Mean(m, subject, condition))
	c.Add(d.Mean(m, subject, condition))
	return c
}

// BySeed are the curves of a metric of an arm by training step, one for each seed.
func BySeed(d *study.Data, m eval.Metric, arm, condition string, steps []int) ([][]float64, error) {
	looks := make([][]*eval.Summary, len(steps))
	for i, step := range steps {
		looks[i] = d.Summaries(arm, condition, step)
	}
	return eval.BySeed(looks, func(s *eval.Summary) float64 { return Mean(s, m) })
}

// Crossings are the steps at which curves, one for each seed, cross a level.
func Crossings(level eval.Level, steps []int, curves [][]float64) (all []eval.Crossing) {
	for _, c := range curves {
		all = append(all, level.Crossing(steps, c))
	}
	return all
}

// LogRatio is the mean over seeds of ln(a/b).
func LogRatio(a, b []eval.Crossing) eval.Estimate {
	ratio, _, _ := eval.LogRatios(a, b)
	return ratio
}

// Written are the steps of crossings, one for each seed.
func Written(all []eval.Crossing) string {
	words := make([]string, len(all))
	for i, c := range all {
		words[i] = fmt.Sprintf("%.0f", c.Step)
		if c.Censored {
			words[i] = "> " + words[i]
		}
	}
	return strings.Join(words, ", ")
}
