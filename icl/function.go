package icl

import (
	"context"
	"fmt"
	"slices"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/figure"
)

// lineSide is the number of points of a predicted function.
const lineSide = 128

// FunctionMap asks regressors about every x along task t of one input, given the task's
// first n examples, and returns the panel to draw with [figure.Lines]: [DecisionMap] for
// regression. The line of r is named r.Name().
func FunctionMap(ctx context.Context, b *datasets.Batch, t, n int, of ...eval.Regressor) (figure.Plane, error) {
	plane := figure.Plane{Title: fmt.Sprintf("after %d examples", n)}
	if err := b.WantTargets(); err != nil {
		return plane, err
	}
	if b.D != 1 || t < 0 || t >= b.T || n < 0 || n >= b.N {
		return plane, fmt.Errorf("icl: task %d after %d examples of %d tasks of %d points with %d inputs; want a task and examples that are there, and one input", t, n, b.T, b.N, b.D)
	}
	x, z := b.X[t*b.N:(t+1)*b.N], b.Z[t*b.N:(t+1)*b.N]
	if n > 0 {
		plane.Points = []figure.Cloud{{Name: "examples", X: widened(x[:n]), Y: widened(z[:n])}}
	}
	along := lineOf(x, z, n)
	for _, r := range of {
		mean, _, err := r.Regress(ctx, along, []int{n})
		if err != nil {
			return plane, err
		}
		line := figure.Cloud{Name: r.Name(), Y: widened(mean)}
		for i := range along.T {
			line.X = append(line.X, float64(along.Point(i, n)[0]))
		}
		plane.Lines = append(plane.Lines, line)
	}
	return plane, nil
}

// lineOf is a task for each point of a line along x, with the first n points for context.
func lineOf(x, z []float32, n int) *datasets.Batch {
	lo, hi := slices.Min(x), slices.Max(x)
	out := datasets.NewRegression(lineSide, n+1, 1)
	for i := range lineSide {
		copy(out.X[i*(n+1):], x[:n])
		copy(out.Z[i*(n+1):], z[:n])
		out.Point(i, n)[0] = lo + (hi-lo)*float32(i)/(lineSide-1)
	}
	return out
}
