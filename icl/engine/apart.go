package engine

import (
	"math"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/learner"
)

// tasksApart finds out, on a few tasks with weights drawn at random, whether loss, gradient
// and logits are the same if tasks are computed one by one without the points after their
// last query. A learner may look at all points, and its loss at all tasks.
func (e *blockEngine) tasksApart() (bool, error) {
	params, b, at, err := e.trial()
	if err != nil {
		return false, err
	}
	together, apart := make([]float32, len(params)), make([]float32, len(params))
	loss, err := e.mean("lossGrad", params, b, at, together, nothing)
	if _, grouped := e.l.(learner.Adaptive); grouped || err != nil {
		return false, err
	}
	alone := plan{batch: b, at: at, queries: 1, workers: 1}
	for t := range b.T {
		alone.blocks = append(alone.blocks, block{[]int32{int32(t)}, int(at[t]) + 1})
	}
	sum, err := e.meanOf(alone, "lossGrad", params, apart, nothing)
	if err != nil {
		return false, nil //nolint:nilerr // tasks cannot be computed alone
	}
	if !near(loss, sum) || !nearAll(together, apart) {
		return false, nil
	}
	whole, err := e.Logits(params, b, at) // the loss does not change if all of a query's grow
	if err != nil {
		return false, err
	}
	own, err := e.logitsOf(alone, params)
	return err == nil && nearAll(whole, own), nil //nolint:nilerr // tasks cannot be computed alone
}

// trial draws weights, tasks and a query of each.
func (e *blockEngine) trial() (params []float32, b *datasets.Batch, at []int32, err error) {
	tasks, points := 5, 4
	if a, ok := e.l.(learner.Adaptive); ok {
		tasks = a.Group()
	}
	if b, ok := e.l.(learner.Bounded); ok {
		points = min(points, b.MaxPoints())
	}
	rng := datasets.Rand(0, "tasks apart")
	params = make([]float32, e.Layout.Size)
	for i := range params {
		params[i] = float32(rng.NormFloat64()) / 2
	}
	b, at = datasets.NewBatch(tasks, points, e.d, e.c), make([]int32, tasks)
	for i := range b.X {
		b.X[i] = float32(rng.NormFloat64())
	}
	for i := range b.Y {
		b.Y[i] = int32(rng.IntN(e.c))
	}
	for i := range b.Z {
		b.Z[i] = float32(rng.NormFloat64())
	}
	for i := range at {
		at[i] = int32(i % points)
	}
	return params, b, at, e.check(len(params), b, at)
}

// agreement is how far rounding may move a loss and a gradient, relative to their size.
const agreement = 1e-3

func near(a, b float64) bool { return math.Abs(a-b) <= agreement*math.Max(math.Abs(a), math.Abs(b)) }

func nearAll(a, b []float32) bool {
	size, apart := 0., 0.
	for i := range a {
		size = max(size, math.Abs(float64(a[i])))
		apart = max(apart, math.Abs(float64(a[i])-float64(b[i])))
	}
	return apart <= agreement*size
}
