package tabular

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/goicl/goicl/datasets"
)

// Predictor is a model that is asked about tasks, as package eval does with each predictor:
// the n points before a query are the labelled rows. So it can be evaluated, and its decision
// maps drawn, beside others. It is a Classifier or, for a model of real targets, a Regressor.
type Predictor struct{ Model *Model }

// Name is "ICL".
func (Predictor) Name() string { return "ICL" }

// Predict returns class probabilities [T, len(at), C]; without examples all are alike.
func (p Predictor) Predict(ctx context.Context, b *datasets.Batch, at []int) ([]float32, error) {
	if err := b.WantClasses(); err != nil {
		return nil, fmt.Errorf("tabular: %w", err)
	}
	out := make([]float32, b.T*len(at)*b.C)
	err := p.ask(ctx, b, at, func(answer *Prediction, row, place int) {
		for c := range b.C {
			out[place*b.C+c] = 1 / float32(b.C)
			if answer != nil {
				out[place*b.C+c] = float32(answer.P[row][c])
			}
		}
	})
	return out, err
}

// Regress returns targets [T, len(at)], 0 without examples, and no variance.
func (p Predictor) Regress(ctx context.Context, b *datasets.Batch, at []int) (mean, variance []float32, err error) {
	if err := b.WantTargets(); err != nil {
		return nil, nil, fmt.Errorf("tabular: %w", err)
	}
	out := make([]float32, b.T*len(at))
	err = p.ask(ctx, b, at, func(answer *Prediction, row, place int) {
		if answer != nil {
			out[place] = float32(answer.Z[row])
		}
	})
	return out, nil, err
}

// ask answers each query, of task place/len(at): tell gets a prediction, which is nil without
// examples, and the query's row in it. Tasks behind each other with the same examples are
// read as one table.
func (p Predictor) ask(ctx context.Context, b *datasets.Batch, at []int, tell func(answer *Prediction, row, place int)) error {
	if p.Model == nil {
		return errors.New("tabular: no model; make one with Train")
	}
	for i, n := range at {
		if n < 0 || n >= b.N {
			return fmt.Errorf("tabular: n = %d in tasks of %d points; want 0..%d", n, b.N, b.N-1)
		}
		for first := 0; first < b.T; {
			end := first + 1
			for end < b.T && sameExamples(b, first, end, n) {
				end++
			}
			var answer *Prediction
			if n > 0 {
				known, test := tablesOf(b, first, end, n)
				var err error
				if answer, err = p.Model.Predict(ctx, known, test); err != nil {
					return err
				}
			}
			for t := first; t < end; t++ {
				tell(answer, t-first, t*len(at)+i)
			}
			first = end
		}
	}
	return nil
}

// sameExamples reports whether two tasks have the same first n points.
func sameExamples(b *datasets.Batch, s, t, n int) bool {
	same := slices.Equal(b.X[s*b.N*b.D:(s*b.N+n)*b.D], b.X[t*b.N*b.D:(t*b.N+n)*b.D])
	if b.Regression() {
		return same && slices.Equal(b.Z[s*b.N:s*b.N+n], b.Z[t*b.N:t*b.N+n])
	}
	return same && slices.Equal(b.Y[s*b.N:s*b.N+n], b.Y[t*b.N:t*b.N+n])
}

// tablesOf are the first n points of tasks first..end-1, which are the same, and the point n
// of each.
func tablesOf(b *datasets.Batch, first, end, n int) (known, test datasets.Table) {
	for j := range b.D {
		known.Features = append(known.Features, "x"+strconv.Itoa(j+1))
	}
	for c := range b.C {
		known.Classes = append(known.Classes, strconv.Itoa(c))
	}
	test.Features, test.Classes = known.Features, known.Classes
	for i := range n {
		known.X = append(known.X, b.Point(first, i))
	}
	for t := first; t < end; t++ {
		test.X = append(test.X, b.Point(t, n))
	}
	if b.Regression() {
		known.Z = b.Z[first*b.N : first*b.N+n]
	} else {
		known.Y = b.Y[first*b.N : first*b.N+n]
	}
	return known, test
}
