package baseline

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/goicl/goicl/datasets"
)

// GreedyTree is a regression tree grown from the root down (CART; Hastie, Tibshirani
// and Friedman, §9.2.2). A node is split at that coordinate and threshold, halfway
// between two neighbouring values, that leave the least squared error of its two
// means; of equals the first coordinate's. It is a leaf once Depth splits lead to it,
// all its targets are equal or no two of its inputs differ. The prediction is the
// mean target of the query's leaf, 0 before any example.
type GreedyTree struct {
	Depth int `json:"depth,omitempty"` // splits above a leaf; 0 means 4
	// AtZero splits at 0 and nowhere else, as the trees of package regression do.
	AtZero bool `json:"at_zero,omitempty"`
}

// Name is "greedy tree", or "greedy tree at 0".
func (m GreedyTree) Name() string {
	if m.AtZero {
		return "greedy tree at 0"
	}
	return "greedy tree"
}

// Regress returns the means [T, len(at)]. It has no variance: nil.
func (m GreedyTree) Regress(ctx context.Context, b *datasets.Batch, at []int) (mean, variance []float32, err error) {
	if m.Depth < 0 {
		return nil, nil, fmt.Errorf("baseline: a greedy tree of depth %d; want at least 1, or 0 for 4", m.Depth)
	}
	m.Depth = cmp.Or(m.Depth, 4)
	return regress(ctx, b, at, func() estimator { return &greedyEstimator{GreedyTree: m} })
}

type greedyEstimator struct {
	GreedyTree
	examples
}

// predict grows no more of the tree than the path of x.
func (e *greedyEstimator) predict(x []float64) float64 {
	node := make([]int, len(e.x))
	for i := range node {
		node[i] = i
	}
	for range e.Depth {
		j, threshold, ok := e.split(node)
		if !ok {
			break
		}
		right := x[j] > threshold
		node = slices.DeleteFunc(node, func(i int) bool { return e.x[i][j] > threshold != right })
	}
	return e.mean(node)
}

// split returns the best split of a node, x_j ≤ threshold to the left; ok is false
// where it is a leaf.
func (e *greedyEstimator) split(node []int) (coordinate int, threshold float64, ok bool) {
	if !slices.ContainsFunc(node, func(i int) bool { return e.z[i] != e.z[node[0]] }) {
		return 0, 0, false
	}
	best, mean, order := -1.0, e.mean(node), slices.Clone(node)
	for j := range e.x[0] {
		slices.SortFunc(order, func(a, b int) int { return cmp.Compare(e.x[a][j], e.x[b][j]) })
		sum := 0.0 // of the targets left of the threshold, about the mean
		for k, i := range order[:len(order)-1] {
			sum += e.z[i] - mean
			at, apart := e.between(e.x[i][j], e.x[order[k+1]][j])
			// A split lowers the squared error by sum²/n of each side. Lower by no
			// more than rounding is not lower.
			left, right := float64(k+1), float64(len(order)-k-1)
			if gain := sum * sum * (1/left + 1/right); apart && gain > best*(1+1e-9) {
				best, coordinate, threshold, ok = gain, j, at, true
			}
		}
	}
	return coordinate, threshold, ok
}

// between returns the threshold that has a on its left and b ≥ a on its right, if
// there is one.
func (e *greedyEstimator) between(a, b float64) (threshold float64, ok bool) {
	if e.AtZero {
		return 0, a <= 0 && b > 0
	}
	return (a + b) / 2, a < b
}
