package regression

import (
	"cmp"
	"fmt"
	"math/rand/v2"

	"github.com/goicl/goicl/datasets"
)

// Tree is the family of complete decision trees (Garg et al. 2022). Each inner node
// tests one coordinate of x, any with equal probability: it sends x to its right
// child where the coordinate is above 0, and else to its left one. Each leaf holds
// a value drawn from N(0, 1), so that the mean of f(x)² is 1. A coordinate may be
// tested again further down; one of the two children is then never reached.
type Tree struct {
	N      int    `json:"n,omitempty"`     // points a task; 0 means 41
	D      int    `json:"d,omitempty"`     // input dimensions; 0 means 20
	Depth  int    `json:"depth,omitempty"` // inner nodes above each leaf; 0 means 4
	Inputs Inputs `json:"inputs,omitzero"` // how inputs are drawn; x ~ N(0, I)
}

const maxDepth = 20

// Name is "tree".
func (Tree) Name() string { return "tree" }

func (s Tree) setting() setting { return newSetting(s.N, s.D, 0, s.Inputs) }

func (s Tree) depth() int { return cmp.Or(s.Depth, 4) }

// Space returns the input dimensions and how inputs are drawn.
func (s Tree) Space() (d int, inputs Inputs) { return s.setting().d, s.Inputs }

// WithInputs returns the family with inputs drawn as said.
func (s Tree) WithInputs(inputs Inputs) Family { s.Inputs = inputs; return s }

// Validate reports the first setting that is out of range.
func (s Tree) Validate() error {
	if depth := s.depth(); depth < 1 || depth > maxDepth {
		return fmt.Errorf("regression: a tree of depth %d; want 1..%d, or 0 for 4", depth, maxDepth)
	}
	return s.setting().validate()
}

// Sample draws that many tasks. The latent variables "coordinate" [2^Depth − 1] and
// "leaf" [2^Depth] hold the tree, level by level and from left to right: the
// children of node i are 2i + 1 and 2i + 2.
func (s Tree) Sample(rng *rand.Rand, tasks int) (*datasets.Batch, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	leaves := 1 << s.depth()
	if err := datasets.CheckSize(tasks, leaves, 1, 0); err != nil {
		return nil, fmt.Errorf("regression: trees of %d leaves: %w", leaves, err)
	}
	b, err := s.setting().newBatch(rng, tasks, 0)
	if err != nil {
		return nil, err
	}
	inner, outer := b.AddLatent("coordinate", leaves-1), b.AddLatent("leaf", leaves)
	s.setting().fill(rng, b, func(t, _ int) func(x []float32) float64 {
		coordinate, leaf := inner.Row(t), outer.Row(t)
		for i := range coordinate {
			coordinate[i] = float32(rng.IntN(b.D))
		}
		normal(rng, leaf)
		return func(x []float32) float64 { return float64(leaf[leafOf(coordinate, x)]) }
	})
	return b, nil
}

// leafOf returns the number of the leaf that x ends in.
func leafOf(coordinate, x []float32) int {
	node := 0
	for node < len(coordinate) {
		right := 0
		if x[int(coordinate[node])] > 0 {
			right = 1
		}
		node = 2*node + 1 + right
	}
	return node - len(coordinate)
}
