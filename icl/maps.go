package icl

import (
	"context"
	"fmt"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/synthetic"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/figure"
	"github.com/goicl/goicl/icl/oracle"
)

// DecisionMaps draws, side by side, what predictors make of one task of a synthetic
// family ("proto", "pair", "amort" or "radius"; inputs scaled by sigma, the paper: 1)
// after its first n examples, 0 to 49, and what the family's Bayes-optimal predictor
// does. The seed chooses the task: the same one for every n, and for every sigma the same
// but wider. It is fast enough to be drawn while a slider moves.
func DecisionMaps(ctx context.Context, family string, sigma float64, n int, seed uint64, of ...eval.Predictor) (*figure.Figure, error) {
	const points = 50
	tasks, err := synthetic.ByName(family, sigma, points)
	if err != nil {
		return nil, fmt.Errorf("icl: %w", err)
	}
	bayes, err := oracle.ByName(family, sigma)
	if err != nil {
		return nil, fmt.Errorf("icl: %w", err)
	}
	b, err := tasks.Sample(datasets.Rand(seed, "decision maps"), 1)
	if err != nil {
		return nil, fmt.Errorf("icl: %w", err)
	}
	var scenes []figure.Scene
	for _, p := range append(of[:len(of):len(of)], bayes) {
		scene, err := DecisionMap(ctx, p, b, 0, n)
		if err != nil {
			return nil, err
		}
		scenes = append(scenes, scene)
	}
	return figure.Tasks(fmt.Sprintf("%s, σ = %g, after %d examples", family, sigma, n), scenes...), nil
}
