package landmark

import (
	"fmt"
	"strings"

	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/study"
)

// bySeed are the curves of a metric of an arm by training step, one for each seed.
func bySeed(d *study.Data, m eval.Metric, arm, condition string, steps []int) ([][]float64, error) {
	looks := make([][]*eval.Summary, len(steps))
	for i, step := range steps {
		looks[i] = d.Summaries(arm, condition, step)
	}
	return eval.BySeed(looks, func(s *eval.Summary) float64 { return mean(s, m) })
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
