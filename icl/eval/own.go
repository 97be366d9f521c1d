package eval

import (
	"fmt"
	"math"

	"github.com/goicl/goicl/datasets"
)

// Score measures one prediction: answer holds the probability of each class, or the one
// predicted target, and truth is the label or the target. Larger is better.
type Score func(answer []float32, truth float64) float64

// ScoresBy measures answers [T, len(at), K], to point n of each task of b for each n in
// at, by a score of one's own, as the metric m. The names of learner and family are kept
// for figures and tables.
func ScoresBy(score Score, m Metric, learner, family string, b *datasets.Batch, at []int, answers []float32) (*Scores, error) {
	values := make([]float64, b.T*len(at))
	k := len(answers) / max(1, len(values))
	if k < 1 || k*len(values) != len(answers) {
		return nil, fmt.Errorf("eval: %s gave %d numbers for %d predictions; want as many for each", learner, len(answers), len(values))
	}
	for i := range values {
		t, n := i/len(at), at[i%len(at)]
		values[i] = score(answers[i*k:(i+1)*k], truth(b, t*b.N+n))
		if math.IsNaN(values[i]) || math.IsInf(values[i], 0) {
			return nil, fmt.Errorf("eval: %s on %s, task %d after %d examples: the score of %v is %g", learner, family, t, n, answers[i*k:(i+1)*k], values[i])
		}
	}
	return &Scores{Learner: learner, Family: family, At: at, Tasks: b.T, values: map[Metric][]float64{m: values}}, nil
}

// truth is the label or target of point i, counted through all tasks.
func truth(b *datasets.Batch, i int) float64 {
	if b.Regression() {
		return float64(b.Z[i])
	}
	return float64(b.Y[i])
}
