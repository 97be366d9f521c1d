package bayes

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"math/bits"
	"slices"

	"github.com/goicl/goicl/datasets"
)

// Tree is the Bayes predictor of the decision trees of package regression: complete
// trees whose inner nodes test whether a coordinate, each equally likely, is above 0,
// and whose leaves hold values drawn from N(0, 1).
//
// Two examples are in the same leaf if and only if their targets are equal, so the
// posterior is uniform on the choices of coordinates that sort the examples in that way.
// Their number is the product over both children of a node, summed over its coordinates.
// Where the query shares no leaf with an example, or no tree explains the examples, the
// mean is 0 and the variance 1.
type Tree struct {
	Depth int `json:"depth,omitempty"` // inner nodes above each leaf; 0 means 4
}

// maxTreeDepth bounds the number of different targets by that of bits in a word.
const maxTreeDepth = 6

// Name is "Bayes".
func (Tree) Name() string { return "Bayes" }

// Regress returns mean and variance [T, len(at)] of each target.
func (m Tree) Regress(ctx context.Context, b *datasets.Batch, at []int) (mean, variance []float32, err error) {
	return regress(ctx, b, at, func(int) (func() estimator, error) {
		depth := cmp.Or(m.Depth, 4)
		if depth < 1 || depth > maxTreeDepth {
			return nil, fmt.Errorf("bayes: trees of depth %d; want 1..%d, or 0 for 4", depth, maxTreeDepth)
		}
		return func() estimator { return &treeEstimator{depth: depth} }, nil
	})
}

// treeEstimator sorts the examples into groups of one target.
type treeEstimator struct {
	depth  int
	groups []group
}

// group is the examples of one target.
type group struct {
	z     float64
	sides []side // of their coordinates [D]
}

// side is the sides of 0 on which a coordinate of a group lies.
type side uint8

const (
	left  side = 1 << iota // at most 0, somewhere
	right                  // above 0, somewhere
)

func sideOf(x float64) side {
	if x > 0 {
		return right
	}
	return left
}

func (e *treeEstimator) learn(x []float64, z float64) {
	i := slices.IndexFunc(e.groups, func(g group) bool { return g.z == z })
	if i < 0 {
		i = len(e.groups)
		e.groups = append(e.groups, group{z, make([]side, len(x))})
	}
	for j, v := range x {
		e.groups[i].sides[j] |= sideOf(v)
	}
}

func (e *treeEstimator) predict(x []float64) (mean, variance float64) {
	if len(e.groups) > 1<<e.depth {
		return 0, 1
	}
	c := newTreeCount(e.groups, x)
	all := groupSet(1)<<len(e.groups) - 1
	total, sums := c.trees(all, e.depth), c.moments(all, e.depth)
	if total == 0 {
		return 0, 1
	}
	mean = sums[0] / total
	return mean, max(sums[1]/total-mean*mean, 0)
}

// groupSet is a set of groups, a bit for each.
type groupSet uint64

// treeCount counts trees, as shares of all trees of a depth.
type treeCount struct {
	query       []side
	left, right []groupSet // [D] groups that lie on that side alone
	z           []float64  // target of each group
	alone, with []float64  // share of coordinates that keep a group together, and with the query

	known   map[subtree]float64
	queried map[subtree][2]float64
}

// subtree is the tree of that depth below a node that the groups reach.
type subtree struct {
	groups groupSet
	depth  int
}

func newTreeCount(groups []group, x []float64) *treeCount {
	d := len(x)
	c := &treeCount{
		query: make([]side, d), left: make([]groupSet, d), right: make([]groupSet, d),
		alone: make([]float64, len(groups)), with: make([]float64, len(groups)),
		known: map[subtree]float64{}, queried: map[subtree][2]float64{},
	}
	for j, v := range x {
		c.query[j] = sideOf(v)
	}
	for i, g := range groups {
		c.z = append(c.z, g.z)
		for j, s := range g.sides {
			switch s {
			case left:
				c.left[j] |= 1 << i
			case right:
				c.right[j] |= 1 << i
			default:
				continue
			}
			c.alone[i] += 1 / float64(d)
			if s == c.query[j] {
				c.with[i] += 1 / float64(d)
			}
		}
	}
	return c
}

// one is the index of the only group in s.
func (s groupSet) one() int { return bits.TrailingZeros64(uint64(s)) }

func (s groupSet) size() int { return bits.OnesCount64(uint64(s)) }

// trees returns the share of trees of that depth that separate the groups of s:
// one leaf each.
func (c *treeCount) trees(s groupSet, depth int) float64 {
	switch size := s.size(); {
	case size == 0:
		return 1
	case size == 1:
		return power(c.alone[s.one()], depth)
	case size > 1<<depth:
		return 0
	}
	if n, ok := c.known[subtree{s, depth}]; ok {
		return n
	}
	n := 0.0
	for j := range c.query {
		if l, r := s&c.left[j], s&c.right[j]; l|r == s {
			n += c.trees(l, depth-1) * c.trees(r, depth-1) / float64(len(c.query))
		}
	}
	c.known[subtree{s, depth}] = n
	return n
}

// moments returns the sums of the query's target and of its square over the trees
// that trees counts, in the same unit.
func (c *treeCount) moments(s groupSet, depth int) (sums [2]float64) {
	switch size := s.size(); {
	case size == 0:
		return [2]float64{0, 1}
	case size == 1:
		i := s.one()
		shared := power(c.with[i], depth)
		return [2]float64{c.z[i] * shared, c.z[i]*c.z[i]*shared + power(c.alone[i], depth) - shared}
	case size > 1<<depth:
		return sums
	}
	if sums, ok := c.queried[subtree{s, depth}]; ok {
		return sums
	}
	for j, query := range c.query {
		near, far := s&c.left[j], s&c.right[j]
		if near|far != s {
			continue
		}
		if query == right {
			near, far = far, near
		}
		if n := c.trees(far, depth-1) / float64(len(c.query)); n > 0 {
			m := c.moments(near, depth-1)
			sums[0] += n * m[0]
			sums[1] += n * m[1]
		}
	}
	c.queried[subtree{s, depth}] = sums
	return sums
}

func power(share float64, depth int) float64 { return math.Pow(share, float64(depth)) }
