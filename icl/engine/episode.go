package engine

import (
	"errors"
	"fmt"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph files dot-import graph

	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/internal/usercode"
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
	o, ok := e.l.(learner.Objective)
	if !ok {
		return loss(e.predictions(w, ep), ep)
	}
	what := "Loss of " + usercode.Of("learner", e.l)
	out := must(func() *Node { return o.Loss(w, ep, loss) }, what)
	if out == nil || !out.IsScalar() {
		refuse("%s returned %s; want one number%s", what, shapeOf(out), place(o, "Loss"))
	}
	return out
}

// predictions are the learner's logits, or its predicted targets, in the shape that they are
// to have.
func (e *Compiled[T]) predictions(w learner.Weights, ep learner.Episode) *Node {
	what := "Logits of " + usercode.Of("learner", e.l)
	out := must(func() *Node { return e.l.Logits(w, ep) }, what)
	b, m, want := ep.B(), ep.M(), "1], one target a query"
	if e.c != 0 {
		want = fmt.Sprintf("%d or more], a logit for each of %d classes", e.c, e.c)
	}
	if out == nil || out.Rank() != 3 || out.Shape().Dim(0) != b || out.Shape().Dim(1) != m || out.Shape().Dim(2) < max(1, e.c) || e.c == 0 && out.Shape().Dim(2) != 1 {
		refuse("%s returned %s for %d tasks of %d queries; want [%d %d %s%s", what, shapeOf(out), b, m, b, m, want, place(e.l, "Logits"))
	}
	return out
}

// must calls f, in whose name a panic is one of the learner's. Graphs are built by functions
// that return no error: what is wrong is thrown.
func must[N any](f func() N, what string) N {
	out, err := usercode.Get(what, f)
	var thrown *usercode.Panic
	switch {
	case err == nil:
		return out
	case compute.IsNotImplemented(err) && errors.As(err, &thrown):
		panic(thrown.Unwrap()) // the backend's lack, not the learner's fault
	}
	panic(err)
}

// refuse throws an error to whoever has the graph built.
func refuse(format string, args ...any) {
	panic(&usercode.Refusal{Err: fmt.Errorf(format, args...)})
}

// shapeOf is a node's shape in words.
func shapeOf(node *Node) string {
	if node == nil {
		return "nil"
	}
	return fmt.Sprint(node.Shape().Dimensions)
}
