package eval

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/internal/usercode"
)

// Predictor is anything that can be evaluated: a fitted learner, a Bayes-optimal
// predictor, k-NN. It is a [Classifier], a [Regressor] or both; the tasks decide which
// one is asked for.
type Predictor interface {
	Name() string
}

// Classifier predicts labels.
type Classifier interface {
	Predictor
	// Predict returns class probabilities [T, len(at), C]: those of point n of
	// each task given the n points before it, for each n in at. It reads neither
	// the label of point n nor anything after it, and does not change the batch.
	Predict(ctx context.Context, b *datasets.Batch, at []int) ([]float32, error)
}

// Regressor predicts real targets.
type Regressor interface {
	Predictor
	// Regress returns mean and predictive variance [T, len(at)] of the target of
	// point n of each task given the n points before it and its own input, for each
	// n in at. The variance is that of the target, noise included: 0 where the answer
	// is certain. A predictor that has no variance returns nil for it. Regress reads
	// neither the target of point n nor anything after it, and does not change the
	// batch.
	Regress(ctx context.Context, b *datasets.Batch, at []int) (mean, variance []float32, err error)
}

// Predict returns the class probabilities [T, len(at), C] of p, a [Classifier], or, on
// regression tasks, the predicted targets [T, len(at)] of p, a [Regressor].
func Predict(ctx context.Context, p Predictor, b *datasets.Batch, at []int) ([]float32, error) {
	name, err := usercode.NameOf("predictor", p)
	if err != nil {
		return nil, fmt.Errorf("eval: %w", err)
	}
	answers, err := predict(ctx, p, b, at)
	if err != nil {
		return nil, fmt.Errorf("eval: %s: %w", name, err)
	}
	for i := 0; i < len(answers) && !b.Regression(); i += b.C {
		if err := checkProbabilities(answers[i : i+b.C]); err != nil {
			return nil, fmt.Errorf("eval: %s, task %d after %d examples: %w", name, i/b.C/len(at), at[i/b.C%len(at)], err)
		}
	}
	return answers, nil
}

// sumTolerance is how far a sum of probabilities may be from 1, by rounding in float32.
const sumTolerance = 1e-3

// checkProbabilities reports numbers that are no probabilities of classes.
func checkProbabilities(probs []float32) error {
	sum := 0.
	for _, p := range probs {
		if !(p >= 0 && p <= 1+1e-5) {
			return fmt.Errorf("a probability is %g", p)
		}
		sum += float64(p)
	}
	if math.Abs(sum-1) > sumTolerance {
		return fmt.Errorf("the probabilities %.4g add up to %.4g; want 1", probs, sum)
	}
	return nil
}

func predict(ctx context.Context, p Predictor, b *datasets.Batch, at []int) (answers []float32, err error) {
	if err := cmp.Or(usercode.WantContext(ctx), b.Validate()); err != nil {
		return nil, err
	}
	if len(at) == 0 {
		return nil, errors.New("no number of in-context examples is given; AllLengths lists all")
	}
	for _, n := range at {
		if n < 0 || n >= b.N {
			return nil, fmt.Errorf("n = %d in-context examples of tasks of %d points; want 0 to %d", n, b.N, b.N-1)
		}
	}
	err = usercode.Try("its prediction", func() (err error) {
		if b.Regression() {
			answers, _, err = Named{Predictor: p}.Regress(ctx, b, at)
		} else {
			answers, err = Named{Predictor: p}.Predict(ctx, b, at)
		}
		return err
	})
	if want := b.T * len(at) * max(1, b.C); err == nil && len(answers) != want {
		err = fmt.Errorf("%d numbers are predicted, want %d: %d for each query", len(answers), want, max(1, b.C))
	}
	return answers, err
}

// Named is a predictor under another name, which tables and figures show.
type Named struct {
	Predictor
	Label string
}

// Name is the label.
func (n Named) Name() string { return n.Label }

// Predict is that of the predictor, or an error if it is no [Classifier].
func (n Named) Predict(ctx context.Context, b *datasets.Batch, at []int) ([]float32, error) {
	c, ok := n.Predictor.(Classifier)
	if !ok {
		return nil, errors.New("it has no method Predict, so it cannot predict labels; use a Classifier, or tasks with real targets")
	}
	return c.Predict(ctx, b, at)
}

// Regress is that of the predictor, or an error if it is no [Regressor].
func (n Named) Regress(ctx context.Context, b *datasets.Batch, at []int) (mean, variance []float32, err error) {
	r, ok := n.Predictor.(Regressor)
	if !ok {
		return nil, nil, errors.New("it has no method Regress, so it cannot predict real targets; use a Regressor, or tasks with classes")
	}
	return r.Regress(ctx, b, at)
}

// ErrNotFinite is wrapped by the error of evaluating a regressor whose prediction is NaN
// or infinite.
var ErrNotFinite = errors.New("not finite")
