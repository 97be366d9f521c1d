package construct

import (
	"errors"
	"math/rand/v2"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/learner"
)

// RandomWeights draws weights for l: its starting values, in float64, plus normal
// noise of .1.
func RandomWeights(l learner.Learner, d, c int, rng *rand.Rand) ([]float64, error) {
	layout, err := learner.NewLayout(l, d, c)
	if err == nil && rng == nil {
		err = errors.New("construct: rng is nil; make one with datasets.Rand")
	}
	if err != nil {
		return nil, err
	}
	weights := make([]float64, layout.Size)
	for i, v := range layout.Init(rng) {
		weights[i] = float64(v) + .1*datasets.Normal(rng)
	}
	return weights, nil
}

// longest is the greatest number of examples in a random episode.
const longest = 12

// RandomEpisodes draws episodes of points x ~ N(0, I) whose labels follow no rule: classes
// have different frequencies in each, so that some are rare or missing. Where c is 0 the
// targets are N(0, 1). Half of them have n ≤ 3 examples, one in sixteen has none.
// The query of episode i is point at[i]. There are none for sizes that no batch has.
func RandomEpisodes(rng *rand.Rand, episodes, d, c int) (b *datasets.Batch, at []int32) {
	b = datasets.NewBatch(episodes, longest+1, d, c)
	if datasets.CheckSize(episodes, longest+1, d, c) != nil {
		return b, nil
	}
	for i := range b.X {
		b.X[i] = float32(datasets.Normal(rng))
	}
	for i := range b.Z {
		b.Z[i] = float32(datasets.Normal(rng))
	}
	for t := range episodes {
		unevenLabels(rng, b, t)
		n := 1 + rng.IntN(longest)
		switch t % 16 {
		case 0:
			n = 0
		case 1, 2, 3, 4, 5, 6, 7:
			n = 1 + t%3
		}
		at = append(at, int32(n))
	}
	return b, at
}

// unevenLabels draws the labels of a task from frequencies that fall off by a random
// factor from class to class, the classes in random order.
func unevenLabels(rng *rand.Rand, b *datasets.Batch, t int) {
	if b.Regression() {
		return
	}
	order, keep := rng.Perm(b.C), rng.Float64()
	for n := range b.N {
		k := 0
		for k < b.C-1 && rng.Float64() > keep {
			k++
		}
		b.Y[t*b.N+n] = int32(order[k])
	}
}
