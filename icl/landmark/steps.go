package landmark

import (
	"fmt"
	"strings"

	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/study"
)

// after is a metric of an arm as it was after a step, one of its TestAt.
func after(d *study.Data, m eval.Metric, arm, condition string, step int) eval.Estimate {
	return eval.Interval(perTask(m, d.Summaries(arm, condition, step)))
}

// difference is a metric of a less that of b, paired by seed and task.
func difference(m eval.Metric, a, b []*eval.Summary) eval.Estimate {
	return eval.Interval(eval.Differences(perTask(m, a), perTask(m, b)))
}

func perTask(m eval.Metric, of []*eval.Summary) (groups [][]float64) {
	for _, s := range of {
		groups = append(groups, s.Of(m).PerTask)
	}
	return groups
}

// learning is a metric of an arm by training step.
func learning(d *study.Data, m eval.Metric, arm, condition string, steps []int) eval.Curve {
	c := eval.Curve{Learner: arm, Family: condition, Metric: m}
	for _, step := range steps {
		c.N = append(c.N, step)
		c.Add(after(d, m, arm, condition, step))
	}
	return c
}

// level is a metric of what is not trained, from one training step to another.
func level(d *study.Data, m eval.Metric, subject, condition string, from, to int) eval.Curve {
	c := eval.Curve{Learner: subject, Family: condition, Metric: m, N: []int{from, to}}
	c.Add(d.Mean(m, subject, condition))
	c.Add(d.Mean(m, subject, condition))
	return c
}

// bySeed are the curves of a metric of an arm by training step, one for each seed.
func bySeed(d *study.Data, m eval.Metric, arm, condition string, steps []int) ([][]float64, error) {
	looks := make([][]*eval.Summary, len(steps))
	for i, step := range steps {
		looks[i] = d.Summaries(arm, condition, step)
	}
	return eval.BySeed(looks, func(s *eval.Summary) float64 { return mean(s, m) })
}

// crossings are the steps at which curves, one for each seed, cross a level.
func crossings(level eval.Level, steps []int, curves [][]float64) (all []eval.Crossing) {
	for _, c := range curves {
		all = append(all, level.Crossing(steps, c))
	}
	return all
}

// logRatio is the mean over seeds of ln(a/b).
func logRatio(a, b []eval.Crossing) eval.Estimate {
	ratio, _, _ := eval.LogRatios(a, b)
	return ratio
}

// written are the steps of crossings, one for each seed.
func written(all []eval.Crossing) string {
	words := make([]string, len(all))
	for i, c := range all {
		words[i] = fmt.Sprintf("%.0f", c.Step)
		if c.Censored {
			words[i] = "> " + words[i]
		}
	}
	return strings.Join(words, ", ")
}
