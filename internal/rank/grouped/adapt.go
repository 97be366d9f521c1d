package grouped

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/floats"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/optim"
	"github.com/goicl/goicl/icl/train"
)

// Adaptation is fine-tuning by Adam on tasks of training groups.
type Adaptation struct {
	Rate  float64
	Steps []int // to choose from, beside none
	Tasks int   // that are drawn of the training groups
	Batch int   // tasks of a step
}

// adapted is a transformer that is adapted to the training groups of each table.
type adapted struct {
	name string
	from *train.Fitted
	how  Adaptation
}

// Name is what it is called.
func (m adapted) Name() string { return m.name }

// Sees is true.
func (adapted) Sees() bool { return true }

// Fit adapts the transformer for the number of steps that choose says.
func (m adapted) Fit(ctx context.Context, training datasets.Groups, rng *rand.Rand) (eval.Regressor, error) {
	steps, err := m.choose(ctx, training, rng)
	if err != nil {
		return nil, err
	}
	if steps == 0 {
		base, err := m.from.Base()
		return reader(base), err
	}
	after, err := m.adapt(ctx, training, rng, steps)
	if err != nil {
		return nil, err
	}
	return reader(after[0]), nil
}

// adapt returns the transformer after numbers of steps.
func (m adapted) adapt(ctx context.Context, training datasets.Groups, rng *rand.Rand, steps ...int) ([]*train.Fitted, error) {
	b, err := training.Sample(rng, m.how.Tasks)
	if err != nil {
		return nil, err
	}
	if b, err = widen(b, columns(m.from)); err != nil {
		return nil, err
	}
	return m.from.Adapt(ctx, b, train.Adaptation{Optimizer: optim.Adam, Rate: m.how.Rate, Batch: m.how.Batch}, steps...)
}

// enough is the number of training groups of which one fifth is enough to choose the steps on; of
// fewer, each third is held out once.
const enough = 30

// choose returns the number of steps after which the transformer does best on training groups
// that are held out when it is adapted to the others; 0 if it does best as it is.
func (m adapted) choose(ctx context.Context, training datasets.Groups, rng *rand.Rand) (int, error) {
	large := len(training.Names) - len(training.Small())
	folds, used := 5, 1
	if large < enough {
		folds, used = min(3, large), min(3, large)
	}
	if folds < 2 {
		return 0, nil
	}
	in, out, err := training.Folds(rng, folds)
	if err != nil {
		return 0, err
	}
	losses := make([]float64, 1+len(m.how.Steps))
	for f := range used {
		if err := m.try(ctx, in[f], out[f], rng, losses); err != nil {
			return 0, err
		}
	}
	if best := floats.MinIdx(losses); best > 0 {
		return m.how.Steps[best-1], nil
	}
	return 0, nil
}

// try adds the losses on groups that are held out: as it is, and after each number of steps.
func (m adapted) try(ctx context.Context, in, out datasets.Groups, rng *rand.Rand, losses []float64) error {
	base, err := m.from.Base()
	if err != nil {
		return err
	}
	after, err := m.adapt(ctx, in, rng, m.how.Steps...)
	if err != nil && !errors.Is(err, train.ErrDiverged) {
		return err
	}
	b, err := out.Sample(rng, heldOut)
	if err != nil {
		return err
	}
	for i := range losses {
		f, loss := base, math.Inf(1) // of steps at which it has diverged
		if i > 0 && i <= len(after) {
			f = after[i-1]
		}
		if i <= len(after) {
			if loss, err = meanSquare(ctx, widened{f}, b); err != nil {
				return err
			}
		}
		losses[i] += loss
	}
	return nil
}

// heldOut is the number of tasks that are drawn of groups that are held out.
const heldOut = 512

// meanSquare is the mean squared error at all points of tasks but the first.
func meanSquare(ctx context.Context, p eval.Regressor, b *datasets.Batch) (sum float64, err error) {
	at := eval.AllLengths(b.N)[1:]
	mean, _, err := p.Regress(ctx, b, at)
	for i, v := range mean {
		gap := float64(v) - float64(b.Z[i/len(at)*b.N+at[i%len(at)]])
		sum += gap * gap / float64(len(mean))
	}
	return sum, err
}
