package eval

import (
	"fmt"
	"math"

	"github.com/goicl/goicl/datasets"
)

// Metric is a measure of one prediction.
type Metric string

// The metrics. Accuracy grows with quality, the others fall.
const (
	// Accuracy is 1 where the likeliest class is right, 0 where it is wrong, and
	// 1/k where k classes tie and one of them is right.
	Accuracy Metric = "accuracy"
	// LogLoss is −log of the probability of the right class, in nats; see [ProbFloor].
	LogLoss Metric = "log-loss"
	// Brier is the squared distance of the probabilities from the label's one-hot
	// vector (Brier 1950): 0..2.
	Brier Metric = "Brier score"
	// Distance is half the sum of the absolute differences between two predictors'
	// probabilities, their total variation distance: 0..1. See [Scores.DistanceTo].
	Distance Metric = "distance"
	// SampleInflation is a ratio of numbers of examples; see [Inflation].
	SampleInflation Metric = "sample inflation"
	// overconfidence is the probability of the likeliest class less [Accuracy]: its
	// mean is 0 for a calibrated predictor.
	overconfidence Metric = "overconfidence"
	// SquaredError is (target − prediction)², divided by the unit of [WithUnit].
	SquaredError Metric = "squared error"
)

// Metrics lists what [Evaluate] measures on the tasks of b, the usual metric first.
func Metrics(b *datasets.Batch) []Metric {
	if b == nil {
		return nil
	}
	if b.Regression() {
		return []Metric{SquaredError}
	}
	return []Metric{Accuracy, LogLoss, Brier, overconfidence}
}

// ProbFloor bounds the log-loss: a probability below it counts as this much.
// Probabilities in float32 come out as 0 or 1 where the truth is only near.
const ProbFloor = 1e-6

// Scores are one predictor's results on one batch of test tasks.
type Scores struct {
	Learner string
	Family  string
	At      []int // numbers of in-context examples
	Tasks   int

	probs  []float32            // as predicted, [Tasks, len(At), C]
	values map[Metric][]float64 // each [Tasks, len(At)]
	top    []float64            // probability of the likeliest class, [Tasks, len(At)]
}

// Values is the metric of each prediction, [Tasks, len(At)].
func (s *Scores) Values(m Metric) []float64 { return s.values[m] }

// AllLengths is 0..n-1: every number of in-context examples of a task of n points; none for
// sizes that no batch has.
func AllLengths(n int) []int {
	if datasets.CheckSize(1, n, 1, 0) != nil {
		return nil
	}
	at := make([]int, n)
	for i := range at {
		at[i] = i
	}
	return at
}

// DistanceTo measures how far the predictions lie from those of another predictor
// on the same tasks. The result has the other's name and the metric [Distance].
func (s *Scores) DistanceTo(other *Scores) (*Scores, error) {
	if len(s.probs) == 0 {
		return nil, fmt.Errorf("eval: %s has no probabilities to compare; take scores of a classifier that Evaluate returned", s.Learner)
	}
	if len(s.probs) != len(other.probs) || len(s.top) != len(other.top) {
		return nil, fmt.Errorf("eval: %s has %d predictions and %s has %d; evaluate both on the same tasks and numbers of examples",
			s.Learner, len(s.top), other.Learner, len(other.top))
	}
	d := &Scores{Learner: other.Learner, Family: s.Family, At: s.At, Tasks: s.Tasks, values: map[Metric][]float64{}}
	gaps, classes := make([]float64, len(s.top)), len(s.probs)/len(s.top)
	for i := range s.probs {
		gaps[i/classes] += math.Abs(float64(s.probs[i])-float64(other.probs[i])) / 2
	}
	d.values[Distance] = gaps
	return d, nil
}
