package grouped

import (
	"context"
	"fmt"
	"math/rand/v2"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/tables"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/train"
)

// asItIs predicts in context, and learns nothing from training groups.
type asItIs struct{ *train.Fitted }

// Name is what it is called.
func (asItIs) Name() string { return "ICL, as it is" }

// Sees is false.
func (asItIs) Sees() bool { return false }

// Fit returns the transformer.
func (m asItIs) Fit(context.Context, datasets.Groups, *rand.Rand) (eval.Regressor, error) {
	return reader(m.Fitted), nil
}

// reader is how a transformer predicts.
func reader(f *train.Fitted) eval.Regressor { return inTurn{widened{f}} }

// widened has columns of zeros for those that a table has less than the transformer reads.
type widened struct{ of *train.Fitted }

// Name is that of the transformer.
func (w widened) Name() string { return w.of.Name() }

// Regress adds the columns.
func (w widened) Regress(ctx context.Context, b *datasets.Batch, at []int) (mean, variance []float32, err error) {
	wide, err := widen(b, columns(w.of))
	if err != nil {
		return nil, nil, err
	}
	return w.of.Regress(ctx, wide, at)
}

// columns is the number of columns that a transformer reads.
func columns(f *train.Fitted) int {
	return f.Config.Tasks.(tables.Domains).WithDefaults().Columns
}

func widen(b *datasets.Batch, columns int) (*datasets.Batch, error) {
	if b.D > columns {
		return nil, fmt.Errorf("grouped: the table has %d columns, and the transformer reads at most %d; leave some out", b.D, columns)
	}
	wide := datasets.NewBatch(b.T, b.N, columns, 0)
	copy(wide.Z, b.Z)
	for t := range b.T {
		for n := range b.N {
			copy(wide.Point(t, n), b.Point(t, n))
		}
	}
	return wide, nil
}

// inTurn reads the given rows in several orders, each of which begins at another of them, and
// answers with the mean: a transformer's answer depends on the order, and what is predicted does not.
type inTurn struct{ of eval.Regressor }

// turns is the number of orders, fewer where fewer rows are given.
const turns = 4

// Name is that of the predictor.
func (m inTurn) Name() string { return m.of.Name() }

// Regress answers for one number of given rows, the only one in at.
func (m inTurn) Regress(ctx context.Context, b *datasets.Batch, at []int) (mean, variance []float32, err error) {
	if len(at) != 1 {
		return nil, nil, fmt.Errorf("grouped: %d numbers of given rows at once; want one", len(at))
	}
	n, mean := at[0], make([]float32, b.T)
	count := max(1, min(turns, n))
	for turn := range count {
		turned := datasets.NewBatch(b.T, n+1, b.D, 0)
		for t := range b.T {
			for p := range n + 1 {
				from := p
				if p < n {
					from = (p + turn*n/count) % n
				}
				copy(turned.Point(t, p), b.Point(t, from))
				turned.Z[t*turned.N+p] = b.Z[t*b.N+from]
			}
		}
		answers, _, err := m.of.Regress(ctx, turned, at)
		if err != nil {
			return nil, nil, err
		}
		for t, v := range answers {
			mean[t] += v / float32(count)
		}
	}
	return mean, nil, nil
}
