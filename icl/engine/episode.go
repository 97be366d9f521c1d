package engine

import (
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph files dot-import graph

	"github.com/goicl/goicl/icl/learner"
)

// episode makes an episode of the nodes x [B, N, D], labels or targets y [B, N] and at
// [B, M].
func (e *Compiled[T]) episode(in []*Node) learner.Episode {
	x, y, at, dtype := in[0], in[1], in[2], dtypes.FromGenericsType[T]()
	b, m, n := at.Shape().Dim(0), at.Shape().Dim(1), y.Shape().Dim(1)
	point := BroadcastToDims(InsertAxes(Iota(at.Graph(), shapes.Make(at.DType(), b, n), 1), 1), b, m, n)
	query := BroadcastToDims(InsertAxes(at, -1), b, m, n)
	ep := learner.Episode{
		X:       ConvertDType(x, dtype),
		Y:       channels(y, e.c, dtype),
		Context: ConvertDType(LessThan(point, query), dtype),
		IsQuery: ConvertDType(Equal(point, query), dtype),
	}
	ep.Queries = Einsum("bmn,bnd->bmd", ep.IsQuery, ep.X)
	return ep
}

// channels is the one-hot labels [B, N, C] of the labels y [B, N], or the targets
// [B, N, 1] for c = 0.
func channels(y *Node, c int, dtype dtypes.DType) *Node {
	if c == 0 {
		return InsertAxes(ConvertDType(y, dtype), -1)
	}
	return OneHot(y, c, dtype)
}

// lossGradGraph is the mean loss and its gradient [learner.Layout.Size] with respect to the
// weights params.
func (e *Compiled[T]) lossGradGraph(params *Node, ep learner.Episode) (loss, grad *Node) {
	weights := e.Layout.Bind(params)
	loss = e.lossGraph(weights, ep)
	var nodes []*Node
	for _, name := range weights.Names() {
		nodes = append(nodes, weights.Get(name))
	}
	grads := Gradient(loss, nodes...)
	for i, g := range grads {
		grads[i] = Reshape(g, g.Shape().Size())
	}
	return loss, Concatenate(grads, 0)
}

// lossGraph is the mean loss of predictions, or that of a [learner.Objective].
func (e *Compiled[T]) lossGraph(w learner.Weights, ep learner.Episode) *Node {
	loss := learner.SquaredError
	if e.c != 0 {
		loss = learner.CrossEntropy
	}
	if o, ok := e.l.(learner.Objective); ok {
		return o.Loss(w, ep, loss)
	}
	return loss(e.l.Logits(w, ep), ep)
}
