package transformer

import (
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph files dot-import graph

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/learner"
)

// Site is a value inside a transformer, of all T tokens that it works on.
//
//	"stream"     the residual stream before layer Layer, [B, T, W]; for Layer = number of layers at the end
//	"attention"  how much each token (row) takes of each other (column) in each of H heads, [B, H, T, T]
//	"heads"      what the heads take, the attention's mean of their values, [B, T, H, K]
type Site struct {
	Layer int // counted from 0
	Part  string
}

// Hook is handed a value as a graph is built, and returns what takes its place: the value
// itself, or another node of its shape. A nil Hook changes nothing.
type Hook func(at Site, value *Node) *Node

// at is the value that the graph goes on with.
func (h Hook) at(layer int, part string, value *Node) *Node {
	if h == nil {
		return value
	}
	return h(Site{layer, part}, value)
}

// Token is one of the tokens from the first example to the query.
type Token struct {
	Point int // the point of the task that it is made of, from 0
	// Part is what of the point it is made of: "input", "label", or "" for both. The query's
	// label is in no token.
	Part  string
	Place int // where it lies on the axis of tokens of a [Site]
}

// Transparent is a transformer whose inside can be read, and replaced, while it computes its
// answers. Package inspect draws it and patches it.
type Transparent interface {
	learner.Learner
	// LogitsWith builds the answers that Logits does, for one query a task, and hands every
	// [Site] to hook on the way: of each layer the stream, the attention and the heads, then
	// the stream at the end.
	LogitsWith(w learner.Weights, ep learner.Episode, hook Hook) *Node
	// Sequence is the tokens of n examples and the query in their order, for a task of that
	// many points. There are none for numbers that no task has.
	Sequence(points, n int) []Token
}

// Inside builds, for one query a task, the residual streams before each layer of l and at
// the end, [B, T, W] each, and the attention of each layer, [B, H, T, T].
func Inside(l Transparent, w learner.Weights, ep learner.Episode) (streams, attention []*Node) {
	l.LogitsWith(w, ep, func(at Site, value *Node) *Node {
		switch at.Part {
		case "stream":
			streams = append(streams, value)
		case "attention":
			attention = append(attention, value)
		}
		return value
	})
	return streams, attention
}

// tokensOf are the tokens of points 0 to n, by a function that makes those of an example, or
// of the query for i = n.
func tokensOf(points, n int, of func(i int) []Token) (all []Token) {
	if n < 0 || n >= points || datasets.CheckSize(1, points, 1, 0) != nil {
		return nil
	}
	for i := range n + 1 {
		all = append(all, of(i)...)
	}
	return all
}
