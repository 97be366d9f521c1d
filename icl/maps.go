package icl

import (
	"context"
	"fmt"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/synthetic"
	"github.com/goicl/goicl/icl/bayes"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/figure"
)

// DecisionMaps draws, side by side, what predictors make of one task of a synthetic
// family ("proto", "pair", "amort" or "radius"; inputs scaled by sigma, the paper: 1)
// after its first n examples, 0 to 49, and what the family's Bayes-optimal predictor
// does. The seed chooses the task: the same one for every n, and for every sigma the same
// draws, spread wider. The maps are coarser than those of [DecisionMap], and drawn fast
// enough to follow a slider.
func DecisionMaps(ctx context.Context, family string, sigma float64, n int, seed uint64, of ...eval.Classifier) (*figure.Figure, error) {
	const points = 50
	tasks, err := synthetic.ByName(family, sigma, points)
	if err != nil {
		return nil, fmt.Errorf("icl: %w", err)
	}
	best, err := bayes.ByName(family, sigma)
	if err != nil {
		return nil, fmt.Errorf("icl: %w", err)
	}
	if proto, ok := best.(bayes.Proto); ok {
		proto.Still = true
		best = proto
	}
	b, err := tasks.Sample(datasets.Rand(seed, "decision maps"), 1)
	if err != nil {
		return nil, fmt.Errorf("icl: %w", err)
	}
	var scenes []figure.Scene
	for _, p := range append(of[:len(of):len(of)], best) {
		scene, err := quickMap(ctx, p, b, n)
		if err != nil {
			return nil, err
		}
		scenes = append(scenes, scene)
	}
	return figure.Tasks(fmt.Sprintf("%s, σ = %g, after %d examples", family, sigma, n), scenes...), nil
}

// quickMap is a [DecisionMap] of a quarter of the points. All have tasks of the same size,
// since whatever runs on XLA is compiled anew for another.
func quickMap(ctx context.Context, p eval.Classifier, b *datasets.Batch, n int) (figure.Scene, error) {
	scene := figure.Scene{Title: p.Name(), Batch: b, N: n}
	grid, err := figure.Grid(b, 0, n, mapSide/2)
	if err != nil {
		return scene, err
	}
	scene.Probs, err = p.Predict(ctx, padded(grid, b.N), []int{n})
	return scene, err
}

// padded gives the tasks of b further points, at 0, to make n.
func padded(b *datasets.Batch, n int) *datasets.Batch {
	out := datasets.NewBatch(b.T, n, b.D, b.C)
	for t := range b.T {
		copy(out.X[t*n*b.D:], b.X[t*b.N*b.D:][:b.N*b.D])
		copy(out.Y[t*n:], b.Y[t*b.N:][:b.N])
	}
	return out
}
