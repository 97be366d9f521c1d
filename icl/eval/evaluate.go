package eval

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/internal/usercode"
)

// Option is a setting of [Evaluate].
type Option func(*options)

type options struct {
	unit   float64
	metric Metric
	score  Score
	others []Predictor
	wanted Metric
}

// WithUnit divides squared errors by unit. With the mean square of the targets (d for
// linear functions of d standard normal inputs), predicting 0 has an error of 1. Metrics
// of classification do not change.
func WithUnit(unit float64) Option { return func(o *options) { o.unit = unit } }

// WithScore measures predictions by a user-defined score, as the metric m, in place of
// [Metrics].
func WithScore(m Metric, score Score) Option {
	return func(o *options) { o.metric, o.score = m, score }
}

// WithMetric has [OnSplits] report the metric m, one of [Metrics], such as [LogLoss], in place of
// the first of them. [Evaluate] measures all, and refuses one that the tasks do not have.
func WithMetric(m Metric) Option { return func(o *options) { o.wanted = m } }

// check reports settings that tasks like those of b do not allow.
func (o options) check(b *datasets.Batch) error {
	known := slices.DeleteFunc(Metrics(b), func(m Metric) bool { return m == overconfidence })
	switch {
	case !(o.unit > 0) || math.IsInf(o.unit, 1):
		return fmt.Errorf("eval: squared errors divided by %g; want a positive number, 1 to leave them as they are", o.unit)
	case o.wanted != "" && o.score != nil:
		return fmt.Errorf("eval: WithMetric(%q) besides WithScore, which names the metric that it measures; use one of them", o.wanted)
	case o.wanted != "" && b != nil && !slices.Contains(known, o.wanted):
		return fmt.Errorf("eval: the metric %q is not for these tasks; known: %q, or use WithScore with a function of your own", o.wanted, known)
	}
	return nil
}

// reported is the metric that is reported of tasks like those of b.
func (o options) reported(b *datasets.Batch) Metric {
	if o.score != nil {
		return o.metric
	}
	return cmp.Or(o.wanted, Metrics(b)[0])
}

func newOptions(opts []Option) options {
	o := options{unit: 1}
	for _, set := range opts {
		if set != nil {
			set(&o)
		}
	}
	return o
}

// Score measures one prediction: answer holds the probability of each class, or the one
// predicted target, and truth is the label or the target. Larger is better.
type Score func(answer []float32, truth float64) float64

// Evaluate scores p on the tasks of b at each number of in-context examples in at. The
// tasks decide what is measured: see [Metrics]. The family's name is kept for figures
// and tables.
func Evaluate(ctx context.Context, p Predictor, family string, b *datasets.Batch, at []int, opts ...Option) (*Scores, error) {
	o := newOptions(opts)
	name, err := usercode.NameOf("predictor", p)
	if err != nil {
		return nil, fmt.Errorf("eval: %w", err)
	}
	if err := o.check(b); err != nil {
		return nil, err
	}
	answers, err := predict(ctx, p, b, at)
	if err != nil {
		return nil, fmt.Errorf("eval: %s on %s: %w", name, family, err)
	}
	s := &Scores{Learner: name, Family: family, At: at, Tasks: b.T, values: map[Metric][]float64{}}
	metrics := Metrics(b)
	if o.score != nil {
		metrics = []Metric{o.metric}
	} else if !b.Regression() {
		s.probs, s.top = answers, make([]float64, b.T*len(at))
	}
	for _, m := range metrics {
		s.values[m] = make([]float64, b.T*len(at))
	}
	err = usercode.Try("the Score of "+string(o.metric), func() error { return s.measureAll(o, b, answers) })
	if err != nil {
		return nil, fmt.Errorf("eval: %s on %s, %w", s.Learner, family, err)
	}
	if err := s.measureDistances(ctx, o, b, answers); err != nil {
		return nil, err
	}
	return s, nil
}

// measureAll fills in the metrics of all predictions.
func (s *Scores) measureAll(o options, b *datasets.Batch, answers []float32) error {
	at, k := s.At, max(1, b.C)
	for i := range b.T * len(at) {
		t, n, answer := i/len(at), at[i%len(at)], answers[i*k:(i+1)*k]
		var err error
		if !b.Regression() {
			err = checkProbabilities(answer)
		}
		if err == nil {
			err = s.measure(o, i, answer, truth(b, t*b.N+n))
		}
		if err != nil {
			return fmt.Errorf("task %d after %d examples: %w", t, n, err)
		}
	}
	return nil
}

// truth is the label or target of point i, counted through all tasks.
func truth(b *datasets.Batch, i int) float64 {
	if b.Regression() {
		return float64(b.Z[i])
	}
	return float64(b.Y[i])
}

// measure fills in the metrics of prediction i.
func (s *Scores) measure(o options, i int, answer []float32, truth float64) error {
	switch {
	case o.score != nil:
		v := o.score(answer, truth)
		if !finite(v) {
			return fmt.Errorf("the score of %v is %g", answer, v)
		}
		s.values[o.metric][i] = v
	case s.probs == nil:
		gap := truth - float64(answer[0])
		if !finite(gap) {
			return fmt.Errorf("the prediction is %w: %g", ErrNotFinite, answer[0])
		}
		s.values[SquaredError][i] = gap * gap / o.unit
	default:
		s.classify(i, answer, int(truth))
	}
	return nil
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// classify fills in the metrics of classification.
func (s *Scores) classify(i int, probs []float32, label int) {
	top, ties, brier := 0., 0., 0.
	for c, q := range probs {
		p := float64(q)
		switch {
		case p > top:
			top, ties = p, 1
		case p == top:
			ties++
		}
		if c == label {
			p--
		}
		brier += p * p
	}
	right, credit := float64(probs[label]), 0.
	if right == top {
		credit = 1 / ties
	}
	s.top[i] = top
	s.values[Accuracy][i] = credit
	s.values[LogLoss][i] = -math.Log(max(right, ProbFloor))
	s.values[Brier][i] = brier
	s.values[overconfidence][i] = top - credit
}

// NewScores are values that were measured elsewhere: the metric m of each prediction
// [tasks, len(at)].
func NewScores(m Metric, learner, family string, at []int, values []float64) *Scores {
	return &Scores{Learner: learner, Family: family, At: at, Tasks: len(values) / max(1, len(at)), values: map[Metric][]float64{m: values}}
}
