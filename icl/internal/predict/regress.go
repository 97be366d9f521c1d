package predict

import (
	"context"
	"fmt"
	"slices"

	"github.com/goicl/goicl/datasets"
)

// Student learns one regression task point by point.
type Student interface {
	// Learn takes an example. It may keep x.
	Learn(x []float64, z float64)
}

// Learn shows every task to a new student, point by point, and lets record write
// what it says of point n, before it is shown its target, into out [width], for
// each n in at. It returns all of it, [T, len(at), width].
func Learn[S Student](ctx context.Context, b *datasets.Batch, at []int, width int,
	newStudent func() S, record func(s S, x []float64, out []float32)) ([]float32, error) {
	if err := WantTargets(b); err != nil {
		return nil, err
	}
	if err := checkAt(b, at); err != nil {
		return nil, err
	}
	last := slices.Max(at)
	all := make([]float32, b.T*len(at)*width)
	err := OverTasks(ctx, b.T, func(t int) error {
		s := newStudent()
		for n := 0; n <= last; n++ {
			if err := ctx.Err(); err != nil {
				return err
			}
			x := Widen(b.Point(t, n))
			for i := range at {
				if at[i] == n {
					record(s, x, all[(t*len(at)+i)*width:][:width])
				}
			}
			if n < last {
				s.Learn(x, float64(b.Z[t*b.N+n]))
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}

func WantTargets(b *datasets.Batch) error {
	if err := b.WantTargets(); err != nil {
		return fmt.Errorf("predict: %w", err)
	}
	return nil
}
