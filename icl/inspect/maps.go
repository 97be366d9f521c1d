package inspect

import (
	"context"
	"fmt"
	"slices"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/figure"
	"github.com/goicl/goicl/internal/usercode"
)

// The numbers of points along each side of a decision map, and of a predicted function.
const mapSide, lineSide = 64, 128

// DecisionMaps asks each classifier about every point of the plane around task t of b,
// given the task's first n examples, and returns one scene each, to draw with
// [figure.Tasks]. Titles are the classifiers' names.
func DecisionMaps(ctx context.Context, b *datasets.Batch, t, n int, of ...eval.Predictor) ([]figure.Scene, error) {
	grid, err := figure.Grid(b, t, n, mapSide)
	if err != nil {
		return nil, err
	}
	scenes := make([]figure.Scene, len(of))
	for i, p := range of {
		if _, err := usercode.NameOf("predictor", p); err != nil {
			return nil, fmt.Errorf("inspect: %w", err)
		}
		scenes[i] = figure.Scene{Title: p.Name(), Batch: b, Task: t, N: n}
		if scenes[i].Probs, err = eval.Predict(ctx, p, grid, []int{n}); err != nil {
			return nil, err
		}
	}
	return scenes, nil
}

// FunctionMap asks regressors about every x along task t of one input, given the task's
// first n examples, and returns the panel to draw with [figure.Lines]. Lines are named
// after the regressors.
func FunctionMap(ctx context.Context, b *datasets.Batch, t, n int, of ...eval.Predictor) (figure.Plane, error) {
	plane := figure.Plane{Title: fmt.Sprintf("after %d examples", n)}
	if err := b.WantTargets(); err != nil {
		return plane, err
	}
	if b.D != 1 || t < 0 || t >= b.T || n < 0 || n >= b.N {
		return plane, fmt.Errorf("inspect: task %d after %d examples of %d tasks of %d points with %d inputs; want a task and examples that are there, and one input", t, n, b.T, b.N, b.D)
	}
	x, z := b.X[t*b.N:(t+1)*b.N], b.Z[t*b.N:(t+1)*b.N]
	if n > 0 {
		plane.Points = []figure.Cloud{{Name: "examples", X: widened(x[:n]), Y: widened(z[:n])}}
	}
	along := lineOf(x, z, n)
	for _, p := range of {
		mean, err := eval.Predict(ctx, p, along, []int{n})
		if err != nil {
			return plane, err
		}
		line := figure.Cloud{Name: p.Name(), Y: widened(mean)}
		for i := range along.T {
			line.X = append(line.X, float64(along.Point(i, n)[0]))
		}
		plane.Lines = append(plane.Lines, line)
	}
	return plane, nil
}

// lineOf is a task for each point of a line along x, with the first n points for context.
// The points behind are 0 and only make all tasks of one size, so that a model that is
// compiled for a size is compiled once.
func lineOf(x, z []float32, n int) *datasets.Batch {
	lo, hi, points := slices.Min(x), slices.Max(x), len(x)
	out := datasets.NewBatch(lineSide, points, 1, 0)
	for i := range lineSide {
		copy(out.X[i*points:], x[:n])
		copy(out.Z[i*points:], z[:n])
		out.Point(i, n)[0] = lo + (hi-lo)*float32(i)/(lineSide-1)
	}
	return out
}
